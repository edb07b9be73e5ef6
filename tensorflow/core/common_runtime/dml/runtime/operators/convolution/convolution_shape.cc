#include "tensorflow/core/common_runtime/dml/runtime/operators/convolution/convolution_shape.h"

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/convolution/fold_windows.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/products/product.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/tensor.h"

namespace dml {
namespace {

Status CheckTensors(const char* name, const dml_tensor& input,
                    const dml_tensor& filter, const dml_tensor& output,
                    const dml_convolution_attributes& attributes) {
  const auto wrong = [&](const auto&... what) {
    return InvalidArgument(name, ": ", what..., "; input ", Describe(input),
                           ", filter ", Describe(filter), ", output ",
                           Describe(output), ", groups ", attributes.groups,
                           ".");
  };
  if (input.type != output.type || filter.type != output.type) {
    return wrong("all types must be equal");
  }
  if (!IsFloat(input.type)) return wrong("types must be float");
  const uint32_t spatial = attributes.spatial_rank;
  if (spatial < 1 || spatial > 3) {
    return wrong("spatial rank must be 1 to 3, not ", spatial);
  }
  if (input.rank != spatial + 2 || filter.rank != spatial + 2 ||
      output.rank != spatial + 2) {
    return wrong("ranks must be 2 more than the spatial rank, ", spatial);
  }
  const int64_t groups = attributes.groups;
  if (groups < 1) return wrong("groups must be at least 1");
  if (input.sizes[0] != output.sizes[0]) {
    return wrong("batch of input and output differ");
  }
  if (filter.sizes[1] * groups != input.sizes[1]) {
    return wrong("the filter's in channels times groups must be the input's");
  }
  if (filter.sizes[0] != output.sizes[1]) {
    return wrong("the filter's out channels must be the output's");
  }
  if (filter.sizes[0] % groups != 0) {
    return wrong("groups must divide the out channels");
  }
  for (uint32_t d = 0; d < spatial; ++d) {
    const int64_t stride = attributes.strides[d];
    const int64_t dilation = attributes.dilations[d];
    const int64_t pad = attributes.pad_before[d];
    if (stride < 1 || dilation < 1 || pad < 0) {
      return wrong("spatial dimension ", d, ": stride ", stride,
                   " and dilation ", dilation,
                   " must be positive, and padding ", pad, " not negative");
    }
    // Coordinates are 32-bit integers in the programs; the first terms are
    // bounded so that the sum cannot overflow here.
    constexpr int64_t kLimit = INT32_MAX / 4;
    const int64_t positions = output.sizes[d + 2];
    const int64_t taps = filter.sizes[d + 2];
    if (stride > kLimit || dilation > kLimit || pad > kLimit ||
        positions * stride > kLimit || taps * dilation > kLimit) {
      return wrong("spatial dimension ", d,
                   ": the windows reach beyond 32-bit coordinates; output "
                   "size, stride, dilation or padding is wrong");
    }
  }
  return Status::Ok();
}

// Copies `values` of the spatial dimensions to the last ones of three.
template <typename To, typename From>
void Spatial(uint32_t rank, const From* values, From missing, To* to) {
  for (uint32_t d = 0; d < 3; ++d) {
    to[d] = static_cast<To>(d + rank < 3 ? missing : values[d + rank - 3]);
  }
}

}  // namespace

int64_t ConvolutionShape::Phases() const {
  if (direction != ConvolutionDirection::kBackwardData) return 1;
  return int64_t{constants.stride[0]} * constants.stride[1] *
         constants.stride[2];
}

int64_t ConvolutionShape::MaxPositions() const {
  int64_t positions = constants.batch;
  for (int d = 0; d < 3; ++d) {
    positions *= direction == ConvolutionDirection::kBackwardData
                     ? CeilDivide(constants.y_size[d], constants.stride[d])
                     : constants.y_size[d];
  }
  return positions;
}

int64_t ConvolutionShape::Taps() const {
  return int64_t{constants.taps[0]} * constants.taps[1] * constants.taps[2];
}

Status MakeConvolutionShape(const char* name, ConvolutionDirection direction,
                            const dml_convolution_attributes* attributes,
                            const dml_tensor* input, const dml_tensor* filter,
                            const dml_tensor* output, ConvolutionShape* shape) {
  DML_RETURN_IF_ERROR(CheckTensor(input, name));
  DML_RETURN_IF_ERROR(CheckTensor(filter, name));
  DML_RETURN_IF_ERROR(CheckTensor(output, name));
  if (attributes == nullptr) {
    return InvalidArgument(name, ": attributes are null.");
  }
  DML_RETURN_IF_ERROR(
      CheckTensors(name, *input, *filter, *output, *attributes));

  ConvolutionViews views = {*attributes, *input, *filter, *output};
  if (!IsEmpty(*input) && !IsEmpty(*filter) && !IsEmpty(*output)) {
    FoldWindows(&views);
  }
  attributes = &views.attributes;

  const bool backward_data = direction == ConvolutionDirection::kBackwardData;
  shape->direction = direction;
  shape->type = input->type;
  shape->x = backward_data ? views.output : views.image;
  shape->y = backward_data ? views.image : views.output;
  shape->w = views.filter;
  const dml_tensor &x = shape->x, &y = shape->y, &w = shape->w;
  // Of the filter: dimension 0 counts output channels, 1 input channels.
  const uint32_t w_x = backward_data ? 0 : 1;
  const uint32_t w_y = backward_data ? 1 : 0;

  ConvolutionParameters& c = shape->constants;
  c = {};
  c.batch = static_cast<uint32_t>(x.sizes[0]);
  c.groups = static_cast<uint32_t>(attributes->groups);
  c.x_channels = static_cast<uint32_t>(x.sizes[1] / attributes->groups);
  c.y_channels = static_cast<uint32_t>(y.sizes[1] / attributes->groups);
  const uint32_t rank = attributes->spatial_rank;
  const int64_t one = 1, zero = 0;
  Spatial(rank, x.sizes + 2, one, c.x_size);
  Spatial(rank, y.sizes + 2, one, c.y_size);
  Spatial(rank, w.sizes + 2, one, c.taps);
  Spatial(rank, attributes->strides, one, c.stride);
  Spatial(rank, attributes->dilations, one, c.dilation);
  Spatial(rank, attributes->pad_before, zero, c.pad);
  Spatial(rank, x.strides + 2, zero, c.x_space);
  Spatial(rank, y.strides + 2, zero, c.y_space);
  Spatial(rank, w.strides + 2, zero, c.w_tap);
  c.x_offset = DataOffset(x);
  c.x_batch = static_cast<int32_t>(x.strides[0]);
  c.x_channel = static_cast<int32_t>(x.strides[1]);
  c.x_group = static_cast<int32_t>(x.strides[1] * c.x_channels);
  c.y_offset = DataOffset(y);
  c.y_batch = static_cast<int32_t>(y.strides[0]);
  c.y_channel = static_cast<int32_t>(y.strides[1]);
  c.y_group = static_cast<int32_t>(y.strides[1] * c.y_channels);
  c.w_offset = DataOffset(w);
  c.w_x_channel = static_cast<int32_t>(w.strides[w_x]);
  c.w_y_channel = static_cast<int32_t>(w.strides[w_y]);
  c.w_group =
      static_cast<int32_t>(w.strides[0] * (w.sizes[0] / attributes->groups));
  c.parts = 1;
  // Nothing to read, nothing to walk: the sums are zero.
  if (IsEmpty(x) && direction != ConvolutionDirection::kBackwardFilter) {
    for (uint32_t& taps : c.taps) taps = 0;
  }
  return Status::Ok();
}

}  // namespace dml
