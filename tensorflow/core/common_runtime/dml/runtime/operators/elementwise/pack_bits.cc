// Eight bools a byte.
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/elementwise/elementwise_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/pieces.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {

Status PackBits(OperatorContext& context, const dml_tensor* input,
                const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckWideTensor(input, "pack_bits: input"));
  DML_RETURN_IF_ERROR(CheckWideTensor(output, "pack_bits: output"));
  if (input->rank != 2 || input->sizes[1] != 8 || input->type != DML_BOOL ||
      output->rank != 1 || output->sizes[0] != input->sizes[0] ||
      output->type != DML_UINT8) {
    return InvalidArgument("pack_bits: takes bool [count, 8], not ",
                           Describe(*input), ", and gives uint8 [count], not ",
                           Describe(*output));
  }
  if (IsEmpty(*output)) return Status::Ok();
  DML_RETURN_IF_ERROR(CheckDisjoint("pack_bits", *input, *output));
  dml_tensor bytes = *output;  // seen as [count, 8], too
  bytes.rank = 2;
  bytes.sizes[1] = 8;
  bytes.strides[1] = 0;
  return ForEachPiece(
      context, "pack_bits", {input, &bytes}, 1u << 0,
      [&](const dml_tensor* const* pieces) {
        const dml_tensor& x = *pieces[0];
        const dml_tensor& y = *pieces[1];
        const PackBitsParameters constants = {
            static_cast<uint32_t>(y.sizes[0]),
            DataOffset(x),
            {static_cast<int32_t>(x.strides[0]),
             static_cast<int32_t>(x.strides[1])},
            DataOffset(y),
            static_cast<int32_t>(y.strides[0])};
        return LaunchProgram(
            context, ShaderName("pack_bits"), {kGroupSize},
            LinearGrid(context, CeilDivide(constants.count, 4 * kGroupSize)),
            {Argument(x, Access::kRead), Argument(y, Access::kWrite)},
            constants);
      });
}

}  // namespace dml
