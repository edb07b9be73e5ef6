// Eight bools a byte.
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/elementwise/elementwise_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {

Status PackBits(OperatorContext& context, const dml_tensor* input,
                const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckTensor(input, "pack_bits: input"));
  DML_RETURN_IF_ERROR(CheckTensor(output, "pack_bits: output"));
  if (input->rank != 2 || input->sizes[1] != 8 || input->type != DML_BOOL ||
      output->rank != 1 || output->sizes[0] != input->sizes[0] ||
      output->type != DML_UINT8) {
    return InvalidArgument("pack_bits: takes bool [count, 8], not ",
                           Describe(*input), ", and gives uint8 [count], not ",
                           Describe(*output));
  }
  if (IsEmpty(*output)) return Status::Ok();
  DML_RETURN_IF_ERROR(CheckDisjoint("pack_bits", *input, *output));
  const PackBitsParameters constants = {
      static_cast<uint32_t>(output->sizes[0]),
      DataOffset(*input),
      {static_cast<int32_t>(input->strides[0]),
       static_cast<int32_t>(input->strides[1])},
      DataOffset(*output),
      static_cast<int32_t>(output->strides[0])};
  return LaunchProgram(
      context, ShaderName("pack_bits"), {kGroupSize},
      LinearGrid(context, CeilDivide(constants.count, 4 * kGroupSize)),
      {Argument(*input, Access::kRead), Argument(*output, Access::kWrite)},
      constants);
}

}  // namespace dml
