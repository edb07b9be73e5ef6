// A sparse matrix, given by its entries, times a dense one: in order, by
// sparse_matmul.comp, or, of many entries, row by row, by
// sparse_matmul_sorted.comp.
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/products/products_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/row_walk.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/sorted_rows.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

Status CheckArguments(const dml_tensor& rows, const dml_tensor& inner,
                      const dml_tensor& values, const dml_tensor& b,
                      const dml_tensor& output) {
  if (rows.rank != 1 || inner.rank != 1 || values.rank != 1 || b.rank != 2 ||
      output.rank != 2 || inner.sizes[0] != rows.sizes[0] ||
      values.sizes[0] != rows.sizes[0] || b.sizes[1] != output.sizes[1] ||
      inner.type != rows.type || b.type != values.type ||
      output.type != values.type) {
    return InvalidArgument(
        "sparse_matmul: rows [count] ", Describe(rows), ", inner [count] ",
        Describe(inner), ", values [count] ", Describe(values),
        ", b [depth, columns] ", Describe(b), " and output [rows, columns] ",
        Describe(output), " do not fit");
  }
  if (rows.type != DML_INT32 && rows.type != DML_INT64) {
    return InvalidArgument("sparse_matmul: rows must be int32 or int64, not ",
                           Describe(rows));
  }
  if (!IsFloat(output.type)) {
    return Unimplemented("sparse_matmul: no products of ", Describe(output));
  }
  return Status::Ok();
}

Status MultiplySorted(OperatorContext& context, const dml_tensor& rows,
                      const dml_tensor& inner, const dml_tensor& values,
                      const dml_tensor& b, const dml_tensor& output) {
  SortedRows sorted(context);
  DML_RETURN_IF_ERROR(sorted.Sort(rows, /*sizes=*/nullptr, output.sizes[0]));
  SparseMatmulSortedParameters constants = {};
  constants.b_rows = static_cast<uint32_t>(b.sizes[0]);
  constants.inner_stride = static_cast<int32_t>(inner.strides[0]);
  constants.value_stride = static_cast<int32_t>(values.strides[0]);
  CopyStrides(b, constants.b_strides);
  CopyStrides(output, constants.y_strides);
  constants.inner_offset = DataOffset(inner);
  constants.value_offset = DataOffset(values);
  constants.b_offset = DataOffset(b);
  constants.y_offset = DataOffset(output);
  return sorted.SumUp(
      output.sizes[1], output.type,
      [&](const SortedWalk& walk, uint32_t step, uint64_t groups,
          const BufferArgument& partial) {
        constants.walk = walk;
        return LaunchProgram(
            context, ShaderName("sparse_matmul_sorted", output.type, rows.type),
            {kGroupSize, step},
            LinearGrid(context, groups, uint64_t{walk.count} * walk.columns),
            {sorted.rows(), sorted.positions(), partial,
             Argument(inner, Access::kRead), Argument(values, Access::kRead),
             Argument(b, Access::kRead), Argument(output, Access::kReadWrite)},
            constants);
      });
}

}  // namespace

Status SparseMatmul(OperatorContext& context, const dml_tensor* rows,
                    const dml_tensor* inner, const dml_tensor* values,
                    const dml_tensor* b, const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckTensor(rows, "sparse_matmul: rows"));
  DML_RETURN_IF_ERROR(CheckTensor(inner, "sparse_matmul: inner"));
  DML_RETURN_IF_ERROR(CheckTensor(values, "sparse_matmul: values"));
  DML_RETURN_IF_ERROR(CheckTensor(b, "sparse_matmul: b"));
  DML_RETURN_IF_ERROR(CheckTensor(output, "sparse_matmul: output"));
  DML_RETURN_IF_ERROR(CheckArguments(*rows, *inner, *values, *b, *output));
  if (IsEmpty(*values) || IsEmpty(*output)) return Status::Ok();
  for (const dml_tensor* input : {rows, inner, values, b}) {
    if (IsEmpty(*input)) continue;
    DML_RETURN_IF_ERROR(CheckDisjoint("sparse_matmul", *input, *output));
  }

  if (SortingPays(context.adapter, rows->sizes[0], output->sizes[0],
                  output->sizes[1])) {
    const Status status =
        MultiplySorted(context, *rows, *inner, *values, *b, *output);
    if (status.code() != Code::kOutOfMemory) return status;
  }
  const ShaderName program("sparse_matmul", output->type, rows->type);
  return LaunchUpdates(
      rows->sizes[0], kUpdatesPerLaunch, [&](int64_t first, int64_t count) {
        const dml_tensor r = SliceRows(*rows, first, count);
        const dml_tensor k = SliceRows(*inner, first, count);
        const dml_tensor v = SliceRows(*values, first, count);
        const SparseMatmulParameters constants = {
            WalkRows(context.adapter, count, output->sizes[0],
                     output->sizes[1]),
            static_cast<uint32_t>(b->sizes[0]),
            static_cast<int32_t>(r.strides[0]),
            static_cast<int32_t>(k.strides[0]),
            static_cast<int32_t>(v.strides[0]),
            {static_cast<int32_t>(b->strides[0]),
             static_cast<int32_t>(b->strides[1])},
            {static_cast<int32_t>(output->strides[0]),
             static_cast<int32_t>(output->strides[1])},
            DataOffset(r),
            DataOffset(k),
            DataOffset(v),
            DataOffset(*b),
            DataOffset(*output)};
        return LaunchProgram(
            context, program, {kGroupSize},
            LinearGrid(context, constants.walk.groups),
            {Argument(r, Access::kRead), Argument(k, Access::kRead),
             Argument(v, Access::kRead), Argument(*b, Access::kRead),
             Argument(*output, Access::kReadWrite)},
            constants);
      });
}

}  // namespace dml
