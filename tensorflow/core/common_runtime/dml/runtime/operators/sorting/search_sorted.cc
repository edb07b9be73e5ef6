// Binary search in sorted rows.
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/sorting/sorting_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

Status CheckSearch(const dml_tensor* sorted, const dml_tensor* values,
                   const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckTensor(sorted, "search_sorted: sorted"));
  DML_RETURN_IF_ERROR(CheckTensor(values, "search_sorted: values"));
  DML_RETURN_IF_ERROR(CheckTensor(output, "search_sorted: output"));
  if (sorted->rank != 2 || values->rank != 2 || values->type != sorted->type ||
      values->sizes[0] != sorted->sizes[0] || !SameSizes(*values, *output) ||
      (output->type != DML_INT32 && output->type != DML_INT64)) {
    return InvalidArgument(
        "search_sorted: takes sorted [rows, n], values [rows, m] of its type "
        "and an int32 or int64 output [rows, m], not ",
        Describe(*sorted), ", ", Describe(*values), " and ", Describe(*output));
  }
  if (!IsFloat(sorted->type) && !IsInteger(sorted->type)) {
    return Unimplemented("search_sorted: takes numbers, not ",
                         Describe(*sorted));
  }
  return Status::Ok();
}

}  // namespace

Status SearchSorted(OperatorContext& context, int32_t upper,
                    const dml_tensor* sorted, const dml_tensor* values,
                    const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckSearch(sorted, values, output));
  if (IsEmpty(*output)) return Status::Ok();
  DML_RETURN_IF_ERROR(CheckDisjoint("search_sorted", *sorted, *output));
  DML_RETURN_IF_ERROR(CheckDisjoint("search_sorted", *values, *output));
  SearchSortedParameters constants = {};
  constants.total = static_cast<uint32_t>(ElementCount(*values));
  constants.row = static_cast<uint32_t>(values->sizes[1]);
  constants.n = static_cast<uint32_t>(sorted->sizes[1]);
  constants.x_offset = DataOffset(*sorted);
  constants.v_offset = DataOffset(*values);
  constants.y_offset = DataOffset(*output);
  CopyStrides(*sorted, constants.x_strides);
  CopyStrides(*values, constants.v_strides);
  CopyStrides(*output, constants.y_strides);
  const BufferArgument v = Argument(*values, Access::kRead);
  // Nothing reads sorted rows of no elements.
  return LaunchProgram(
      context, ShaderName("search_sorted", values->type),
      {kGroupSize, upper != 0 ? 1u : 0u, output->type == DML_INT64 ? 1u : 0u},
      LinearGrid(context, CeilDivide(constants.total, kGroupSize)),
      {IsEmpty(*sorted) ? v : Argument(*sorted, Access::kRead), v,
       Argument(*output, Access::kWrite)},
      constants);
}

}  // namespace dml
