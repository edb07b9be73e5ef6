// Brings updates into the order of their rows.
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/indexing/index_vectors.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/indexing/indexing_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/sorted_rows.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

Status NumberRows(OperatorContext& context, const dml_tensor& indices,
                  const int64_t* sizes, int64_t rows,
                  const BufferArgument& numbers) {
  RowNumbersParameters constants = {};
  constants.count = static_cast<uint32_t>(indices.sizes[0]);
  constants.none = static_cast<uint32_t>(rows);
  constants.index_offset = DataOffset(indices);
  CopyStrides(indices, constants.index_strides);
  uint32_t depth = 1;
  if (sizes != nullptr) {
    depth = static_cast<uint32_t>(indices.sizes[1]);
    CopySizes(sizes, indices, constants.sizes);
  }
  return LaunchProgram(
      context, ShaderName("row_numbers", indices.type), {kGroupSize, depth},
      LinearGrid(context, CeilDivide(constants.count, kGroupSize)),
      {Argument(indices, Access::kRead), numbers}, constants);
}

}  // namespace

Status SortedRows::Sort(const dml_tensor& indices, const int64_t* sizes,
                        int64_t rows) {
  count_ = indices.sizes[0];
  row_count_ = rows;
  sort_.emplace(context_, /*segments=*/1, count_);
  DML_RETURN_IF_ERROR(sort_->Allocate());
  DML_RETURN_IF_ERROR(
      NumberRows(context_, indices, sizes, rows, sort_->keys(Access::kWrite)));
  // `rows` itself is a number, that of none.
  uint32_t bits = 1;
  while (rows >> bits != 0) ++bits;
  return sort_->Sort(0, bits);
}

}  // namespace dml
