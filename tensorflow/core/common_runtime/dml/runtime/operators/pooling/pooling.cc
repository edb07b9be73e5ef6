#include <algorithm>
#include <cstdlib>
#include <limits>

#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/tensor.h"

namespace dml {
namespace {

constexpr uint32_t kGroupSize = 256;
constexpr uint32_t kMaxSpatial = 3;
constexpr uint32_t kBatch = 0;
constexpr uint32_t kChannel = 1;
constexpr uint32_t kSpace = 2;  // the first spatial dimension

// Mirrors DML_POOLING_PARAMETERS of pooling.glsl.
struct Geometry {
  uint32_t count;
  uint32_t channels_last;
  uint32_t batch;
  uint32_t channels;
  int32_t input_size[kMaxSpatial];
  int32_t output_size[kMaxSpatial];
  int32_t window[kMaxSpatial];
  int32_t stride[kMaxSpatial];
  int32_t pad_before[kMaxSpatial];
};

// The parameters of a program over N tensors, after its buffers.
template <int N>
struct PoolingConstants {
  int32_t offsets[N];
  int32_t strides[N][kSpace + kMaxSpatial];
  Geometry geometry;
};

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
Geometry MakeGeometry(const dml_pooling_attributes& attributes,
                      const dml_tensor& input, const dml_tensor& output,
                      const dml_tensor& walked) {
  Geometry geometry = {};
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
  }
  return geometry;
}

// The last of `tensors` is written, one element an invocation.
template <int N>
Status LaunchPooling(OperatorContext& context, const char* stem,
                     Span<const uint32_t> specialization,
                     const dml_pooling_attributes& attributes,
                     const dml_tensor& input, const dml_tensor& output,
                     const dml_tensor* const (&tensors)[N]) {
  const dml_tensor& written = *tensors[N - 1];
  PoolingConstants<N> constants = {};
  BufferArgument buffers[N];
  const uint32_t missing = kMaxSpatial - attributes.spatial_rank;
  for (int i = 0; i < N; ++i) {
    const dml_tensor& tensor = *tensors[i];
    constants.offsets[i] = DataOffset(tensor);
    for (uint32_t d = 0; d < tensor.rank; ++d) {
      const uint32_t to = d < kSpace ? d : d + missing;
      constants.strides[i][to] = static_cast<int32_t>(tensor.strides[d]);
    }
    // Nothing reads an empty tensor, which may have no memory.
    buffers[i] = Argument(IsEmpty(tensor) ? written : tensor,
                          i == N - 1 ? Access::kWrite : Access::kRead);
  }
  constants.geometry = MakeGeometry(attributes, input, output, written);
  const uint64_t groups =
      (uint64_t{constants.geometry.count} + kGroupSize - 1) / kGroupSize;
  return LaunchProgram(context, ShaderName(stem, written.type), specialization,
                       LinearGrid(context, groups), buffers, constants);
}

}  // namespace

Status MaxPool(OperatorContext& context,
               const dml_pooling_attributes* attributes,
               const dml_tensor* input, const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckTensors(attributes, input, "max_pool: input", output,
                                   "max_pool: output"));
  if (IsEmpty(*output)) return Status::Ok();
  return LaunchPooling<3>(context, "max_pool",
                          {kGroupSize, 0, PropagatesNan(*attributes)},
                          *attributes, *input, *output, {input, input, output});
}

Status MaxPoolGather(OperatorContext& context,
                     const dml_pooling_attributes* attributes,
                     const dml_tensor* input, const dml_tensor* values,
                     const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckTensors(attributes, input, "max_pool_gather: input",
                                   output, "max_pool_gather: output"));
  DML_RETURN_IF_ERROR(CheckLike(values, "max_pool_gather: values", *input));
  if (IsEmpty(*output)) return Status::Ok();
  return LaunchPooling<3>(
      context, "max_pool", {kGroupSize, 1, PropagatesNan(*attributes)},
      *attributes, *input, *output, {input, values, output});
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
  return LaunchPooling<4>(context, "max_pool_gradient",
                          {kGroupSize, PropagatesNan(*attributes)}, *attributes,
                          *input, *output,
                          {input, output, output_gradient, input_gradient});
}

Status AveragePool(OperatorContext& context,
                   const dml_pooling_attributes* attributes,
                   const dml_tensor* input, const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckTensors(attributes, input, "average_pool: input",
                                   output, "average_pool: output"));
  if (IsEmpty(*output)) return Status::Ok();
  return LaunchPooling<2>(context, "average_pool", {kGroupSize}, *attributes,
                          *input, *output, {input, output});
}

Status AveragePoolGradient(OperatorContext& context,
                           const dml_pooling_attributes* attributes,
                           const dml_tensor* output_gradient,
                           const dml_tensor* input_gradient) {
  DML_RETURN_IF_ERROR(CheckTensors(
      attributes, input_gradient, "average_pool_gradient: input_gradient",
      output_gradient, "average_pool_gradient: output_gradient"));
  if (IsEmpty(*input_gradient)) return Status::Ok();
  return LaunchPooling<2>(context, "average_pool_gradient", {kGroupSize},
                          *attributes, *input_gradient, *output_gradient,
                          {output_gradient, input_gradient});
}

}  // namespace dml
