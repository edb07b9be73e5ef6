#include "tensorflow/core/common_runtime/dml/runtime/operators/normalization/batch_norm.h"

#include <algorithm>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/products/product.h"

namespace dml {
namespace {

// `side` may be null.
Status Apply(OperatorContext& context, const dml_tensor& x,
             const dml_tensor& mean, const dml_tensor& spread,
             bool spread_is_variance, double epsilon, const dml_tensor& scale,
             const dml_tensor& offset, const dml_tensor* side,
             dml_activation activation, const dml_tensor& y) {
  // Where there is no side, x stands in, and is not read.
  const dml_tensor& added = side != nullptr ? *side : x;
  const ElementWalk elements = WalkElements(context, {&x, &added, &y},
                                            {&mean, &spread, &scale, &offset});
  BatchNormApplyParameters constants = {};
  constants.has_side = side != nullptr;
  constants.activation = activation;
  constants.side_offset = DataOffset(added);
  constants.x_offset = DataOffset(x);
  constants.y_offset = DataOffset(y);
  constants.spread_is_variance = spread_is_variance;
  constants.epsilon = static_cast<float>(epsilon);
  LocateVector(mean, constants.mean_at);
  LocateVector(spread, constants.spread_at);
  LocateVector(scale, constants.scale_at);
  LocateVector(offset, constants.offset_at);
  constants.walk = elements.channels;
  constants.index = elements.walk.index;
  std::copy_n(elements.walk.strides[0], DML_MAX_RANK, constants.x_strides);
  std::copy_n(elements.walk.strides[1], DML_MAX_RANK, constants.side_strides);
  std::copy_n(elements.walk.strides[2], DML_MAX_RANK, constants.y_strides);
  return LaunchProgram(
      context, ShaderName("batch_norm_apply", x.type),
      {kGroupSize, elements.access, elements.walk.rank},
      LinearGrid(context, CeilDivide(constants.walk.count, kGroupSize)),
      {Argument(x, Access::kRead), Argument(mean, Access::kRead),
       Argument(spread, Access::kRead), Argument(scale, Access::kRead),
       Argument(offset, Access::kRead), Argument(added, Access::kRead),
       Argument(y, Access::kWrite)},
      constants);
}

// What a reduction of an input left: mean and sum of squared deviations of each
// channel, for each of `splits` parts.
struct Partials {
  explicit Partials(OperatorContext& context) : memory(context) {}

  Scratch memory;
  uint32_t splits = 1;
  uint32_t part_elements = 0;  // of each part, except the last
  // To merge them.
  uint32_t elements = 0;  // of a channel
  float variance_factor = 1;
};

Status ReduceParts(OperatorContext& context, const dml_tensor& input,
                   Partials* partials) {
  const ReducedWalk reduction = ReduceChannels(context, {&input});
  const uint64_t channels = input.sizes[kBatchNormChannel];
  partials->splits = reduction.shape.splits;
  partials->part_elements = reduction.shape.chunk * reduction.elements;
  DML_RETURN_IF_ERROR(partials->memory.Allocate(
      2 * sizeof(float) * reduction.shape.splits * channels));

  BatchNormStatisticsParameters constants = {};
  constants.x_offset = DataOffset(input);
  constants.channel_stride =
      static_cast<int32_t>(input.strides[kBatchNormChannel]);
  constants.channels = static_cast<uint32_t>(channels);
  constants.count = reduction.count;
  constants.splits = reduction.shape.splits;
  constants.chunk = reduction.shape.chunk;
  constants.lanes = reduction.shape.lanes;
  constants.lane_stride = reduction.shape.lane_stride;
  constants.reduced = reduction.reduced;
  std::copy_n(reduction.strides[0], DML_MAX_RANK, constants.x_strides);
  return LaunchProgram(context, ShaderName("batch_norm_statistics", input.type),
                       {kGroupSize, 0, reduction.access, reduction.rank},
                       LinearGrid(context, reduction.shape.groups),
                       {Argument(input, Access::kRead),
                        partials->memory.Argument(Access::kWrite)},
                       constants);
}

// The statistics that a caller wants (mean, variance, inverse deviation; null
// where not) as a program takes them, which touches `unused` for no other.
void LocateOutputs(const dml_tensor* const outputs[3],
                   const BufferArgument& unused, BufferArgument buffers[3],
                   uint32_t wanted[3], int32_t at[6]) {
  for (int i = 0; i < 3; ++i) {
    buffers[i] = unused;
    if (outputs[i] == nullptr) continue;
    wanted[i] = 1;
    LocateVector(*outputs[i], &at[2 * i]);
    buffers[i] = Argument(*outputs[i], Access::kWrite);
  }
}

// Merges the parts: writes mean and inverse deviation of each channel to
// `normalization`, [2, channels], and those of `outputs` that are wanted.
Status MergeParts(OperatorContext& context, int64_t channels,
                  const Partials& partials, double epsilon,
                  const Scratch& normalization,
                  const dml_tensor* const outputs[3]) {
  const ReductionShape shape =
      ShapeReduction(context, channels, partials.splits, Neighbours::kKept,
                     /*may_split=*/false);
  BatchNormFinishParameters constants = {};
  constants.channels = static_cast<uint32_t>(channels);
  constants.count = partials.elements;
  constants.splits = partials.splits;
  constants.chunk = partials.part_elements;
  constants.lanes = shape.lanes;
  constants.lane_stride = shape.lane_stride;
  constants.epsilon = static_cast<float>(epsilon);
  constants.variance_factor = partials.variance_factor;
  BufferArgument buffers[5] = {partials.memory.Argument(Access::kRead),
                               normalization.Argument(Access::kWrite)};
  LocateOutputs(outputs, buffers[0], &buffers[2], constants.wanted,
                constants.outputs_at);
  return LaunchProgram(context, "batch_norm_finish", {kGroupSize},
                       LinearGrid(context, shape.groups), buffers, constants);
}

// What training takes and makes; `side` may be null.
struct Training {
  const dml_tensor& x;
  const dml_tensor& scale;
  const dml_tensor& offset;
  double epsilon;
  bool unbiased;
  const dml_tensor* side;
  dml_activation activation;
  const dml_tensor& y;
  const dml_tensor* outputs[3];  // mean, variance, inverse deviation, or null

  // Where there is no side, x stands in, and is not read.
  const dml_tensor& added() const { return side != nullptr ? *side : x; }
};

// Normalizes by a walk whose groups get the statistics themselves: from few
// parts, or, where `parts` is null, from all of their channels' elements.
Status ApplyMerged(OperatorContext& context, const Training& given,
                   const ReducedWalk& walk, const Partials& partials,
                   const BufferArgument* parts) {
  const dml_tensor* const tensors[] = {&given.x, &given.added(), &given.y};
  BatchNormMergedApplyParameters constants = {};
  for (int t = 0; t < 3; ++t) {
    constants.offsets[t] = DataOffset(*tensors[t]);
    constants.channel_strides[t] =
        static_cast<int32_t>(tensors[t]->strides[kBatchNormChannel]);
  }
  constants.has_side = given.side != nullptr;
  constants.activation = given.activation;
  LocateVector(given.scale, constants.scale_at);
  LocateVector(given.offset, constants.offset_at);
  constants.channels = static_cast<uint32_t>(given.x.sizes[kBatchNormChannel]);
  constants.count = walk.count;
  constants.splits = walk.shape.splits;
  constants.chunk = walk.shape.chunk;
  constants.lanes = walk.shape.lanes;
  constants.lane_stride = walk.shape.lane_stride;
  constants.merged_splits = partials.splits;
  constants.part_elements = partials.part_elements;
  constants.elements = partials.elements;
  constants.epsilon = static_cast<float>(given.epsilon);
  constants.variance_factor = partials.variance_factor;
  constants.reduced = walk.reduced;
  std::copy_n(walk.strides[0], DML_MAX_RANK, constants.x_strides);
  std::copy_n(walk.strides[1], DML_MAX_RANK, constants.side_strides);
  std::copy_n(walk.strides[2], DML_MAX_RANK, constants.y_strides);
  const uint32_t whole = parts == nullptr;
  const BufferArgument scale = Argument(given.scale, Access::kRead);
  BufferArgument buffers[9] = {Argument(given.x, Access::kRead),
                               whole != 0 ? scale : *parts,
                               scale,
                               Argument(given.offset, Access::kRead),
                               Argument(given.added(), Access::kRead),
                               Argument(given.y, Access::kWrite)};
  LocateOutputs(given.outputs, scale, &buffers[6], constants.wanted,
                constants.outputs_at);
  return LaunchProgram(
      context, ShaderName("batch_norm_merged_apply", given.x.type),
      {kGroupSize, whole, walk.access, walk.rank},
      LinearGrid(context, walk.shape.groups), buffers, constants);
}

Status Train(OperatorContext& context, const Training& given) {
  const dml_tensor& x = given.x;
  const std::initializer_list<const dml_tensor*> tensors = {&x, &given.added(),
                                                            &given.y};
  Partials partials(context);
  partials.elements = static_cast<uint32_t>(CountPerChannel(x));
  if (given.unbiased && partials.elements > 1) {
    const double count = partials.elements;
    partials.variance_factor = static_cast<float>(count / (count - 1));
  }
  ReducedWalk whole;
  if (WalkWholeChannels(context, tensors, &whole)) {
    return ApplyMerged(context, given, whole, partials, nullptr);
  }
  DML_RETURN_IF_ERROR(ReduceParts(context, x, &partials));
  if (MergesInPass(x, partials.splits)) {
    const BufferArgument parts = partials.memory.Argument(Access::kRead);
    return ApplyMerged(context, given, WalkChannels(context, tensors), partials,
                       &parts);
  }

  const int64_t channels = x.sizes[kBatchNormChannel];
  Scratch normalization(context);
  DML_RETURN_IF_ERROR(normalization.Allocate(2 * sizeof(float) * channels));
  DML_RETURN_IF_ERROR(MergeParts(context, channels, partials, given.epsilon,
                                 normalization, given.outputs));
  const dml_tensor mean =
      MakeTensor(normalization.address(), DML_FLOAT32, {channels});
  dml_tensor inverse_stddev = mean;
  inverse_stddev.data += sizeof(float) * channels;
  return Apply(context, x, mean, inverse_stddev,
               /*spread_is_variance=*/false, 0.0, given.scale, given.offset,
               given.side, given.activation, given.y);
}

}  // namespace

Status BatchNormTraining(OperatorContext& context, const dml_tensor* input,
                         const dml_tensor* scale, const dml_tensor* offset,
                         double epsilon, int32_t unbiased_variance,
                         const dml_tensor* side, dml_activation activation,
                         const dml_tensor* output, const dml_tensor* mean,
                         const dml_tensor* variance,
                         const dml_tensor* saved_inverse_stddev) {
  DML_RETURN_IF_ERROR(CheckBatchNormInput(input));
  DML_RETURN_IF_ERROR(CheckChannelVector(scale, "batch_norm: scale", *input));
  DML_RETURN_IF_ERROR(CheckChannelVector(offset, "batch_norm: offset", *input));
  DML_RETURN_IF_ERROR(CheckLikeInput(output, "batch_norm: output", *input));
  if (side != nullptr) {
    DML_RETURN_IF_ERROR(CheckLikeInput(side, "batch_norm: side", *input));
  }
  DML_RETURN_IF_ERROR(CheckActivation("batch_norm", input->type, activation));
  const Training given = {*input,
                          *scale,
                          *offset,
                          epsilon,
                          unbiased_variance != 0,
                          side,
                          activation,
                          *output,
                          {mean, variance, saved_inverse_stddev}};
  const char* const names[] = {"batch_norm: mean", "batch_norm: variance",
                               "batch_norm: saved_inverse_stddev"};
  for (int i = 0; i < 3; ++i) {
    if (given.outputs[i] == nullptr) continue;
    DML_RETURN_IF_ERROR(CheckChannelVector(given.outputs[i], names[i], *input));
  }
  if (IsEmpty(*input)) {
    return input->sizes[kBatchNormChannel] == 0
               ? Status::Ok()
               : InvalidArgument("batch_norm: input ", Describe(*input),
                                 " has no elements to take statistics of");
  }
  return Train(context, given);
}

Status BatchNormInference(OperatorContext& context, const dml_tensor* input,
                          const dml_tensor* scale, const dml_tensor* offset,
                          const dml_tensor* mean, const dml_tensor* variance,
                          double epsilon, const dml_tensor* side,
                          dml_activation activation, const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckBatchNormInput(input));
  DML_RETURN_IF_ERROR(CheckChannelVector(scale, "batch_norm: scale", *input));
  DML_RETURN_IF_ERROR(CheckChannelVector(offset, "batch_norm: offset", *input));
  DML_RETURN_IF_ERROR(CheckChannelVector(mean, "batch_norm: mean", *input));
  DML_RETURN_IF_ERROR(
      CheckChannelVector(variance, "batch_norm: variance", *input));
  DML_RETURN_IF_ERROR(CheckLikeInput(output, "batch_norm: output", *input));
  if (side != nullptr) {
    DML_RETURN_IF_ERROR(CheckLikeInput(side, "batch_norm: side", *input));
  }
  DML_RETURN_IF_ERROR(CheckActivation("batch_norm", input->type, activation));
  if (IsEmpty(*output)) return Status::Ok();
  return Apply(context, *input, *mean, *variance, /*spread_is_variance=*/true,
               epsilon, *scale, *offset, side, activation, *output);
}

}  // namespace dml
