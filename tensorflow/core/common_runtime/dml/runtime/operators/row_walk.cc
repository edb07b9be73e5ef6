#include "tensorflow/core/common_runtime/dml/runtime/operators/row_walk.h"

#include <algorithm>
#include <cstdlib>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/tensor.h"

namespace dml {
namespace {

// Each group reads all indices, so more groups than run at once only add work:
// enough to fill a large GPU, and few for a driver that runs them on the CPU.
uint32_t MaxGroups(const hal::AdapterInfo& adapter) {
  return adapter.type == hal::AdapterType::kSoftware ? 4 : 1024;
}

}  // namespace

RowWalk WalkRows(const hal::AdapterInfo& adapter, uint64_t count, uint64_t rows,
                 uint64_t columns, uint64_t first_row) {
  RowWalk walk = {};
  walk.first_row = static_cast<uint32_t>(first_row);
  walk.count = static_cast<uint32_t>(count);
  walk.rows = static_cast<uint32_t>(rows);
  walk.columns = static_cast<uint32_t>(columns);
  walk.block_columns = std::min(walk.columns, kGroupSize);
  walk.column_blocks =
      static_cast<uint32_t>(CeilDivide(columns, walk.block_columns));
  walk.lanes = kGroupSize / walk.block_columns;
  // As many blocks of rows as there are groups for, each of as many rows as
  // keep its lanes busy.
  const uint32_t row_blocks =
      std::max(1u, MaxGroups(adapter) / walk.column_blocks);
  walk.block_rows = static_cast<uint32_t>(
      std::max<uint64_t>(CeilDivide(rows, row_blocks), walk.lanes));
  walk.groups = static_cast<uint32_t>(CeilDivide(rows, walk.block_rows)) *
                walk.column_blocks;
  return walk;
}

int64_t UpdatesPerLaunch(const OperatorContext& context,
                         const dml_tensor& updates) {
  const int64_t row =
      (updates.sizes[1] - 1) * std::llabs(updates.strides[1]) + 1;
  const int64_t others = std::max<int64_t>(context.max_elements - row, 0) /
                         std::max<int64_t>(std::llabs(updates.strides[0]), 1);
  return std::min(others + 1, kUpdatesPerLaunch);
}

dml_tensor SliceRows(const dml_tensor& tensor, int64_t first, int64_t count) {
  dml_tensor rows = tensor;
  rows.data += first * tensor.strides[0] * TypeBytes(tensor.type);
  rows.sizes[0] = count;
  return rows;
}

}  // namespace dml
