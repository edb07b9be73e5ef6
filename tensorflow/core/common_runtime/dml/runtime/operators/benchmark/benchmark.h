// Programs for measuring; c_api/dml_benchmark.h is their contract.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_BENCHMARK_BENCHMARK_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_BENCHMARK_BENCHMARK_H_

#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_benchmark.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/context.h"

namespace dml {

Status BenchmarkMultiplyAdd(OperatorContext& context, uint32_t iterations,
                            const dml_tensor* output);

Status BenchmarkEmpty(OperatorContext& context, const dml_tensor* output);

Status BenchmarkNaiveGemm(OperatorContext& context, const dml_tensor* a,
                          const dml_tensor* b, const dml_tensor* c);

Status BenchmarkNaiveConvolution(OperatorContext& context,
                                 const dml_convolution_attributes* attributes,
                                 const dml_tensor* input,
                                 const dml_tensor* filter,
                                 const dml_tensor* output);

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_BENCHMARK_BENCHMARK_H_
