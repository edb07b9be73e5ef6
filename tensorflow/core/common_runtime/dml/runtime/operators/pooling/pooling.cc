#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <limits>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/pooling/pooling_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/tensor.h"
#include "tensorflow/core/common_runtime/dml/runtime/shaders/shared_parameters.h"

namespace dml {
namespace {

constexpr uint32_t kMaxSpatial = 3;
constexpr uint32_t kBatch = 0;
constexpr uint32_t kChannel = 1;
constexpr uint32_t kSpace = 2;  // the first spatial dimension

Status CheckTensors(const dml_pooling_attributes* attributes,
                    const dml_tensor* input, const char* input_name,
                    const dml_tensor* output, const char* output_name) {
  DML_RETURN_IF_ERROR(CheckTensor(input, input_name));
  DML_RETURN_IF_ERROR(CheckTensor(output, output_name));
  if (attributes == nullptr || attributes->spatial_rank < 1 ||
      attributes->spatial_rank > kMaxSpatial) {
    return InvalidArgument("pooling: needs 1 to 3 spatial dimensions");
  }
  const uint32_t rank = kSpace + attributes->spatial_rank;
  if (input->rank != rank || output->rank != rank ||
      input->type != output->type ||
      input->sizes[kBatch] != output->sizes[kBatch] ||
      input->sizes[kChannel] != output->sizes[kChannel]) {
    return InvalidArgument(input_name, " ", Describe(*input), " and ",
                           output_name, " ", Describe(*output),
                           " must have one type, equal batch and channels, "
                           "and ",
                           attributes->spatial_rank, " spatial dimensions");
  }
  for (uint32_t d = 0; d < attributes->spatial_rank; ++d) {
    const int64_t limit = std::numeric_limits<int32_t>::max();
    const int64_t window = attributes->window[d];
    const int64_t stride = attributes->strides[d];
    const int64_t pad = attributes->pad_before[d];
    const int64_t in = input->sizes[kSpace + d];
    const int64_t out = output->sizes[kSpace + d];
    if (window < 1 || stride < 1 || pad < 0) {
      return InvalidArgument("pooling: in spatial dimension ", d, ", window ",
                             window, " and stride ", stride,
                             " must be positive, and padding ", pad,
                             " not negative");
    }
    if (window > limit / 4 || stride > limit / 4 || pad > limit / 4 ||
        in > limit / 4 || (out > 0 && stride > limit / 4 / out)) {
      return InvalidArgument("pooling: in spatial dimension ", d, ", window ",
                             window, ", stride ", stride, ", padding ", pad,
                             " or the sizes ", in, " and ", out,
                             " are too large for 32-bit numbers");
    }
  }
  return Status::Ok();
}

Status CheckLike(const dml_tensor* tensor, const char* name,
                 const dml_tensor& model) {
  DML_RETURN_IF_ERROR(CheckTensor(tensor, name));
  if (tensor->type == model.type && SameSizes(*tensor, model)) {
    return Status::Ok();
  }
  return InvalidArgument(name, " ", Describe(*tensor),
                         " must have type and sizes of ", Describe(model));
}

uint32_t PropagatesNan(const dml_pooling_attributes& attributes) {
  return attributes.propagate_nan != 0;
}

// `walked` is the tensor that an invocation writes an element of.
PoolingGeometry MakeGeometry(const dml_pooling_attributes& attributes,
                             const dml_tensor& input, const dml_tensor& output,
                             const dml_tensor& walked) {
  PoolingGeometry geometry = {};
  geometry.count = static_cast<uint32_t>(ElementCount(walked));
  geometry.channels_last = std::llabs(walked.strides[kChannel]) <
                           std::llabs(walked.strides[walked.rank - 1]);
  geometry.batch = static_cast<uint32_t>(input.sizes[kBatch]);
  geometry.channels = static_cast<uint32_t>(input.sizes[kChannel]);
  const uint32_t missing = kMaxSpatial - attributes.spatial_rank;
  for (uint32_t d = 0; d < kMaxSpatial; ++d) {
    const bool present = d >= missing;
    const uint32_t from = present ? d - missing : 0;
    auto value = [&](int64_t given, int32_t otherwise) {
      return present ? static_cast<int32_t>(given) : otherwise;
    };
    geometry.input_size[d] = value(input.sizes[kSpace + from], 1);
    geometry.output_size[d] = value(output.sizes[kSpace + from], 1);
    geometry.window[d] = value(attributes.window[from], 1);
    geometry.stride[d] = value(attributes.strides[from], 1);
    geometry.pad_before[d] = value(attributes.pad_before[from], 0);
    const FastDivisor size =
        DivideBy(static_cast<uint32_t>(value(walked.sizes[kSpace + from], 1)));
    geometry.multipliers[d] = size.multiplier;
    geometry.shifts[d] = size.shift;
    const FastDivisor stride =
        DivideBy(static_cast<uint32_t>(geometry.stride[d]));
    geometry.stride_multipliers[d] = stride.multiplier;
    geometry.stride_shifts[d] = stride.shift;
  }
  const FastDivisor channels = DivideBy(geometry.channels);
  geometry.channel_multiplier = channels.multiplier;
  geometry.channel_shift = channels.shift;
  return geometry;
}

// Where a tensor lies, with its spatial dimensions as the last of three.
PooledTensor Locate(const dml_tensor& tensor) {
  PooledTensor at = {};
  at.offset = DataOffset(tensor);
  const uint32_t missing = kSpace + kMaxSpatial - tensor.rank;
  for (uint32_t d = 0; d < tensor.rank; ++d) {
    at.strides[d < kSpace ? d : d + missing] =
        static_cast<int32_t>(tensor.strides[d]);
  }
  return at;
}

// The last of `tensors` is written, one element an invocation.
template <typename Parameters, int kCount>
Status LaunchPooling(OperatorContext& context, const ShaderName& program,
                     Span<const uint32_t> specialization,
                     const dml_tensor* const (&tensors)[kCount],
                     const Parameters& constants) {
  const dml_tensor& written = *tensors[kCount - 1];
  uint64_t window = 1;
  for (const auto size : constants.g.window) window *= size;
  BufferArgument buffers[kCount];
  for (int i = 0; i < kCount; ++i) {
    // Nothing reads an empty tensor, which may have no memory.
    buffers[i] = Argument(IsEmpty(*tensors[i]) ? written : *tensors[i],
                          i == kCount - 1 ? Access::kWrite : Access::kRead);
  }
  return LaunchProgram(
      context, program, specialization,
      LinearGrid(context, CeilDivide(constants.g.count, kGroupSize),
                 uint64_t{constants.g.count} * window),
      buffers, constants);
}

// An output takes the elements of `values` at the places of the input's largest
// ones; to a plain maximum the input is `values`.
Status LaunchMaxPool(OperatorContext& context, bool gather,
                     const dml_pooling_attributes& attributes,
                     const dml_tensor& input, const dml_tensor& values,
                     const dml_tensor& output) {
  const MaxPoolParameters constants = {
      Locate(input), Locate(values), Locate(output),
      MakeGeometry(attributes, input, output, output)};
  return LaunchPooling(
      context, ShaderName("max_pool", input.type),
      {kGroupSize, gather ? 1u : 0u, PropagatesNan(attributes)},
      {&input, &values, &output}, constants);
}

// A gradient in one launch compares each element with the largest of each of
// its windows, and walks the window where both are equal: work that grows with
// the product of both. From here on places that are written and read back pay.
constexpr double kMostWork = 32;

bool PlacesPay(const dml_pooling_attributes& attributes) {
  double work = 1;
  for (uint32_t d = 0; d < attributes.spatial_rank; ++d) {
    const double window = attributes.window[d];
    const double windows = std::max(window / attributes.strides[d], 1.0);
    work *= window * windows;
  }
  return work > kMostWork;
}

// Places of the elements of `output`, in its order.
dml_tensor PlacesOf(const dml_tensor& output, uint64_t address) {
  dml_tensor places = MakeTensor(
      address, DML_INT32, Span<const int64_t>(output.sizes, output.rank));
  if (std::llabs(output.strides[kChannel]) <
      std::llabs(output.strides[output.rank - 1])) {
    places.strides[kChannel] = 1;
    int64_t stride = output.sizes[kChannel];
    for (uint32_t d = output.rank; d-- > kSpace;) {
      places.strides[d] = stride;
      stride *= output.sizes[d];
    }
    places.strides[kBatch] = stride;
  }
  return places;
}

// In two launches, where there is memory for the places.
Status GradientByPlaces(OperatorContext& context,
                        const dml_pooling_attributes& attributes,
                        const dml_tensor& input, const dml_tensor& output,
                        const dml_tensor& output_gradient,
                        const dml_tensor& input_gradient) {
  Scratch scratch(context);
  DML_RETURN_IF_ERROR(
      scratch.Allocate(ElementCount(output) * sizeof(uint32_t)));
  const dml_tensor places = PlacesOf(output, scratch.address());
  const MaxPoolPlacesParameters find = {
      Locate(input), Locate(output), Locate(places),
      MakeGeometry(attributes, input, output, output)};
  DML_RETURN_IF_ERROR(LaunchPooling(context,
                                    ShaderName("max_pool_places", input.type),
                                    {kGroupSize, PropagatesNan(attributes)},
                                    {&input, &output, &places}, find));
  const MaxPoolPlacesGradientParameters sum = {
      Locate(places), Locate(output_gradient), Locate(input_gradient),
      MakeGeometry(attributes, input, output, input_gradient)};
  return LaunchPooling(
      context, ShaderName("max_pool_places_gradient", input.type), {kGroupSize},
      {&places, &output_gradient, &input_gradient}, sum);
}

}  // namespace

Status MaxPool(OperatorContext& context,
               const dml_pooling_attributes* attributes,
               const dml_tensor* input, const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckTensors(attributes, input, "max_pool: input", output,
                                   "max_pool: output"));
  if (IsEmpty(*output)) return Status::Ok();
  return LaunchMaxPool(context, /*gather=*/false, *attributes, *input, *input,
                       *output);
}

Status MaxPoolArgmax(OperatorContext& context,
                     const dml_pooling_attributes* attributes,
                     int32_t with_batch, const dml_tensor* input,
                     const dml_tensor* output, const dml_tensor* places) {
  DML_RETURN_IF_ERROR(CheckTensors(attributes, input, "max_pool_argmax: input",
                                   output, "max_pool_argmax: output"));
  DML_RETURN_IF_ERROR(CheckTensor(places, "max_pool_argmax: places"));
  if (places->type != DML_INT64 || !SameSizes(*places, *output)) {
    return InvalidArgument("max_pool_argmax: places ", Describe(*places),
                           " must be int64, of the sizes of ",
                           Describe(*output));
  }
  if (IsEmpty(*output)) return Status::Ok();
  MaxPoolArgmaxParameters constants = {
      Locate(*input), Locate(*output), Locate(*places),
      MakeGeometry(*attributes, *input, *output, *output),
      with_batch != 0 ? 1u : 0u};
  uint64_t window = 1;
  for (const auto size : constants.g.window) window *= size;
  return LaunchProgram(
      context, ShaderName("max_pool_argmax", output->type),
      {kGroupSize, PropagatesNan(*attributes)},
      LinearGrid(context, CeilDivide(constants.g.count, kGroupSize),
                 uint64_t{constants.g.count} * window),
      {Argument(IsEmpty(*input) ? *output : *input, Access::kRead),
       Argument(*output, Access::kWrite), Argument(*places, Access::kWrite)},
      constants);
}

Status MaxPoolGather(OperatorContext& context,
                     const dml_pooling_attributes* attributes,
                     const dml_tensor* input, const dml_tensor* values,
                     const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckTensors(attributes, input, "max_pool_gather: input",
                                   output, "max_pool_gather: output"));
  DML_RETURN_IF_ERROR(CheckLike(values, "max_pool_gather: values", *input));
  if (IsEmpty(*output)) return Status::Ok();
  return LaunchMaxPool(context, /*gather=*/true, *attributes, *input, *values,
                       *output);
}

Status MaxPoolGradient(OperatorContext& context,
                       const dml_pooling_attributes* attributes,
                       const dml_tensor* input, const dml_tensor* output,
                       const dml_tensor* output_gradient,
                       const dml_tensor* input_gradient) {
  DML_RETURN_IF_ERROR(CheckTensors(attributes, input,
                                   "max_pool_gradient: input", output,
                                   "max_pool_gradient: output"));
  DML_RETURN_IF_ERROR(CheckLike(output_gradient,
                                "max_pool_gradient: output_gradient", *output));
  DML_RETURN_IF_ERROR(
      CheckLike(input_gradient, "max_pool_gradient: input_gradient", *input));
  if (IsEmpty(*input_gradient)) return Status::Ok();
  if (PlacesPay(*attributes) && !IsEmpty(*output)) {
    const Status status =
        GradientByPlaces(context, *attributes, *input, *output,
                         *output_gradient, *input_gradient);
    if (status.code() != Code::kOutOfMemory) return status;
  }
  const MaxPoolGradientParameters constants = {
      Locate(*input), Locate(*output), Locate(*output_gradient),
      Locate(*input_gradient),
      MakeGeometry(*attributes, *input, *output, *input_gradient)};
  return LaunchPooling(context, ShaderName("max_pool_gradient", input->type),
                       {kGroupSize, PropagatesNan(*attributes)},
                       {input, output, output_gradient, input_gradient},
                       constants);
}

Status AveragePool(OperatorContext& context,
                   const dml_pooling_attributes* attributes,
                   const dml_tensor* input, const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckTensors(attributes, input, "average_pool: input",
                                   output, "average_pool: output"));
  if (IsEmpty(*output)) return Status::Ok();
  const AveragePoolParameters constants = {
      Locate(*input), Locate(*output),
      MakeGeometry(*attributes, *input, *output, *output)};
  return LaunchPooling(context, ShaderName("average_pool", input->type),
                       {kGroupSize}, {input, output}, constants);
}

Status AveragePoolGradient(OperatorContext& context,
                           const dml_pooling_attributes* attributes,
                           const dml_tensor* output_gradient,
                           const dml_tensor* input_gradient) {
  DML_RETURN_IF_ERROR(CheckTensors(
      attributes, input_gradient, "average_pool_gradient: input_gradient",
      output_gradient, "average_pool_gradient: output_gradient"));
  if (IsEmpty(*input_gradient)) return Status::Ok();
  const AveragePoolGradientParameters constants = {
      Locate(*output_gradient), Locate(*input_gradient),
      MakeGeometry(*attributes, *input_gradient, *output_gradient,
                   *input_gradient)};
  return LaunchPooling(
      context, ShaderName("average_pool_gradient", input_gradient->type),
      {kGroupSize}, {output_gradient, input_gradient}, constants);
}

}  // namespace dml
