#include "tensorflow/core/common_runtime/dml/runtime/operators/sorted_rows.h"

#include <algorithm>
#include <cmath>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/tensor.h"

namespace dml {
namespace {

// Fewer updates of an invocation leave more to the second launch.
constexpr int64_t kLeastBlock = 16;
// Updates in order take a time for each, as all groups look at all indices, and
// one for each that a row has, as they wait for each other; sorting takes a
// time for its launches.
struct Costs {
  int64_t looked_at;  // updates that are looked at in a unit of time
  int64_t in_a_row;   // updates of a row that are waited for in one
  int64_t sorting;    // units
};
constexpr Costs kOnAGpu = {64, 1, 256};
// There a launch takes little beside its work, of which groups that look at all
// indices make more.
constexpr Costs kOnTheCpu = {64, 8, 24};
// More rows have numbers that are no int32: Scan counts by those, and a number
// is left for none.
constexpr int64_t kMaxSortedRows = INT32_MAX - 1;

// Of one row, the first launch has a block's updates to add up one after the
// other, the second one the blocks' sums: as many of either.
int64_t BlockOf(int64_t count) {
  const auto root = static_cast<int64_t>(std::sqrt(double(count)));
  return std::max(root, kLeastBlock);
}

}  // namespace

bool SortingPays(const hal::AdapterInfo& adapter, int64_t count, int64_t rows,
                 int64_t columns) {
  const int64_t blocks = CeilDivide(count, BlockOf(count));
  if (count > INT32_MAX || rows > kMaxSortedRows ||
      2 * blocks > INT32_MAX / columns) {
    return false;
  }
  const Costs& costs =
      adapter.type == hal::AdapterType::kSoftware ? kOnTheCpu : kOnAGpu;
  return count / costs.looked_at +
             count / std::max<int64_t>(rows, 1) / costs.in_a_row >
         costs.sorting;
}

SortedWalk SortedRows::Walk(int64_t columns) const {
  SortedWalk walk = {};
  walk.count = static_cast<uint32_t>(count_);
  walk.none = static_cast<uint32_t>(row_count_);
  walk.columns = static_cast<uint32_t>(columns);
  walk.block = static_cast<uint32_t>(BlockOf(count_));
  walk.blocks = static_cast<uint32_t>(CeilDivide(count_, walk.block));
  return walk;
}

uint64_t SortedRows::PartialBytes(const SortedWalk& walk, uint32_t type) {
  const uint64_t bytes = std::max<uint64_t>(TypeBytes(type), sizeof(float));
  return 2ull * walk.blocks * walk.columns * bytes;
}

uint64_t SortedRows::Groups(const SortedWalk& walk) {
  return CeilDivide(uint64_t{walk.blocks} * walk.columns, kGroupSize);
}

}  // namespace dml
