#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/benchmark/benchmark_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/tensor.h"

namespace dml {
namespace {

// Of an invocation of benchmark_multiply_add.comp.
constexpr uint64_t kMultiplyAddsAnIteration = 8 * 16;

Status CheckContiguous(const char* name, const dml_tensor* tensor,
                       uint32_t rank) {
  DML_RETURN_IF_ERROR(CheckTensor(tensor, name));
  if (tensor->rank != rank || !IsContiguous(*tensor) || IsEmpty(*tensor)) {
    return InvalidArgument(name, ": expected a contiguous tensor of rank ",
                           rank, " with elements, not ", Describe(*tensor));
  }
  return Status::Ok();
}

}  // namespace

Status BenchmarkMultiplyAdd(OperatorContext& context, uint32_t iterations,
                            const dml_tensor* output) {
  DML_RETURN_IF_ERROR(
      CheckContiguous("benchmark_multiply_add: output", output, 1));
  const bool supported =
      output->type == DML_FLOAT32 ||
      (output->type == DML_FLOAT16 && context.adapter.float16_arithmetic) ||
      (output->type == DML_FLOAT64 && context.adapter.float64);
  if (!supported) {
    return Unimplemented(
        "benchmark_multiply_add: the adapter has no "
        "arithmetic in the type of ",
        Describe(*output));
  }
  const uint32_t count = static_cast<uint32_t>(output->sizes[0]);
  return LaunchProgram(context,
                       ShaderName("benchmark_multiply_add", output->type),
                       {DML_BENCHMARK_GROUP_SIZE},
                       LinearGrid(context, count,
                                  uint64_t{count} * DML_BENCHMARK_GROUP_SIZE *
                                      iterations * kMultiplyAddsAnIteration),
                       {Argument(*output, Access::kWrite)},
                       BenchmarkMultiplyAddParameters{count, iterations});
}

Status BenchmarkEmpty(OperatorContext& context, const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckTensor(output, "benchmark_empty: output"));
  return LaunchProgram(context, "benchmark_empty", {1u}, Grid(),
                       {Argument(*output, Access::kWrite)},
                       BenchmarkEmptyParameters{});
}

Status BenchmarkNaiveGemm(OperatorContext& context, const dml_tensor* a,
                          const dml_tensor* b, const dml_tensor* c) {
  DML_RETURN_IF_ERROR(CheckContiguous("benchmark_naive_gemm: a", a, 2));
  DML_RETURN_IF_ERROR(CheckContiguous("benchmark_naive_gemm: b", b, 2));
  DML_RETURN_IF_ERROR(CheckContiguous("benchmark_naive_gemm: c", c, 2));
  if (a->sizes[0] != c->sizes[0] || a->sizes[1] != b->sizes[0] ||
      b->sizes[1] != c->sizes[1] || a->type != b->type || a->type != c->type) {
    return InvalidArgument("benchmark_naive_gemm: ", Describe(*a), " x ",
                           Describe(*b), " does not give ", Describe(*c));
  }
  const BenchmarkNaiveGemmParameters constants = {
      static_cast<uint32_t>(c->sizes[0]), static_cast<uint32_t>(c->sizes[1]),
      static_cast<uint32_t>(a->sizes[1])};
  return LaunchProgram(
      context, ShaderName("benchmark_naive_gemm", c->type), {kGroupSize},
      LinearGrid(context, CeilDivide(ElementCount(*c), kGroupSize),
                 static_cast<uint64_t>(ElementCount(*c) * a->sizes[1])),
      {Argument(*a, Access::kRead), Argument(*b, Access::kRead),
       Argument(*c, Access::kWrite)},
      constants);
}

Status BenchmarkNaiveConvolution(OperatorContext& context,
                                 const dml_convolution_attributes* attributes,
                                 const dml_tensor* input,
                                 const dml_tensor* filter,
                                 const dml_tensor* output) {
  const char* kName = "benchmark_naive_convolution";
  DML_RETURN_IF_ERROR(CheckContiguous(kName, input, 4));
  DML_RETURN_IF_ERROR(CheckContiguous(kName, filter, 4));
  DML_RETURN_IF_ERROR(CheckContiguous(kName, output, 4));
  if (attributes->spatial_rank != 2 || attributes->groups != 1) {
    return InvalidArgument(kName, ": two spatial dimensions and one group");
  }
  const bool consistent = input->sizes[0] == output->sizes[0] &&
                          input->sizes[3] == filter->sizes[2] &&
                          output->sizes[3] == filter->sizes[3] &&
                          input->type == filter->type &&
                          input->type == output->type;
  if (!consistent) {
    return InvalidArgument(kName, ": input ", Describe(*input), ", filter ",
                           Describe(*filter), " and output ", Describe(*output),
                           " do not go together");
  }
  BenchmarkNaiveConvolutionParameters constants = {};
  constants.batch = static_cast<uint32_t>(input->sizes[0]);
  for (int d = 0; d < 2; ++d) {
    constants.x_size[d] = static_cast<uint32_t>(input->sizes[d + 1]);
    constants.y_size[d] = static_cast<uint32_t>(output->sizes[d + 1]);
    constants.window[d] = static_cast<uint32_t>(filter->sizes[d]);
    constants.stride[d] = static_cast<int32_t>(attributes->strides[d]);
    constants.dilation[d] = static_cast<int32_t>(attributes->dilations[d]);
    constants.pad[d] = static_cast<int32_t>(attributes->pad_before[d]);
  }
  constants.x_channels = static_cast<uint32_t>(input->sizes[3]);
  constants.y_channels = static_cast<uint32_t>(output->sizes[3]);
  return LaunchProgram(
      context, ShaderName("benchmark_naive_convolution", output->type),
      {kGroupSize},
      LinearGrid(
          context, CeilDivide(ElementCount(*output), kGroupSize),
          static_cast<uint64_t>(ElementCount(*output) * filter->sizes[0] *
                                filter->sizes[1] * filter->sizes[2])),
      {Argument(*input, Access::kRead), Argument(*filter, Access::kRead),
       Argument(*output, Access::kWrite)},
      constants);
}

}  // namespace dml
