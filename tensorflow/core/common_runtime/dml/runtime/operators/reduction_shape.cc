#include "tensorflow/core/common_runtime/dml/runtime/operators/reduction_shape.h"

#include <algorithm>
#include <cstdlib>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"

namespace dml {
namespace {

// Elements that a lane should have to reduce before it is worth a lane.
constexpr uint64_t kElementsPerLane = 4;
// Outputs side by side that make full use of a memory transaction.
constexpr uint32_t kNeighbouringOutputs = 32;
// Elements that a lane should have before a reduction is worth a second pass.
constexpr uint64_t kElementsPerSplitLane = 16;

// The least power of two that is >= value, but at most a group's size.
uint32_t PowerOfTwo(uint64_t value) {
  uint32_t power = 1;
  while (power < value && power < kGroupSize) power *= 2;
  return power;
}

// Groups that keep an adapter busy.
uint64_t BusyGroups(const hal::AdapterInfo& adapter) {
  return adapter.type == hal::AdapterType::kSoftware ? 16 : 512;
}

}  // namespace

Neighbours ChooseNeighbours(int64_t reduced_stride, int64_t kept_stride) {
  // A stride of 0 repeats one element, which any order reads well.
  if (kept_stride == 0) return Neighbours::kReduced;
  return std::llabs(kept_stride) < std::llabs(reduced_stride)
             ? Neighbours::kKept
             : Neighbours::kReduced;
}

ReductionShape ShapeReduction(const OperatorContext& context, uint64_t outputs,
                              uint64_t count, Neighbours neighbours,
                              bool may_split) {
  ReductionShape shape;
  shape.lanes = PowerOfTwo(CeilDivide(count, kElementsPerLane));
  if (neighbours == Neighbours::kKept) {
    const uint32_t side_by_side =
        std::min(PowerOfTwo(outputs), kNeighbouringOutputs);
    shape.lanes = std::min(shape.lanes, kGroupSize / side_by_side);
    shape.lane_stride = kGroupSize / shape.lanes;
  }
  const uint64_t blocks = CeilDivide(outputs, kGroupSize / shape.lanes);
  uint64_t splits = 1;
  if (may_split && blocks > 0) {
    splits = std::min(BusyGroups(context.adapter) / blocks,
                      count / (shape.lanes * kElementsPerSplitLane));
    splits = std::max<uint64_t>(splits, 1);
  }
  shape.chunk = static_cast<uint32_t>(CeilDivide(count, splits));
  if (shape.chunk > 0) splits = CeilDivide(count, shape.chunk);
  shape.splits = static_cast<uint32_t>(splits);
  shape.groups = blocks * splits;
  return shape;
}

dml_tensor SelectDimensions(const dml_tensor& tensor, uint32_t mask) {
  dml_tensor selected = tensor;
  selected.rank = 0;
  for (uint32_t d = 0; d < tensor.rank; ++d) {
    if ((mask >> d & 1) == 0) continue;
    selected.sizes[selected.rank] = tensor.sizes[d];
    selected.strides[selected.rank] = tensor.strides[d];
    ++selected.rank;
  }
  return selected;
}

}  // namespace dml
