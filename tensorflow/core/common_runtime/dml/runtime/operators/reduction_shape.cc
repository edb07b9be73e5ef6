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
// Elements that a lane has in each part of a reduction with a second pass.
constexpr uint64_t kElementsPerSplitLane = 16;
// Fewer parts save less time than the second pass takes.
constexpr uint64_t kLeastSplits = 3;
// Accesses of all outputs to which caches answer, so that it does not matter
// how few lie side by side in one.
constexpr uint64_t kCachedAccesses = uint64_t{1} << 18;

// The least power of two that is >= value, but at most a group's size.
uint32_t PowerOfTwo(uint64_t value) {
  uint32_t power = 1;
  while (power < value && power < kGroupSize) power *= 2;
  return power;
}

// Whether the parts of a reduction, were there groups for all, save more than
// the second pass takes.
bool WorthSplitting(uint64_t count, uint32_t lanes) {
  return count >= kLeastSplits * lanes * kElementsPerSplitLane;
}

bool AreMultiples(const int32_t* strides, uint32_t rank, uint32_t pack) {
  return std::all_of(strides, strides + rank, [pack](int32_t stride) {
    return stride % static_cast<int32_t>(pack) == 0;
  });
}

// Whether all tensors may be taken by packs along the last dimension, of `size`
// and the last of strides[t], `rank` of which are in use; `others` are further
// strides.
bool TakesPacks(Span<const dml_tensor* const> tensors, uint32_t size,
                const int32_t (*strides)[DML_MAX_RANK], uint32_t rank,
                const int32_t (*others)[DML_MAX_RANK], uint32_t other_rank) {
  const uint32_t pack = PackSize(tensors[0]->type);
  if (size == 0 || size % pack != 0) return false;
  for (size_t t = 0; t < tensors.size(); ++t) {
    if (strides[t][rank - 1] != 1 || !StartsPacks(*tensors[t]) ||
        !AreMultiples(strides[t], rank - 1, pack) ||
        !AreMultiples(others[t], other_rank, pack)) {
      return false;
    }
  }
  return true;
}

// Mesa's software driver ends loops, without a word, when they have made 65535
// iterations; some programs make several for an element.
constexpr uint64_t kIterationsOfSoftware = 8192;

}  // namespace

uint64_t BusyGroups(const hal::AdapterInfo& adapter) {
  return adapter.type == hal::AdapterType::kSoftware ? 16 : 512;
}

Neighbours ChooseNeighbours(int64_t reduced_stride, int64_t kept_stride) {
  // A stride of 0 repeats one element, which any order reads well.
  if (kept_stride == 0) return Neighbours::kReduced;
  return std::llabs(kept_stride) < std::llabs(reduced_stride)
             ? Neighbours::kKept
             : Neighbours::kReduced;
}

ReductionShape ShapeReduction(const OperatorContext& context, uint64_t outputs,
                              uint64_t count, Neighbours neighbours,
                              bool may_split, uint32_t least_neighbours) {
  ReductionShape shape;
  const uint32_t lanes = PowerOfTwo(CeilDivide(count, kElementsPerLane));
  shape.lanes = lanes;
  if (neighbours == Neighbours::kKept) {
    const uint32_t side_by_side =
        std::min(PowerOfTwo(outputs), kNeighbouringOutputs);
    const auto lanes_beside = [lanes](uint32_t outputs_of_group) {
      return std::min(lanes, kGroupSize / outputs_of_group);
    };
    shape.lanes = lanes_beside(side_by_side);
    // Fewer neighbours with more lanes may do without a second pass.
    const uint32_t more =
        lanes_beside(std::min(side_by_side, least_neighbours));
    if (may_split && outputs * count <= kCachedAccesses &&
        WorthSplitting(count, shape.lanes) && !WorthSplitting(count, more)) {
      shape.lanes = more;
    }
    shape.lane_stride = kGroupSize / shape.lanes;
  }
  const uint64_t blocks = CeilDivide(outputs, kGroupSize / shape.lanes);
  uint64_t splits = 1;
  if (may_split && blocks > 0 && WorthSplitting(count, shape.lanes)) {
    splits = std::min(BusyGroups(context.adapter) / blocks,
                      count / (shape.lanes * kElementsPerSplitLane));
    splits = std::max<uint64_t>(splits, 1);
    if (context.adapter.type == hal::AdapterType::kSoftware) {
      splits = std::max(splits,
                        CeilDivide(count, shape.lanes * kIterationsOfSoftware));
    }
  }
  shape.chunk = static_cast<uint32_t>(CeilDivide(count, splits));
  if (shape.chunk > 0) splits = CeilDivide(count, shape.chunk);
  shape.splits = static_cast<uint32_t>(splits);
  shape.groups = blocks * splits;
  return shape;
}

ReducedWalk WalkReduced(const OperatorContext& context,
                        Span<const dml_tensor* const> tensors,
                        uint32_t reduced_mask, const Coalesced& kept,
                        bool may_split) {
  dml_tensor selected[Coalesced::kMaxTensors];
  const dml_tensor* pointers[Coalesced::kMaxTensors];
  for (size_t t = 0; t < tensors.size(); ++t) {
    selected[t] = SelectDimensions(*tensors[t], reduced_mask);
    pointers[t] = &selected[t];
  }
  StridedWalk walk = WalkTogether({pointers, tensors.size()});
  const uint32_t last = walk.rank - 1;
  uint64_t outputs = 1;
  for (uint32_t d = 0; d < kept.rank; ++d) outputs *= kept.sizes[d];
  const uint64_t count = ElementCount(selected[0]);

  ReducedWalk made;
  made.neighbours = ChooseNeighbours(
      walk.strides[0][last], outputs == 1 ? 0 : kept.strides[0][kept.rank - 1]);
  made.access = kAccessSingle;
  if (count > 0 && made.neighbours == Neighbours::kReduced) {
    if (TakesPacks(tensors, walk.index.sizes[last], walk.strides, walk.rank,
                   kept.strides, outputs == 1 ? 0 : kept.rank)) {
      made.access = kAccessReduced;
    }
  } else if (count > 0 &&
             TakesPacks(tensors, kept.sizes[kept.rank - 1], kept.strides,
                        kept.rank, walk.strides, count == 1 ? 0 : walk.rank)) {
    made.access = kAccessKept;
  }
  const uint32_t pack = PackSize(tensors[0]->type);
  if (made.access == kAccessReduced) {
    made.elements = pack;
    uint32_t sizes[DML_MAX_RANK];
    std::copy_n(walk.index.sizes, DML_MAX_RANK, sizes);
    sizes[last] /= pack;
    walk.index = IndexOf(sizes, walk.rank);
    for (size_t t = 0; t < tensors.size(); ++t) {
      walk.strides[t][last] *= static_cast<int32_t>(pack);
    }
  }
  made.count = static_cast<uint32_t>(count / made.elements);
  made.rank = walk.rank;
  made.reduced = walk.index;
  std::copy(&walk.strides[0][0],
            &walk.strides[0][0] + sizeof(walk.strides) / sizeof(int32_t),
            &made.strides[0][0]);
  made.shape = ShapeReduction(
      context, made.access == kAccessKept ? outputs / pack : outputs,
      made.count, made.neighbours, may_split,
      made.access == kAccessKept ? kLeastNeighbouringPacks : kLeastNeighbours);
  return made;
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
