// The programs for measuring, as C functions.

#include "tensorflow/core/common_runtime/dml/runtime/operators/benchmark/benchmark.h"

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_benchmark.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/run_operator.h"

using dml::OperatorContext;

dml_code dml_benchmark_multiply_add(dml_device* device, uint32_t iterations,
                                    const dml_tensor* output) {
  return dml::RunOperator("benchmark_multiply_add", device,
                          {{"output", output}}, [&](OperatorContext& context) {
                            return dml::BenchmarkMultiplyAdd(
                                context, iterations, output);
                          });
}

dml_code dml_benchmark_empty(dml_device* device, const dml_tensor* output) {
  return dml::RunOperator("benchmark_empty", device, {{"output", output}},
                          [&](OperatorContext& context) {
                            return dml::BenchmarkEmpty(context, output);
                          });
}

dml_code dml_benchmark_naive_gemm(dml_device* device, const dml_tensor* a,
                                  const dml_tensor* b, const dml_tensor* c) {
  return dml::RunOperator("benchmark_naive_gemm", device,
                          {{"a", a}, {"b", b}, {"c", c}},
                          [&](OperatorContext& context) {
                            return dml::BenchmarkNaiveGemm(context, a, b, c);
                          });
}

dml_code dml_benchmark_naive_convolution(
    dml_device* device, const dml_convolution_attributes* attributes,
    const dml_tensor* input, const dml_tensor* filter,
    const dml_tensor* output) {
  return dml::RunOperator("benchmark_naive_convolution", device,
                          {{"attributes", attributes},
                           {"input", input},
                           {"filter", filter},
                           {"output", output}},
                          [&](OperatorContext& context) {
                            return dml::BenchmarkNaiveConvolution(
                                context, attributes, input, filter, output);
                          });
}
