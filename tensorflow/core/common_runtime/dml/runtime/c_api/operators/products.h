/* Matrix products. */
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_PRODUCTS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_PRODUCTS_H_

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum dml_activation DML_ENUM {
  DML_ACTIVATION_NONE = 0,
  DML_ACTIVATION_RELU = 1,
  DML_ACTIVATION_RELU6 = 2,
  DML_ACTIVATION_ELU = 3
} dml_activation;

/* c = activation(alpha * a x b + beta * c + bias) on the last two dimensions:
 * a [..., m, k], b [..., k, n], c [..., m, n]; transposes by strides. Leading
 * sizes equal c's (broadcast by stride 0). `bias` has c's sizes by strides.
 * float, which may have an activation and accumulates float16 in
 * float32; int32 or int64, which wrap around and take whole alpha and beta
 * below 2^31. k = 0 gives activation(beta * c + bias). c must overlap neither a
 * nor b. */
DML_EXPORT dml_code dml_gemm(dml_device* device, const dml_tensor* a,
                             const dml_tensor* b, const dml_tensor* c,
                             double alpha, double beta,
                             DML_NULLABLE const dml_tensor* bias,
                             dml_activation activation);

/* c = a x b for complex64 or complex128, shaped and broadcast as for dml_gemm,
 * of the conjugates of a and b where asked for. */
DML_EXPORT dml_code dml_complex_gemm(dml_device* device, const dml_tensor* a,
                                     int32_t conjugate_a, const dml_tensor* b,
                                     int32_t conjugate_b, const dml_tensor* c);

/* A sparse matrix times b [depth, columns]: output [rows, columns] is updated
 * in place, for each entry i of the sparse matrix in order: output[rows[i], j]
 * += values[i] * b[inner[i], j] with rows and inner [count], both int32 or both
 * int64, and values [count], b and output of one float type. An entry whose row
 * is out of range is skipped; one whose inner number is out of range makes its
 * row NaN. Deterministic; of many entries, those of a row may be summed up
 * first, in parts. */
DML_EXPORT dml_code dml_sparse_matmul(
    dml_device* device, const dml_tensor* rows, const dml_tensor* inner,
    const dml_tensor* values, const dml_tensor* b, const dml_tensor* output);

#ifdef __cplusplus
}
#endif

#endif
