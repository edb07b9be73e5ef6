// Cross products of vectors of 3.
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/linear_algebra/linear_algebra_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {

Status Cross(OperatorContext& context, const dml_tensor* x, const dml_tensor* y,
             const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckTensor(x, "cross: x"));
  DML_RETURN_IF_ERROR(CheckTensor(y, "cross: y"));
  DML_RETURN_IF_ERROR(CheckTensor(output, "cross: output"));
  if (x->rank != 2 || x->sizes[1] != 3 || !SameSizes(*x, *y) ||
      !SameSizes(*x, *output) || x->type != y->type ||
      x->type != output->type) {
    return InvalidArgument("cross: takes tensors [rows, 3] of one type, not ",
                           Describe(*x), ", ", Describe(*y), " and ",
                           Describe(*output));
  }
  if (!IsFloat(x->type) && !IsInteger(x->type)) {
    return Unimplemented("cross: takes numbers, not ", Describe(*x));
  }
  if (IsEmpty(*output)) return Status::Ok();
  DML_RETURN_IF_ERROR(CheckAliasing("cross", *x, *output));
  DML_RETURN_IF_ERROR(CheckAliasing("cross", *y, *output));
  CrossParameters constants = {};
  constants.rows = static_cast<uint32_t>(output->sizes[0]);
  const dml_tensor* const tensors[] = {x, y, output};
  for (int t = 0; t < 3; ++t) {
    constants.offsets[t] = DataOffset(*tensors[t]);
    for (int d = 0; d < 2; ++d) {
      constants.strides[t][d] = static_cast<int32_t>(tensors[t]->strides[d]);
    }
  }
  return LaunchProgram(
      context, ShaderName("cross", x->type), {kGroupSize},
      LinearGrid(context, CeilDivide(constants.rows, 4 * kGroupSize)),
      {Argument(*x, Access::kRead), Argument(*y, Access::kRead),
       Argument(*output, Access::kWrite)},
      constants);
}

}  // namespace dml
