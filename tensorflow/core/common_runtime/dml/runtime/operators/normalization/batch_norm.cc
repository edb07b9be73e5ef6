#include <algorithm>
#include <cstdlib>
#include <initializer_list>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/normalization/normalization_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/reduction_shape.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/tensor.h"

namespace dml {
namespace {

constexpr uint32_t kBatch = 0;
constexpr uint32_t kChannel = 1;
void Locate(const dml_tensor& vector, int32_t at[2]) {
  at[0] = DataOffset(vector);
  at[1] = static_cast<int32_t>(vector.strides[0]);
}

Status CheckInput(const dml_tensor* input) {
  DML_RETURN_IF_ERROR(CheckTensor(input, "batch_norm: input"));
  if (input->rank < 2 || input->rank > 5) {
    return InvalidArgument(
        "batch_norm: input must be [batch, channels, "
        "0 to 3 spatial dimensions], not ",
        Describe(*input));
  }
  return Status::Ok();
}

Status CheckLike(const dml_tensor* tensor, const char* name,
                 const dml_tensor& input) {
  DML_RETURN_IF_ERROR(CheckTensor(tensor, name));
  if (tensor->type == input.type && SameSizes(*tensor, input)) {
    return Status::Ok();
  }
  return InvalidArgument(name, " ", Describe(*tensor),
                         " must have type and sizes of the input ",
                         Describe(input));
}

Status CheckVector(const dml_tensor* tensor, const char* name,
                   const dml_tensor& input) {
  DML_RETURN_IF_ERROR(CheckTensor(tensor, name));
  if (tensor->type == DML_FLOAT32 && tensor->rank == 1 &&
      tensor->sizes[0] == input.sizes[kChannel]) {
    return Status::Ok();
  }
  return InvalidArgument(name, " must be float32 [", input.sizes[kChannel],
                         "], one for each channel of ", Describe(input),
                         "; it is ", Describe(*tensor));
}

// Elements of each channel.
uint64_t CountPerChannel(const dml_tensor& input) {
  return ElementCount(SelectDimensions(input, ~(1u << kChannel)));
}

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
  channel.strides[kChannel] = 1;
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

// How to reduce each channel of `input`: strides[0], and those of `other`,
// which may be the same, as strides[1].
ReducedWalk ReduceChannels(const OperatorContext& context,
                           const dml_tensor& input, const dml_tensor& other) {
  const dml_tensor channels = SelectDimensions(input, 1u << kChannel);
  const dml_tensor other_channels = SelectDimensions(other, 1u << kChannel);
  return WalkReduced(context, {&input, &other}, ~(1u << kChannel),
                     Coalesce({&channels, &other_channels}),
                     /*may_split=*/true);
}

Status Apply(OperatorContext& context, const dml_tensor& x,
             const dml_tensor& mean, const dml_tensor& spread,
             bool spread_is_variance, double epsilon, const dml_tensor& scale,
             const dml_tensor& offset, const dml_tensor& y) {
  const ElementWalk elements =
      WalkElements(context, {&x, &y}, {&mean, &spread, &scale, &offset});
  BatchNormApplyParameters constants = {};
  constants.x_offset = DataOffset(x);
  constants.y_offset = DataOffset(y);
  constants.spread_is_variance = spread_is_variance;
  constants.epsilon = static_cast<float>(epsilon);
  Locate(mean, constants.mean_at);
  Locate(spread, constants.spread_at);
  Locate(scale, constants.scale_at);
  Locate(offset, constants.offset_at);
  constants.walk = elements.channels;
  constants.index = elements.walk.index;
  std::copy_n(elements.walk.strides[0], DML_MAX_RANK, constants.x_strides);
  std::copy_n(elements.walk.strides[1], DML_MAX_RANK, constants.y_strides);
  return LaunchProgram(
      context, ShaderName("batch_norm_apply", x.type),
      {kGroupSize, elements.access, elements.walk.rank},
      LinearGrid(context, CeilDivide(constants.walk.count, kGroupSize)),
      {Argument(x, Access::kRead), Argument(mean, Access::kRead),
       Argument(spread, Access::kRead), Argument(scale, Access::kRead),
       Argument(offset, Access::kRead), Argument(y, Access::kWrite)},
      constants);
}

// Writes mean and inverse deviation of each channel to `normalization`, [2,
// channels], and those of `outputs` (mean, variance, inverse deviation) that
// are not null.
Status Statistics(OperatorContext& context, const dml_tensor& input,
                  double epsilon, bool unbiased, const Scratch& normalization,
                  const dml_tensor* const outputs[3]) {
  const ReducedWalk reduction = ReduceChannels(context, input, input);
  const uint64_t channels = input.sizes[kChannel];
  const uint64_t count = CountPerChannel(input);

  Scratch partials(context);
  DML_RETURN_IF_ERROR(
      partials.Allocate(2 * sizeof(float) * reduction.shape.splits * channels));
  BatchNormStatisticsParameters constants = {};
  constants.x_offset = DataOffset(input);
  constants.channel_stride = static_cast<int32_t>(input.strides[kChannel]);
  constants.channels = static_cast<uint32_t>(channels);
  constants.count = reduction.count;
  constants.splits = reduction.shape.splits;
  constants.chunk = reduction.shape.chunk;
  constants.lanes = reduction.shape.lanes;
  constants.lane_stride = reduction.shape.lane_stride;
  constants.reduced = reduction.reduced;
  std::copy_n(reduction.strides[0], DML_MAX_RANK, constants.strides);
  DML_RETURN_IF_ERROR(LaunchProgram(
      context, ShaderName("batch_norm_statistics", input.type),
      {kGroupSize, 0, reduction.access, reduction.rank},
      LinearGrid(context, reduction.shape.groups),
      {Argument(input, Access::kRead), partials.Argument(Access::kWrite)},
      constants));

  const ReductionShape shape =
      ShapeReduction(context, channels, reduction.shape.splits,
                     Neighbours::kKept, /*may_split=*/false);
  BatchNormFinishParameters finish = {};
  finish.channels = constants.channels;
  finish.count = static_cast<uint32_t>(count);
  finish.splits = constants.splits;
  finish.chunk = constants.chunk * reduction.elements;
  finish.lanes = shape.lanes;
  finish.lane_stride = shape.lane_stride;
  finish.epsilon = static_cast<float>(epsilon);
  finish.variance_factor =
      unbiased && count > 1
          ? static_cast<float>(static_cast<double>(count) / (count - 1))
          : 1.0f;
  BufferArgument buffers[5];
  buffers[0] = partials.Argument(Access::kRead);
  buffers[1] = normalization.Argument(Access::kWrite);
  for (int i = 0; i < 3; ++i) {
    if (outputs[i] != nullptr) {
      finish.wanted[i] = 1;
      Locate(*outputs[i], &finish.outputs_at[2 * i]);
      buffers[2 + i] = Argument(*outputs[i], Access::kWrite);
    } else {
      buffers[2 + i] = buffers[0];  // not touched
    }
  }
  return LaunchProgram(context, "batch_norm_finish", {kGroupSize},
                       LinearGrid(context, shape.groups), buffers, finish);
}

// Sums over each channel of dy and of dy times the normalized input, into the
// gradients of offset and scale.
Status GradientSums(OperatorContext& context, const dml_tensor& dy,
                    const dml_tensor& x, const dml_tensor& mean,
                    const dml_tensor& inverse_stddev,
                    const dml_tensor& scale_gradient,
                    const dml_tensor& offset_gradient) {
  const ReducedWalk reduction = ReduceChannels(context, x, dy);
  const uint32_t splits = reduction.shape.splits;
  const int64_t channels = x.sizes[kChannel];

  Scratch scratch(context);
  dml_tensor scale_sums = scale_gradient;
  dml_tensor offset_sums = offset_gradient;
  if (splits > 1) {
    const uint64_t plane = sizeof(float) * splits * channels;
    DML_RETURN_IF_ERROR(scratch.Allocate(2 * plane));
    offset_sums = MakeTensor(scratch.address(), DML_FLOAT32,
                             {int64_t{splits} * channels});
    scale_sums = offset_sums;
    scale_sums.data += plane;
  }

  BatchNormGradientSumsParameters constants = {};
  constants.dy_offset = DataOffset(dy);
  constants.x_offset = DataOffset(x);
  constants.dy_channel_stride = static_cast<int32_t>(dy.strides[kChannel]);
  constants.x_channel_stride = static_cast<int32_t>(x.strides[kChannel]);
  Locate(mean, constants.mean_at);
  Locate(inverse_stddev, constants.inverse_stddev_at);
  Locate(offset_sums, constants.offset_sums_at);
  Locate(scale_sums, constants.scale_sums_at);
  constants.channels = static_cast<uint32_t>(channels);
  constants.count = reduction.count;
  constants.splits = splits;
  constants.chunk = reduction.shape.chunk;
  constants.lanes = reduction.shape.lanes;
  constants.lane_stride = reduction.shape.lane_stride;
  constants.reduced = reduction.reduced;
  std::copy_n(reduction.strides[1], DML_MAX_RANK, constants.dy_strides);
  std::copy_n(reduction.strides[0], DML_MAX_RANK, constants.x_strides);
  // An empty batch has no memory, and nothing reads it.
  const BufferArgument output = Argument(offset_sums, Access::kWrite);
  BufferArgument dy_argument =
      IsEmpty(dy) ? output : Argument(dy, Access::kRead);
  BufferArgument x_argument = IsEmpty(x) ? output : Argument(x, Access::kRead);
  dy_argument.access = x_argument.access = Access::kRead;
  DML_RETURN_IF_ERROR(
      LaunchProgram(context, ShaderName("batch_norm_gradient_sums", x.type),
                    {kGroupSize, 0, reduction.access, reduction.rank},
                    LinearGrid(context, reduction.shape.groups),
                    {dy_argument, x_argument, Argument(mean, Access::kRead),
                     Argument(inverse_stddev, Access::kRead), output,
                     Argument(scale_sums, Access::kWrite)},
                    constants));
  if (splits == 1) return Status::Ok();

  const ReductionShape shape =
      ShapeReduction(context, channels, splits, Neighbours::kKept,
                     /*may_split=*/false);
  BatchNormGradientFinishParameters finish = {};
  finish.channels = constants.channels;
  finish.splits = splits;
  finish.lanes = shape.lanes;
  finish.lane_stride = shape.lane_stride;
  Locate(offset_gradient, finish.offset_gradient_at);
  Locate(scale_gradient, finish.scale_gradient_at);
  return LaunchProgram(context, "batch_norm_gradient_finish", {kGroupSize},
                       LinearGrid(context, shape.groups),
                       {scratch.Argument(Access::kRead),
                        Argument(offset_gradient, Access::kWrite),
                        Argument(scale_gradient, Access::kWrite)},
                       finish);
}

}  // namespace

Status BatchNormTraining(OperatorContext& context, const dml_tensor* input,
                         const dml_tensor* scale, const dml_tensor* offset,
                         double epsilon, int32_t unbiased_variance,
                         const dml_tensor* output, const dml_tensor* mean,
                         const dml_tensor* variance,
                         const dml_tensor* saved_inverse_stddev) {
  DML_RETURN_IF_ERROR(CheckInput(input));
  DML_RETURN_IF_ERROR(CheckVector(scale, "batch_norm: scale", *input));
  DML_RETURN_IF_ERROR(CheckVector(offset, "batch_norm: offset", *input));
  DML_RETURN_IF_ERROR(CheckLike(output, "batch_norm: output", *input));
  const dml_tensor* const outputs[] = {mean, variance, saved_inverse_stddev};
  const char* const names[] = {"batch_norm: mean", "batch_norm: variance",
                               "batch_norm: saved_inverse_stddev"};
  for (int i = 0; i < 3; ++i) {
    if (outputs[i] == nullptr) continue;
    DML_RETURN_IF_ERROR(CheckVector(outputs[i], names[i], *input));
  }
  if (IsEmpty(*input)) {
    return input->sizes[kChannel] == 0
               ? Status::Ok()
               : InvalidArgument("batch_norm: input ", Describe(*input),
                                 " has no elements to take statistics of");
  }

  const int64_t channels = input->sizes[kChannel];
  Scratch normalization(context);
  DML_RETURN_IF_ERROR(normalization.Allocate(2 * sizeof(float) * channels));
  DML_RETURN_IF_ERROR(Statistics(context, *input, epsilon,
                                 unbiased_variance != 0, normalization,
                                 outputs));
  const dml_tensor batch_mean =
      MakeTensor(normalization.address(), DML_FLOAT32, {channels});
  dml_tensor inverse_stddev = batch_mean;
  inverse_stddev.data += sizeof(float) * channels;
  return Apply(context, *input, batch_mean, inverse_stddev,
               /*spread_is_variance=*/false, 0.0, *scale, *offset, *output);
}

Status BatchNormInference(OperatorContext& context, const dml_tensor* input,
                          const dml_tensor* scale, const dml_tensor* offset,
                          const dml_tensor* mean, const dml_tensor* variance,
                          double epsilon, const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckInput(input));
  DML_RETURN_IF_ERROR(CheckVector(scale, "batch_norm: scale", *input));
  DML_RETURN_IF_ERROR(CheckVector(offset, "batch_norm: offset", *input));
  DML_RETURN_IF_ERROR(CheckVector(mean, "batch_norm: mean", *input));
  DML_RETURN_IF_ERROR(CheckVector(variance, "batch_norm: variance", *input));
  DML_RETURN_IF_ERROR(CheckLike(output, "batch_norm: output", *input));
  if (IsEmpty(*output)) return Status::Ok();
  return Apply(context, *input, *mean, *variance, /*spread_is_variance=*/true,
               epsilon, *scale, *offset, *output);
}

Status BatchNormGradient(OperatorContext& context, int32_t training,
                         const dml_tensor* output_gradient,
                         const dml_tensor* input, const dml_tensor* scale,
                         const dml_tensor* mean,
                         const dml_tensor* inverse_stddev,
                         const dml_tensor* input_gradient,
                         const dml_tensor* scale_gradient,
                         const dml_tensor* offset_gradient) {
  DML_RETURN_IF_ERROR(CheckInput(input));
  DML_RETURN_IF_ERROR(
      CheckLike(output_gradient, "batch_norm: output_gradient", *input));
  DML_RETURN_IF_ERROR(
      CheckLike(input_gradient, "batch_norm: input_gradient", *input));
  DML_RETURN_IF_ERROR(CheckVector(scale, "batch_norm: scale", *input));
  DML_RETURN_IF_ERROR(CheckVector(mean, "batch_norm: mean", *input));
  DML_RETURN_IF_ERROR(
      CheckVector(inverse_stddev, "batch_norm: inverse_stddev", *input));
  DML_RETURN_IF_ERROR(
      CheckVector(scale_gradient, "batch_norm: scale_gradient", *input));
  DML_RETURN_IF_ERROR(
      CheckVector(offset_gradient, "batch_norm: offset_gradient", *input));
  if (input->sizes[kChannel] == 0) return Status::Ok();

  DML_RETURN_IF_ERROR(GradientSums(context, *output_gradient, *input, *mean,
                                   *inverse_stddev, *scale_gradient,
                                   *offset_gradient));
  if (IsEmpty(*input)) return Status::Ok();

  const ElementWalk elements = WalkElements(
      context, {output_gradient, input, input_gradient},
      {mean, inverse_stddev, scale, offset_gradient, scale_gradient});
  BatchNormGradientParameters constants = {};
  constants.dy_offset = DataOffset(*output_gradient);
  constants.x_offset = DataOffset(*input);
  constants.dx_offset = DataOffset(*input_gradient);
  constants.share =
      training != 0 ? 1.0f / static_cast<float>(CountPerChannel(*input)) : 0.0f;
  Locate(*mean, constants.mean_at);
  Locate(*inverse_stddev, constants.inverse_stddev_at);
  Locate(*scale, constants.scale_at);
  Locate(*offset_gradient, constants.dy_sums_at);
  Locate(*scale_gradient, constants.scaled_sums_at);
  constants.walk = elements.channels;
  constants.index = elements.walk.index;
  std::copy_n(elements.walk.strides[0], DML_MAX_RANK, constants.dy_strides);
  std::copy_n(elements.walk.strides[1], DML_MAX_RANK, constants.x_strides);
  std::copy_n(elements.walk.strides[2], DML_MAX_RANK, constants.dx_strides);
  return LaunchProgram(
      context, ShaderName("batch_norm_gradient", input->type),
      {kGroupSize, elements.access, elements.walk.rank},
      LinearGrid(context, CeilDivide(constants.walk.count, kGroupSize)),
      {Argument(*output_gradient, Access::kRead),
       Argument(*input, Access::kRead), Argument(*mean, Access::kRead),
       Argument(*inverse_stddev, Access::kRead),
       Argument(*scale, Access::kRead),
       Argument(*offset_gradient, Access::kRead),
       Argument(*scale_gradient, Access::kRead),
       Argument(*input_gradient, Access::kWrite)},
      constants);
}

}  // namespace dml
