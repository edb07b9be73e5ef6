#include <algorithm>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/normalization/batch_norm.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"

namespace dml {
namespace {

struct Arguments {
  const dml_tensor& dy;
  // Where there is no activation, dy stands in, and is not read as this.
  const dml_tensor& activated;
  dml_activation activation;
  const dml_tensor& x;
  const dml_tensor& scale;
  const dml_tensor& mean;
  const dml_tensor& inverse_stddev;
  const dml_tensor& dx;
  const dml_tensor& scale_gradient;
  const dml_tensor& offset_gradient;
  float share = 0;  // 1 / elements of a channel, for training

  uint32_t channels() const {
    return static_cast<uint32_t>(x.sizes[kBatchNormChannel]);
  }
};

// Sums over each channel of dy and of dy times the normalized input: those of
// `splits` parts into `partials`, or, where that is 1, into the gradients of
// offset and scale.
Status ReduceParts(OperatorContext& context, const Arguments& given,
                   uint32_t* splits, Scratch* partials) {
  const dml_tensor& x = given.x;
  const dml_tensor& dy = given.dy;
  const dml_tensor* const tensors[] = {&dy, &given.activated, &x};
  const ReducedWalk reduction =
      ReduceChannels(context, {&x, &dy, &given.activated});
  *splits = reduction.shape.splits;
  dml_tensor scale_sums = given.scale_gradient;
  dml_tensor offset_sums = given.offset_gradient;
  if (*splits > 1) {
    const int64_t count = int64_t{*splits} * given.channels();
    DML_RETURN_IF_ERROR(partials->Allocate(2 * sizeof(float) * count));
    offset_sums = MakeTensor(partials->address(), DML_FLOAT32, {count});
    scale_sums = offset_sums;
    scale_sums.data += sizeof(float) * count;
  }

  BatchNormGradientSumsParameters constants = {};
  for (int t = 0; t < 3; ++t) {
    constants.offsets[t] = DataOffset(*tensors[t]);
    constants.channel_strides[t] =
        static_cast<int32_t>(tensors[t]->strides[kBatchNormChannel]);
  }
  constants.activation = given.activation;
  LocateVector(given.mean, constants.mean_at);
  LocateVector(given.inverse_stddev, constants.inverse_stddev_at);
  LocateVector(offset_sums, constants.offset_sums_at);
  LocateVector(scale_sums, constants.scale_sums_at);
  constants.channels = given.channels();
  constants.count = reduction.count;
  constants.splits = *splits;
  constants.chunk = reduction.shape.chunk;
  constants.lanes = reduction.shape.lanes;
  constants.lane_stride = reduction.shape.lane_stride;
  constants.reduced = reduction.reduced;
  std::copy_n(reduction.strides[1], DML_MAX_RANK, constants.dy_strides);
  std::copy_n(reduction.strides[2], DML_MAX_RANK, constants.activated_strides);
  std::copy_n(reduction.strides[0], DML_MAX_RANK, constants.x_strides);
  // An empty batch has no memory, and nothing reads it.
  const BufferArgument output = Argument(offset_sums, Access::kWrite);
  BufferArgument inputs[3];
  for (int t = 0; t < 3; ++t) {
    inputs[t] = IsEmpty(x) ? output : Argument(*tensors[t], Access::kRead);
    inputs[t].access = Access::kRead;
  }
  return LaunchProgram(
      context, ShaderName("batch_norm_gradient_sums", x.type),
      {kGroupSize, 0, reduction.access, reduction.rank},
      LinearGrid(context, reduction.shape.groups),
      {inputs[0], inputs[1], inputs[2], Argument(given.mean, Access::kRead),
       Argument(given.inverse_stddev, Access::kRead), output,
       Argument(scale_sums, Access::kWrite)},
      constants);
}

// Adds up the parts' sums: the gradients of offset and scale.
Status MergeParts(OperatorContext& context, const Arguments& given,
                  uint32_t splits, const Scratch& partials) {
  const ReductionShape shape =
      ShapeReduction(context, given.channels(), splits, Neighbours::kKept,
                     /*may_split=*/false);
  BatchNormGradientFinishParameters constants = {};
  constants.channels = given.channels();
  constants.splits = splits;
  constants.lanes = shape.lanes;
  constants.lane_stride = shape.lane_stride;
  LocateVector(given.offset_gradient, constants.offset_gradient_at);
  LocateVector(given.scale_gradient, constants.scale_gradient_at);
  return LaunchProgram(context, "batch_norm_gradient_finish", {kGroupSize},
                       LinearGrid(context, shape.groups),
                       {partials.Argument(Access::kRead),
                        Argument(given.offset_gradient, Access::kWrite),
                        Argument(given.scale_gradient, Access::kWrite)},
                       constants);
}

// The input's gradient, of those of offset and scale.
Status Apply(OperatorContext& context, const Arguments& given) {
  const ElementWalk elements =
      WalkElements(context, {&given.dy, &given.activated, &given.x, &given.dx},
                   {&given.mean, &given.inverse_stddev, &given.scale,
                    &given.offset_gradient, &given.scale_gradient});
  BatchNormGradientParameters constants = {};
  constants.dy_offset = DataOffset(given.dy);
  constants.activated_offset = DataOffset(given.activated);
  constants.x_offset = DataOffset(given.x);
  constants.dx_offset = DataOffset(given.dx);
  constants.share = given.share;
  constants.activation = given.activation;
  LocateVector(given.mean, constants.mean_at);
  LocateVector(given.inverse_stddev, constants.inverse_stddev_at);
  LocateVector(given.scale, constants.scale_at);
  LocateVector(given.offset_gradient, constants.dy_sums_at);
  LocateVector(given.scale_gradient, constants.scaled_sums_at);
  constants.walk = elements.channels;
  constants.index = elements.walk.index;
  const auto& strides = elements.walk.strides;
  std::copy_n(strides[0], DML_MAX_RANK, constants.dy_strides);
  std::copy_n(strides[1], DML_MAX_RANK, constants.activated_strides);
  std::copy_n(strides[2], DML_MAX_RANK, constants.x_strides);
  std::copy_n(strides[3], DML_MAX_RANK, constants.dx_strides);
  return LaunchProgram(
      context, ShaderName("batch_norm_gradient", given.x.type),
      {kGroupSize, elements.access, elements.walk.rank},
      LinearGrid(context, CeilDivide(constants.walk.count, kGroupSize)),
      {Argument(given.dy, Access::kRead),
       Argument(given.activated, Access::kRead),
       Argument(given.x, Access::kRead), Argument(given.mean, Access::kRead),
       Argument(given.inverse_stddev, Access::kRead),
       Argument(given.scale, Access::kRead),
       Argument(given.offset_gradient, Access::kRead),
       Argument(given.scale_gradient, Access::kRead),
       Argument(given.dx, Access::kWrite)},
      constants);
}

// By a walk whose groups get the sums themselves: from few parts, or, where
// `parts` is null, from all of their channels' elements.
Status ApplyMerged(OperatorContext& context, const Arguments& given,
                   const ReducedWalk& walk, uint32_t splits,
                   const BufferArgument* parts) {
  BatchNormMergedGradientParameters constants = {};
  const dml_tensor* const tensors[] = {&given.dy, &given.activated, &given.x,
                                       &given.dx};
  for (int t = 0; t < 4; ++t) {
    constants.offsets[t] = DataOffset(*tensors[t]);
    constants.channel_strides[t] =
        static_cast<int32_t>(tensors[t]->strides[kBatchNormChannel]);
  }
  constants.activation = given.activation;
  LocateVector(given.mean, constants.mean_at);
  LocateVector(given.inverse_stddev, constants.inverse_stddev_at);
  LocateVector(given.scale, constants.scale_at);
  LocateVector(given.offset_gradient, constants.offset_gradient_at);
  LocateVector(given.scale_gradient, constants.scale_gradient_at);
  constants.channels = given.channels();
  constants.count = walk.count;
  constants.splits = walk.shape.splits;
  constants.chunk = walk.shape.chunk;
  constants.lanes = walk.shape.lanes;
  constants.lane_stride = walk.shape.lane_stride;
  constants.merged_splits = splits;
  constants.share = given.share;
  constants.reduced = walk.reduced;
  std::copy_n(walk.strides[0], DML_MAX_RANK, constants.dy_strides);
  std::copy_n(walk.strides[1], DML_MAX_RANK, constants.activated_strides);
  std::copy_n(walk.strides[2], DML_MAX_RANK, constants.x_strides);
  std::copy_n(walk.strides[3], DML_MAX_RANK, constants.dx_strides);
  const uint32_t whole = parts == nullptr;
  const BufferArgument mean = Argument(given.mean, Access::kRead);
  return LaunchProgram(
      context, ShaderName("batch_norm_merged_gradient", given.x.type),
      {kGroupSize, whole, walk.access, walk.rank},
      LinearGrid(context, walk.shape.groups),
      {Argument(given.dy, Access::kRead),
       Argument(given.activated, Access::kRead),
       Argument(given.x, Access::kRead), whole != 0 ? mean : *parts, mean,
       Argument(given.inverse_stddev, Access::kRead),
       Argument(given.scale, Access::kRead), Argument(given.dx, Access::kWrite),
       Argument(given.offset_gradient, Access::kWrite),
       Argument(given.scale_gradient, Access::kWrite)},
      constants);
}

Status CheckActivated(const dml_tensor* activated, dml_activation activation,
                      const dml_tensor& input) {
  if (activation == DML_ACTIVATION_NONE) {
    return activated == nullptr
               ? Status::Ok()
               : InvalidArgument(
                     "batch_norm: activated is of an activation, "
                     "but there is none");
  }
  if (activation != DML_ACTIVATION_RELU && activation != DML_ACTIVATION_RELU6) {
    return InvalidArgument(
        "batch_norm: gradients come through RELU and RELU6; "
        "activation ",
        activation, " is neither");
  }
  if (activated == nullptr) {
    return InvalidArgument(
        "batch_norm: the gradient of an activation takes "
        "its output, activated");
  }
  return CheckLikeInput(activated, "batch_norm: activated", input);
}

}  // namespace

Status BatchNormGradient(OperatorContext& context, int32_t training,
                         const dml_tensor* output_gradient,
                         const dml_tensor* activated, dml_activation activation,
                         const dml_tensor* input, const dml_tensor* scale,
                         const dml_tensor* mean,
                         const dml_tensor* inverse_stddev,
                         const dml_tensor* input_gradient,
                         const dml_tensor* scale_gradient,
                         const dml_tensor* offset_gradient) {
  DML_RETURN_IF_ERROR(CheckBatchNormInput(input));
  DML_RETURN_IF_ERROR(
      CheckLikeInput(output_gradient, "batch_norm: output_gradient", *input));
  DML_RETURN_IF_ERROR(CheckActivated(activated, activation, *input));
  DML_RETURN_IF_ERROR(
      CheckLikeInput(input_gradient, "batch_norm: input_gradient", *input));
  DML_RETURN_IF_ERROR(CheckChannelVector(scale, "batch_norm: scale", *input));
  DML_RETURN_IF_ERROR(CheckChannelVector(mean, "batch_norm: mean", *input));
  DML_RETURN_IF_ERROR(
      CheckChannelVector(inverse_stddev, "batch_norm: inverse_stddev", *input));
  DML_RETURN_IF_ERROR(
      CheckChannelVector(scale_gradient, "batch_norm: scale_gradient", *input));
  DML_RETURN_IF_ERROR(CheckChannelVector(
      offset_gradient, "batch_norm: offset_gradient", *input));
  if (input->sizes[kBatchNormChannel] == 0) return Status::Ok();

  Arguments given = {
      *output_gradient, activated != nullptr ? *activated : *output_gradient,
      activation,       *input,
      *scale,           *mean,
      *inverse_stddev,  *input_gradient,
      *scale_gradient,  *offset_gradient};
  if (training != 0 && !IsEmpty(*input)) {
    given.share = 1.0f / static_cast<float>(CountPerChannel(*input));
  }
  const std::initializer_list<const dml_tensor*> tensors = {
      &given.dy, &given.activated, &given.x, &given.dx};
  ReducedWalk whole;
  if (!IsEmpty(*input) && WalkWholeChannels(context, tensors, &whole)) {
    return ApplyMerged(context, given, whole, 1, nullptr);
  }
  uint32_t splits;
  Scratch partials(context);
  DML_RETURN_IF_ERROR(ReduceParts(context, given, &splits, &partials));
  if (IsEmpty(*input)) return Status::Ok();
  if (splits > 1) {
    if (MergesInPass(*input, splits)) {
      const BufferArgument parts = partials.Argument(Access::kRead);
      return ApplyMerged(context, given, WalkChannels(context, tensors), splits,
                         &parts);
    }
    DML_RETURN_IF_ERROR(MergeParts(context, given, splits, partials));
  }
  return Apply(context, given);
}

}  // namespace dml
