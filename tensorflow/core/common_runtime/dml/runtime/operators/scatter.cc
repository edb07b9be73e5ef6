// Updates of rows by index, in order. See shaders/scatter.comp.
#include <algorithm>
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

// Mirrors the parameter block of scatter.comp.
struct Constants {
  uint32_t count;
  uint32_t rows;
  uint32_t columns;
  uint32_t groups;
  uint32_t column_blocks;
  uint32_t block_columns;
  uint32_t block_rows;
  uint32_t lanes;
  int32_t index_stride;
  int32_t update_strides[2];
  int32_t y_strides[2];
  int32_t index_offset;
  int32_t update_offset;
  int32_t y_offset;
};

// Each group reads all indices, so more groups than fill a large GPU only add
// work.
constexpr uint32_t kMaxGroups = 1024;

Status CheckArguments(dml_scatter_op op, const dml_tensor& indices,
                      const dml_tensor& updates, const dml_tensor& output) {
  if (op < DML_SCATTER_ASSIGN || op > DML_SCATTER_MAXIMUM) {
    return InvalidArgument("scatter: there is no operation ",
                           static_cast<int>(op));
  }
  if (indices.rank != 1 || updates.rank != 2 || output.rank != 2 ||
      updates.type != output.type || updates.sizes[0] != indices.sizes[0] ||
      updates.sizes[1] != output.sizes[1]) {
    return InvalidArgument("scatter: indices [count] ", Describe(indices),
                           ", updates [count, inner] ", Describe(updates),
                           " and output [rows, inner] ", Describe(output),
                           " do not fit");
  }
  if (indices.type != DML_INT32 && indices.type != DML_INT64) {
    return InvalidArgument("scatter: indices must be int32 or int64, not ",
                           Describe(indices));
  }
  return Status::Ok();
}

}  // namespace

Status Scatter(OperatorContext& context, dml_scatter_op op,
               const dml_tensor* indices, const dml_tensor* updates,
               const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckTensor(indices, "scatter: indices"));
  DML_RETURN_IF_ERROR(CheckTensor(updates, "scatter: updates"));
  DML_RETURN_IF_ERROR(CheckTensor(output, "scatter: output"));
  DML_RETURN_IF_ERROR(CheckArguments(op, *indices, *updates, *output));
  if (IsEmpty(*updates) || IsEmpty(*output)) return Status::Ok();
  DML_RETURN_IF_ERROR(CheckDisjoint("scatter", *indices, *output));
  DML_RETURN_IF_ERROR(CheckDisjoint("scatter", *updates, *output));

  Constants constants = {};
  constants.count = static_cast<uint32_t>(indices->sizes[0]);
  constants.rows = static_cast<uint32_t>(output->sizes[0]);
  constants.columns = static_cast<uint32_t>(output->sizes[1]);
  constants.block_columns = std::min(constants.columns, kGroupSize);
  constants.column_blocks = static_cast<uint32_t>(
      CeilDivide(constants.columns, constants.block_columns));
  constants.lanes = kGroupSize / constants.block_columns;
  // As many blocks of rows as there are groups for, each of as many rows as
  // keep its lanes busy.
  const uint32_t row_blocks =
      std::max(1u, kMaxGroups / constants.column_blocks);
  constants.block_rows = static_cast<uint32_t>(std::max<uint64_t>(
      CeilDivide(constants.rows, row_blocks), constants.lanes));
  const uint64_t groups = CeilDivide(constants.rows, constants.block_rows) *
                          constants.column_blocks;
  constants.groups = static_cast<uint32_t>(groups);
  constants.index_stride = static_cast<int32_t>(indices->strides[0]);
  for (int d = 0; d < 2; ++d) {
    constants.update_strides[d] = static_cast<int32_t>(updates->strides[d]);
    constants.y_strides[d] = static_cast<int32_t>(output->strides[d]);
  }
  constants.index_offset = DataOffset(*indices);
  constants.update_offset = DataOffset(*updates);
  constants.y_offset = DataOffset(*output);
  return LaunchProgram(
      context, ShaderName("scatter", output->type, indices->type),
      {kGroupSize, static_cast<uint32_t>(op)}, LinearGrid(context, groups),
      {Argument(*indices, Access::kRead), Argument(*updates, Access::kRead),
       Argument(*output, Access::kReadWrite)},
      constants);
}

}  // namespace dml
