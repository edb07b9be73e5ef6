// Rows by index: gather and one-hot.
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/indexing/indexing_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {

Status Gather(OperatorContext& context, const dml_tensor* params,
              const dml_tensor* indices, const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckTensor(params, "gather: params"));
  DML_RETURN_IF_ERROR(CheckTensor(indices, "gather: indices"));
  DML_RETURN_IF_ERROR(CheckTensor(output, "gather: output"));
  if (params->rank != 3 || indices->rank != 1 || output->rank != 3 ||
      params->type != output->type || params->sizes[0] != output->sizes[0] ||
      indices->sizes[0] != output->sizes[1] ||
      params->sizes[2] != output->sizes[2]) {
    return InvalidArgument(
        "gather: params [outer, rows, inner] ", Describe(*params),
        ", indices [count] ", Describe(*indices),
        " and output [outer, count, inner] ", Describe(*output), " do not fit");
  }
  if (indices->type != DML_INT32 && indices->type != DML_INT64) {
    return InvalidArgument("gather: indices must be int32 or int64, not ",
                           Describe(*indices));
  }
  if (IsEmpty(*output)) return Status::Ok();
  if (IsEmpty(*params)) {  // every index is out of range
    const uint64_t zero[2] = {};
    return Fill(context, output, zero);
  }
  DML_RETURN_IF_ERROR(CheckDisjoint("gather", *params, *output));
  DML_RETURN_IF_ERROR(CheckDisjoint("gather", *indices, *output));
  const uint32_t bytes = WidestBytes({params, output});
  const dml_tensor x = Widen(*params, bytes);
  const dml_tensor y = Widen(*output, bytes);
  GatherParameters constants = {};
  constants.total = static_cast<uint32_t>(ElementCount(y));
  constants.rows = static_cast<uint32_t>(x.sizes[1]);
  constants.index = InnerIndexOf(y);
  CopyStrides(x, constants.x_strides);
  CopyStrides(y, constants.y_strides);
  CopyStrides(*indices, &constants.index_stride);
  constants.x_offset = DataOffset(x);
  constants.y_offset = DataOffset(y);
  constants.index_offset = DataOffset(*indices);
  return LaunchProgram(
      context, ShaderName("gather", y.type, indices->type), {kGroupSize},
      LinearGrid(context, CeilDivide(constants.total, 4 * kGroupSize)),
      {Argument(x, Access::kRead), Argument(*indices, Access::kRead),
       Argument(y, Access::kWrite)},
      constants);
}

Status OneHot(OperatorContext& context, const dml_tensor* indices,
              const dml_tensor* on_value, const dml_tensor* off_value,
              const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckTensor(indices, "one_hot: indices"));
  DML_RETURN_IF_ERROR(CheckTensor(on_value, "one_hot: on_value"));
  DML_RETURN_IF_ERROR(CheckTensor(off_value, "one_hot: off_value"));
  DML_RETURN_IF_ERROR(CheckTensor(output, "one_hot: output"));
  if (indices->rank != 2 || output->rank != 3 || on_value->rank != 0 ||
      off_value->rank != 0 || on_value->type != output->type ||
      off_value->type != output->type ||
      indices->sizes[0] != output->sizes[0] ||
      indices->sizes[1] != output->sizes[2]) {
    return InvalidArgument(
        "one_hot: indices [outer, inner] ", Describe(*indices), ", on_value ",
        Describe(*on_value), ", off_value ", Describe(*off_value),
        " and output [outer, depth, inner] ", Describe(*output), " do not fit");
  }
  if (indices->type != DML_UINT8 && indices->type != DML_INT32 &&
      indices->type != DML_INT64) {
    return InvalidArgument(
        "one_hot: indices must be uint8, int32 or int64, not ",
        Describe(*indices));
  }
  if (IsEmpty(*output)) return Status::Ok();
  for (const dml_tensor* input : {indices, on_value, off_value}) {
    DML_RETURN_IF_ERROR(CheckDisjoint("one_hot", *input, *output));
  }
  OneHotParameters constants = {};
  constants.total = static_cast<uint32_t>(ElementCount(*output));
  constants.index = InnerIndexOf(*output);
  CopyStrides(*indices, constants.index_strides);
  CopyStrides(*output, constants.y_strides);
  constants.index_offset = DataOffset(*indices);
  constants.y_offset = DataOffset(*output);
  return LaunchProgram(
      context, ShaderName("one_hot", BitsType(output->type), indices->type),
      {kGroupSize},
      LinearGrid(context, CeilDivide(constants.total, 4 * kGroupSize)),
      {Argument(*indices, Access::kRead), Argument(*on_value, Access::kRead),
       Argument(*off_value, Access::kRead), Argument(*output, Access::kWrite)},
      constants);
}

}  // namespace dml
