// What the passes of batch normalization share, forward and backward.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_NORMALIZATION_BATCH_NORM_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_NORMALIZATION_BATCH_NORM_H_

#include <cstdint>
#include <initializer_list>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/context.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/normalization/normalization_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/reduction_shape.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/tensor.h"

namespace dml {

// Dimension of an input.
constexpr uint32_t kBatchNormChannel = 1;

// Offset and stride of a vector over channels, as programs take them.
void LocateVector(const dml_tensor& vector, int32_t at[2]);

Status CheckBatchNormInput(const dml_tensor* input);
// `name` is for messages: a tensor of the input's type and sizes, and a vector
// over its channels.
Status CheckLikeInput(const dml_tensor* tensor, const char* name,
                      const dml_tensor& input);
Status CheckChannelVector(const dml_tensor* tensor, const char* name,
                          const dml_tensor& input);

// Elements of each channel.
uint64_t CountPerChannel(const dml_tensor& input);

// A walk over all elements of tensors of equal sizes and type, in the order in
// which the last one lies in memory: see channel_walk.glsl.
struct ElementWalk {
  StridedWalk walk;  // of accesses; the channel is the last tensor
  uint32_t access = kAccessSingle;
  ChannelWalk channels = {};
};

// `vectors`: those over channels.
ElementWalk WalkElements(const OperatorContext& context,
                         std::initializer_list<const dml_tensor*> tensors,
                         std::initializer_list<const dml_tensor*> vectors);

// How to reduce each channel of `tensors`, alike in sizes and type: strides in
// their order.
ReducedWalk ReduceChannels(const OperatorContext& context,
                           std::initializer_list<const dml_tensor*> tensors);

// Whether a pass over all elements of `input` merges itself what `splits` parts
// of a reduction left of each channel, rather than leave that to a launch of
// its own. Each of its groups then does so for its channels
// (merged_parts.glsl), which costs less than a launch while parts are few;
// beside tensors that are large enough, a launch is nothing.
bool MergesInPass(const dml_tensor& input, uint32_t splits);

// How such a pass over `tensors` is shared out: as ReduceChannels(), but its
// `splits` are the groups that share the elements of a channel.
ReducedWalk WalkChannels(const OperatorContext& context,
                         std::initializer_list<const dml_tensor*> tensors);

// Whether groups take whole channels: statistics and the pass behind them are
// one launch then, in which a group reads its elements twice. *walk is how: as
// WalkChannels(), without splits.
//
// A group has a fixed time for that, about what another launch with its barrier
// costs: 2048 accesses of a channel, or of a pack of them, 16 for a lane; 32 to
// 64 KiB, which stay in its caches until they are read again. So it does not
// matter how few groups there are. But where channels are neighbours in memory,
// few of them for a group are parts of a transaction, which other groups need
// again: as many tensors as caches hold may do that, larger ones take more
// neighbours in a group, with fewer lanes each.
bool WalkWholeChannels(const OperatorContext& context,
                       std::initializer_list<const dml_tensor*> tensors,
                       ReducedWalk* walk);

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_NORMALIZATION_BATCH_NORM_H_
