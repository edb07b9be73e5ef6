// bfloat16, which the runtime knows as the uint16 of its bits.
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/elementwise/elementwise_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/pieces.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {

Status CastBfloat16(OperatorContext& context, const dml_tensor* input,
                    int32_t truncate, const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckWideTensor(input, "cast_bfloat16: input"));
  DML_RETURN_IF_ERROR(CheckWideTensor(output, "cast_bfloat16: output"));
  const bool to = input->type == DML_FLOAT32 && output->type == DML_UINT16;
  const bool from = input->type == DML_UINT16 && output->type == DML_FLOAT32;
  if (!(to || from) || !SameSizes(*input, *output) || !IsContiguous(*input) ||
      !IsContiguous(*output)) {
    return InvalidArgument(
        "cast_bfloat16: takes contiguous float32 and uint16 of equal sizes, "
        "not ",
        Describe(*input), " and ", Describe(*output));
  }
  if (IsEmpty(*output)) return Status::Ok();
  DML_RETURN_IF_ERROR(CheckDisjoint("cast_bfloat16", *input, *output));
  return ForEachPiece(
      context, "cast_bfloat16", {input, output}, kAllDimensions,
      [&](const dml_tensor* const* pieces) {
        const CastBfloat16Parameters constants = {
            static_cast<uint32_t>(ElementCount(*pieces[1]))};
        const BufferArgument x = Argument(*pieces[0], Access::kRead);
        const BufferArgument y = Argument(*pieces[1], Access::kWrite);
        return LaunchProgram(
            context, ShaderName("cast_bfloat16", DML_UINT16),
            {kGroupSize, to ? 1u : 0u, truncate != 0 ? 1u : 0u},
            LinearGrid(context, CeilDivide(constants.count, 4 * kGroupSize)),
            {to ? x : y, to ? y : x}, constants);
      });
}

}  // namespace dml
