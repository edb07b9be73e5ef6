#include <algorithm>
#include <cstdlib>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/normalization/batch_norm.h"

namespace dml {

void LocateVector(const dml_tensor& vector, int32_t at[2]) {
  at[0] = DataOffset(vector);
  at[1] = static_cast<int32_t>(vector.strides[0]);
}

Status CheckBatchNormInput(const dml_tensor* input) {
  DML_RETURN_IF_ERROR(CheckTensor(input, "batch_norm: input"));
  if (input->rank < 2 || input->rank > 5) {
    return InvalidArgument(
        "batch_norm: input must be [batch, channels, "
        "0 to 3 spatial dimensions], not ",
        Describe(*input));
  }
  return Status::Ok();
}

Status CheckLikeInput(const dml_tensor* tensor, const char* name,
                      const dml_tensor& input) {
  DML_RETURN_IF_ERROR(CheckTensor(tensor, name));
  if (tensor->type == input.type && SameSizes(*tensor, input)) {
    return Status::Ok();
  }
  return InvalidArgument(name, " ", Describe(*tensor),
                         " must have type and sizes of the input ",
                         Describe(input));
}

Status CheckChannelVector(const dml_tensor* tensor, const char* name,
                          const dml_tensor& input) {
  DML_RETURN_IF_ERROR(CheckTensor(tensor, name));
  if (tensor->type == DML_FLOAT32 && tensor->rank == 1 &&
      tensor->sizes[0] == input.sizes[kBatchNormChannel]) {
    return Status::Ok();
  }
  return InvalidArgument(name, " must be float32 [",
                         input.sizes[kBatchNormChannel],
                         "], one for each channel of ", Describe(input),
                         "; it is ", Describe(*tensor));
}

uint64_t CountPerChannel(const dml_tensor& input) {
  return ElementCount(SelectDimensions(input, ~(1u << kBatchNormChannel)));
}

ElementWalk WalkElements(const OperatorContext& context,
                         std::initializer_list<const dml_tensor*> tensors,
                         std::initializer_list<const dml_tensor*> vectors) {
  constexpr int kMax = Coalesced::kMaxTensors;
  const dml_tensor& leader = *tensors.begin()[tensors.size() - 1];
  uint32_t order[DML_MAX_RANK];
  for (uint32_t d = 0; d < leader.rank; ++d) order[d] = d;
  std::stable_sort(order, order + leader.rank, [&](uint32_t a, uint32_t b) {
    return std::llabs(leader.strides[a]) > std::llabs(leader.strides[b]);
  });

  dml_tensor channel = leader;
  std::fill_n(channel.strides, DML_MAX_RANK, 0);
  channel.strides[kBatchNormChannel] = 1;
  dml_tensor sorted[kMax];
  const dml_tensor* pointers[kMax];
  size_t n = 0;
  auto add = [&](const dml_tensor& tensor) {
    sorted[n] = tensor;
    for (uint32_t d = 0; d < leader.rank; ++d) {
      sorted[n].sizes[d] = tensor.sizes[order[d]];
      sorted[n].strides[d] = tensor.strides[order[d]];
    }
    pointers[n] = &sorted[n];
    ++n;
  };
  for (const dml_tensor* tensor : tensors) add(*tensor);
  add(channel);
  ElementWalk made;
  StridedWalk& walk = made.walk;
  walk = WalkTogether(Span<const dml_tensor* const>(pointers, n));

  const uint32_t last = walk.rank - 1;
  const int32_t* channel_strides = walk.strides[n - 1];
  const int32_t pack = static_cast<int32_t>(PackSize(leader.type));
  bool packs = walk.index.sizes[last] % static_cast<uint32_t>(pack) == 0;
  for (size_t t = 0; packs && t + 1 < n; ++t) {
    packs = walk.strides[t][last] == 1 && StartsPacks(*pointers[t]) &&
            std::all_of(walk.strides[t], walk.strides[t] + last,
                        [pack](int32_t stride) { return stride % pack == 0; });
  }
  const bool across = channel_strides[last] != 0;
  if (across) {
    for (const dml_tensor* vector : vectors) {
      packs = packs && vector->strides[0] == 1;
    }
  }
  if (packs) {
    made.access = across ? kAccessKept : kAccessReduced;
    uint32_t sizes[DML_MAX_RANK];
    std::copy_n(walk.index.sizes, DML_MAX_RANK, sizes);
    sizes[last] /= static_cast<uint32_t>(pack);
    walk.index = IndexOf(sizes, walk.rank);
    for (size_t t = 0; t < n; ++t) walk.strides[t][last] *= pack;
  }

  uint64_t inner = 1;
  for (uint32_t d = 1; d < walk.rank; ++d) inner *= walk.index.sizes[d];
  made.channels.outer = walk.index.sizes[0];
  // An invocation keeps its channels as long as there is work for all.
  constexpr uint64_t kMaxSteps = 8;
  const uint64_t steps =
      walk.strides[n - 1][0] != 0
          ? 1
          : std::min(kMaxSteps, inner * made.channels.outer /
                                    (BusyGroups(context.adapter) * kGroupSize));
  made.channels.steps = static_cast<uint32_t>(std::max<uint64_t>(steps, 1));
  made.channels.outer_step = static_cast<uint32_t>(
      CeilDivide(made.channels.outer, made.channels.steps));
  made.channels.count = static_cast<uint32_t>(inner * made.channels.outer_step);
  std::copy_n(walk.strides[n - 1], DML_MAX_RANK, made.channels.channel_strides);
  return made;
}

namespace {

ReducedWalk WalkEachChannel(const OperatorContext& context,
                            std::initializer_list<const dml_tensor*> tensors,
                            bool may_split) {
  dml_tensor channels[Coalesced::kMaxTensors];
  const dml_tensor* pointers[Coalesced::kMaxTensors];
  size_t n = 0;
  for (const dml_tensor* tensor : tensors) {
    channels[n] = SelectDimensions(*tensor, 1u << kBatchNormChannel);
    pointers[n] = &channels[n];
    ++n;
  }
  return WalkReduced(context, {tensors.begin(), n}, ~(1u << kBatchNormChannel),
                     Coalesce({pointers, n}), may_split);
}

}  // namespace

ReducedWalk ReduceChannels(const OperatorContext& context,
                           std::initializer_list<const dml_tensor*> tensors) {
  return WalkEachChannel(context, tensors, /*may_split=*/true);
}

bool MergesInPass(const dml_tensor& input, uint32_t splits) {
  constexpr uint32_t kMaxSplits = 32;
  constexpr int64_t kMaxElements = int64_t{1} << 22;
  return splits == 1 ||
         (splits <= kMaxSplits && ElementCount(input) <= kMaxElements);
}

ReducedWalk WalkChannels(const OperatorContext& context,
                         std::initializer_list<const dml_tensor*> tensors) {
  ReducedWalk walk = WalkEachChannel(context, tensors, /*may_split=*/false);
  ReductionShape& shape = walk.shape;
  const uint64_t blocks = shape.groups;
  // An invocation takes several accesses as long as there is work for all.
  constexpr uint64_t kMaxSteps = 16;
  const uint64_t single_steps = blocks * CeilDivide(walk.count, shape.lanes);
  const uint64_t steps = std::max<uint64_t>(
      std::min(kMaxSteps, single_steps / BusyGroups(context.adapter)), 1);
  shape.chunk = static_cast<uint32_t>(shape.lanes * steps);
  shape.splits = static_cast<uint32_t>(CeilDivide(walk.count, shape.chunk));
  shape.groups = blocks * shape.splits;
  return walk;
}

bool WalkWholeChannels(const OperatorContext& context,
                       std::initializer_list<const dml_tensor*> tensors,
                       ReducedWalk* walk) {
  constexpr uint64_t kMaxAccesses = 2048;
  constexpr uint64_t kMaxSteps = 16;
  // Of a lane, while there are lanes: one round of loads that wait together.
  constexpr uint64_t kSteps = 4;
  constexpr uint64_t kFewAccesses = uint64_t{1} << 16;
  constexpr uint64_t kCachedAccesses = uint64_t{1} << 18;
  if (CountPerChannel(*tensors.begin()[0]) > kMaxAccesses * 8) return false;
  *walk = WalkEachChannel(context, tensors, /*may_split=*/false);
  if (walk->count > kMaxAccesses) return false;

  const dml_tensor& first = *tensors.begin()[0];
  const uint32_t pack = PackSize(first.type);
  const uint64_t channels = first.sizes[kBatchNormChannel];
  const uint64_t outputs =
      walk->access == kAccessKept ? channels / pack : channels;
  uint32_t most_lanes = kGroupSize;
  uint32_t lanes_of_lines = kGroupSize;  // where a row of packs is a cache line
  if (walk->neighbours == Neighbours::kKept) {
    const uint64_t accesses = outputs * walk->count;
    const uint32_t least_packs = accesses <= kFewAccesses      ? 1
                                 : accesses <= kCachedAccesses ? 2
                                                               : 4;
    const uint32_t outputs_of_pack = walk->access == kAccessKept ? 1 : pack;
    most_lanes /= least_packs * outputs_of_pack;
    lanes_of_lines /= 4 * outputs_of_pack;
  }
  uint32_t lanes = 1;
  while (lanes < most_lanes && lanes * kSteps < walk->count) lanes *= 2;
  if (walk->count > kMaxSteps * lanes) return false;
  // A processor runs a group's invocations one after the other: more lanes save
  // no time, but parts of lines, far from each other, cost much.
  if (context.adapter.type == hal::AdapterType::kSoftware) {
    lanes = std::min(lanes, lanes_of_lines);
  }

  ReductionShape& shape = walk->shape;
  shape.splits = 1;
  shape.chunk = walk->count;
  shape.lanes = lanes;
  shape.lane_stride =
      walk->neighbours == Neighbours::kKept ? kGroupSize / lanes : 1;
  shape.groups = CeilDivide(outputs, kGroupSize / lanes);
  return true;
}

}  // namespace dml
