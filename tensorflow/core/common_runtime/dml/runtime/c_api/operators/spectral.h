/* Fourier transforms. */
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_SPECTRAL_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_SPECTRAL_H_

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The discrete Fourier transform along dimension 1 of [outer, n, inner],
 * complex: output[o, k, i] = sum over j of input[o, j, i] exp(-2 pi sqrt(-1) j
 * k / n) or, if `inverse`, with exp(+...) and divided by n. Any n up to 2^28; a
 * prime factor above 61 takes about four times the memory and time. */
DML_EXPORT dml_code dml_fft(dml_device* device, int32_t inverse,
                            const dml_tensor* input, const dml_tensor* output);

#ifdef __cplusplus
}
#endif

#endif
