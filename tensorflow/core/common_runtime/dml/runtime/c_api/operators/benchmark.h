/* Programs for measuring, which no model runs: ceilings of an adapter, and the
 * plain forms of operators as yardsticks. Tensors here must be contiguous. */
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_BENCHMARK_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_BENCHMARK_H_

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_tensor.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/operators/convolution.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Invocations in each group of dml_benchmark_multiply_add, and the fused
 * multiply-adds that each does per iteration. */
#define DML_BENCHMARK_GROUP_SIZE 256
#define DML_BENCHMARK_MULTIPLY_ADDS 128

/* Runs as many groups as `output` has elements, in arithmetic of its type
 * (float32, float16 without widening, float64), in registers. */
DML_EXPORT dml_code dml_benchmark_multiply_add(dml_device* device,
                                               uint32_t iterations,
                                               const dml_tensor* output);

/* A dispatch of one group that does nothing, but counts as a write of
 * `output`. */
DML_EXPORT dml_code dml_benchmark_empty(dml_device* device,
                                        const dml_tensor* output);

/* c [m, n] = a [m, k] x b [k, n]; float32. */
DML_EXPORT dml_code dml_benchmark_naive_gemm(dml_device* device,
                                             const dml_tensor* a,
                                             const dml_tensor* b,
                                             const dml_tensor* c);

/* input and output NHWC, filter HWIO: contiguous in that order, which is also
 * the order of their sizes here; two spatial dimensions, one group; float32. */
DML_EXPORT dml_code dml_benchmark_naive_convolution(
    dml_device* device, const dml_convolution_attributes* attributes,
    const dml_tensor* input, const dml_tensor* filter,
    const dml_tensor* output);

#ifdef __cplusplus
}
#endif

#endif
