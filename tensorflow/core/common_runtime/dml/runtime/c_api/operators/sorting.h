/* Sorting and searching. */
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_SORTING_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_SORTING_H_

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* input [rows, n]; values and indices (int32) [rows, k], k <= n: the k largest
 * elements of each row, from the largest on, and where they are. Of equal
 * elements the first comes first; NaN is the largest. Number. k = n sorts. */
DML_EXPORT dml_code dml_top_k(dml_device* device, const dml_tensor* input,
                              const dml_tensor* values,
                              const dml_tensor* indices);

/* predictions [rows, classes] float32, targets [rows] and k (rank 0) int32 or
 * int64, output [rows] bool:
 *   output[r] = fewer than k of predictions[r] exceed predictions[r,targets[r]]
 * and false where the target is no class or a prediction is not finite. */
DML_EXPORT dml_code dml_in_top_k(dml_device* device,
                                 const dml_tensor* predictions,
                                 const dml_tensor* targets, const dml_tensor* k,
                                 const dml_tensor* output);

/* sorted [rows, n], each row ascending, values [rows, m] of the same type,
 * output [rows, m] int32 or int64; number:
 *   output[r, i] = how many elements of sorted[r] are below values[r, i], or,
 *                  if `upper`, are not above it */
DML_EXPORT dml_code dml_search_sorted(dml_device* device, int32_t upper,
                                      const dml_tensor* sorted,
                                      const dml_tensor* values,
                                      const dml_tensor* output);

#ifdef __cplusplus
}
#endif

#endif
