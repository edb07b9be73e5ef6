// How often each number occurs.
#include <algorithm>
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/reductions/reductions_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {

Status CountValues(OperatorContext& context, const dml_tensor* values,
                   const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckTensor(values, "count_values: values"));
  DML_RETURN_IF_ERROR(CheckTensor(output, "count_values: output"));
  if (values->rank != 1 || values->type != DML_INT32 || output->rank != 1 ||
      output->type != DML_INT32) {
    return InvalidArgument("count_values: takes int32 [count], not ",
                           Describe(*values), ", and gives int32 [bins], not ",
                           Describe(*output));
  }
  if (IsEmpty(*output)) return Status::Ok();
  DML_RETURN_IF_ERROR(CheckDisjoint("count_values", *values, *output));
  const int32_t zero = 0;
  DML_RETURN_IF_ERROR(Fill(context, output, &zero));
  if (IsEmpty(*values)) return Status::Ok();
  CountValuesParameters constants = {};
  constants.count = static_cast<uint32_t>(values->sizes[0]);
  constants.bins = static_cast<uint32_t>(output->sizes[0]);
  constants.x_offset = DataOffset(*values);
  constants.x_stride = static_cast<int32_t>(values->strides[0]);
  constants.y_offset = DataOffset(*output);
  constants.y_stride = static_cast<int32_t>(output->strides[0]);
  const bool shared = constants.bins <= constants.kSharedBins;
  // A group's own counts shall cost less than its values.
  constants.chunk =
      shared ? std::max(16 * kGroupSize, 4 * constants.bins) : 4 * kGroupSize;
  return LaunchProgram(
      context, ShaderName("count_values"), {kGroupSize, shared ? 1u : 0u},
      LinearGrid(context, CeilDivide(constants.count, constants.chunk)),
      {Argument(*values, Access::kRead), Argument(*output, Access::kReadWrite)},
      constants);
}

}  // namespace dml
