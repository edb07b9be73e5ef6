// Resizing of images: forward in one launch, backward one dimension at a time,
// so that enlarging much costs the sum of the two factors, not their product.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/images/images_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

constexpr uint32_t kRank = 4;
constexpr uint32_t kChannel = 1;
constexpr uint32_t kHeight = 2;
constexpr uint32_t kWidth = 3;
// Beyond, float32 coordinates are too coarse.
constexpr int64_t kMaxSize = int64_t{1} << 22;

bool IsSupported(uint32_t image, uint32_t resized) {
  if (image == DML_FLOAT64) {
    return resized == DML_FLOAT32 || resized == DML_FLOAT64;
  }
  return (image == DML_FLOAT32 || image == DML_FLOAT16) &&
         (resized == DML_FLOAT32 || resized == DML_FLOAT16);
}

bool ChannelsLast(const dml_tensor& tensor) {
  return std::llabs(tensor.strides[kChannel]) <
         std::llabs(tensor.strides[kWidth]);
}

Status CheckResize(dml_resize_mode mode, dml_resize_coordinates coordinates,
                   const dml_tensor* input, const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckTensor(input, "resize: input"));
  DML_RETURN_IF_ERROR(CheckTensor(output, "resize: output"));
  if ((mode != DML_RESIZE_NEAREST && mode != DML_RESIZE_LINEAR) ||
      coordinates < DML_RESIZE_LEGACY || coordinates > DML_RESIZE_HALF_PIXEL) {
    return InvalidArgument("resize: there is no mode ", static_cast<int>(mode),
                           " with coordinates ", static_cast<int>(coordinates));
  }
  if (input->rank != kRank || output->rank != kRank ||
      input->sizes[0] != output->sizes[0] ||
      input->sizes[kChannel] != output->sizes[kChannel]) {
    return InvalidArgument(
        "resize: input and output must be [batch, channels, height, width] "
        "with equal batch and channels, not ",
        Describe(*input), " and ", Describe(*output));
  }
  if (!IsSupported(input->type, output->type)) {
    return Unimplemented(
        "resize: takes float32 and float16, or images of "
        "float64 with float32 or float64, not ",
        Describe(*input), " and ", Describe(*output));
  }
  for (uint32_t d = kHeight; d < kRank; ++d) {
    if (std::max(input->sizes[d], output->sizes[d]) >= kMaxSize) {
      return InvalidArgument("resize: sizes must be below ", kMaxSize, ", not ",
                             Describe(*input), " and ", Describe(*output));
    }
  }
  return Status::Ok();
}

// Inputs per output in a dimension, in float32 as all coordinates are.
float Scale(dml_resize_coordinates coordinates, int64_t in, int64_t out) {
  if (coordinates == DML_RESIZE_ALIGN_CORNERS && out > 1) {
    return static_cast<float>(in - 1) / static_cast<float>(out - 1);
  }
  return static_cast<float>(in) / static_cast<float>(out);
}

// dx = gradient along `axis`, in which alone dy and dx differ in size.
Status GradientAlong(OperatorContext& context, dml_resize_mode mode,
                     dml_resize_coordinates coordinates, uint32_t axis,
                     const dml_tensor& dy, const dml_tensor& dx) {
  ResizeGradientParameters constants = {};
  constants.count = static_cast<uint32_t>(ElementCount(dx));
  constants.channels_last = ChannelsLast(dx);
  constants.axis = axis;
  constants.outputs = static_cast<int32_t>(dy.sizes[axis]);
  constants.scale = Scale(coordinates, dx.sizes[axis], dy.sizes[axis]);
  constants.dy_offset = DataOffset(dy);
  constants.dx_offset = DataOffset(dx);
  for (uint32_t d = 0; d < kRank; ++d) {
    constants.sizes[d] = static_cast<uint32_t>(dx.sizes[d]);
    constants.dy_strides[d] = static_cast<int32_t>(dy.strides[d]);
    constants.dx_strides[d] = static_cast<int32_t>(dx.strides[d]);
  }
  return LaunchProgram(
      context, ShaderName("resize_gradient", dy.type, dx.type),
      {kGroupSize, static_cast<uint32_t>(mode),
       static_cast<uint32_t>(coordinates)},
      LinearGrid(context, CeilDivide(constants.count, kGroupSize)),
      {Argument(dy, Access::kRead), Argument(dx, Access::kWrite)}, constants);
}

}  // namespace

Status Resize(OperatorContext& context, dml_resize_mode mode,
              dml_resize_coordinates coordinates, const dml_tensor* input,
              const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckResize(mode, coordinates, input, output));
  if (IsEmpty(*output)) return Status::Ok();
  if (IsEmpty(*input)) {
    return InvalidArgument("resize: the input ", Describe(*input),
                           " has no elements to make an output of");
  }
  DML_RETURN_IF_ERROR(CheckDisjoint("resize", *input, *output));
  ResizeParameters constants = {};
  constants.count = static_cast<uint32_t>(ElementCount(*output));
  constants.channels_last = ChannelsLast(*output);
  constants.channels = static_cast<uint32_t>(output->sizes[kChannel]);
  for (uint32_t i = 0; i < 2; ++i) {
    const int64_t in = input->sizes[kHeight + i];
    const int64_t out = output->sizes[kHeight + i];
    constants.x_size[i] = static_cast<int32_t>(in);
    constants.y_size[i] = static_cast<uint32_t>(out);
    constants.scale[i] = Scale(coordinates, in, out);
  }
  constants.x_offset = DataOffset(*input);
  constants.y_offset = DataOffset(*output);
  for (uint32_t d = 0; d < kRank; ++d) {
    constants.x_strides[d] = static_cast<int32_t>(input->strides[d]);
    constants.y_strides[d] = static_cast<int32_t>(output->strides[d]);
  }
  return LaunchProgram(
      context, ShaderName("resize", input->type, output->type),
      {kGroupSize, static_cast<uint32_t>(mode),
       static_cast<uint32_t>(coordinates)},
      LinearGrid(context, CeilDivide(constants.count, kGroupSize)),
      {Argument(*input, Access::kRead), Argument(*output, Access::kWrite)},
      constants);
}

Status ResizeGradient(OperatorContext& context, dml_resize_mode mode,
                      dml_resize_coordinates coordinates,
                      const dml_tensor* output_gradient,
                      const dml_tensor* input_gradient) {
  const dml_tensor& dy = *output_gradient;
  const dml_tensor& dx = *input_gradient;
  DML_RETURN_IF_ERROR(
      CheckResize(mode, coordinates, input_gradient, output_gradient));
  if (IsEmpty(dx)) return Status::Ok();
  if (IsEmpty(dy)) {
    const uint64_t zero = 0;
    return Fill(context, input_gradient, &zero);
  }
  DML_RETURN_IF_ERROR(CheckDisjoint("resize_gradient", dy, dx));
  // Equal sizes make a dimension its own resizing.
  if (dx.sizes[kHeight] == dy.sizes[kHeight]) {
    return GradientAlong(context, mode, coordinates, kWidth, dy, dx);
  }
  if (dx.sizes[kWidth] == dy.sizes[kWidth]) {
    return GradientAlong(context, mode, coordinates, kHeight, dy, dx);
  }
  // First along the dimension that shrinks more, or grows less.
  const bool height_first = dy.sizes[kHeight] * dx.sizes[kWidth] >
                            dy.sizes[kWidth] * dx.sizes[kHeight];
  const uint32_t first = height_first ? kHeight : kWidth;
  dml_tensor between = dx;
  const uint32_t second = kHeight + kWidth - first;
  between.sizes[second] = dy.sizes[second];
  between.type = dx.type == DML_FLOAT64 ? DML_FLOAT64 : DML_FLOAT32;
  // In the order of dx in memory.
  const uint32_t last_first[kRank] = {kChannel, kWidth, kHeight, 0};
  const uint32_t planes[kRank] = {kWidth, kHeight, kChannel, 0};
  int64_t stride = 1;
  for (uint32_t d : ChannelsLast(dx) ? last_first : planes) {
    between.strides[d] = stride;
    stride *= between.sizes[d];
  }
  Scratch scratch(context);
  DML_RETURN_IF_ERROR(scratch.Allocate(static_cast<uint64_t>(stride) *
                                       TypeBytes(between.type)));
  between.data = scratch.address();
  DML_RETURN_IF_ERROR(CheckTensor(&between, "resize_gradient: scratch"));
  DML_RETURN_IF_ERROR(
      GradientAlong(context, mode, coordinates, first, dy, between));
  return GradientAlong(context, mode, coordinates, second, between, dx);
}

}  // namespace dml
