/* Bands of matrices, tridiagonal matrices and cross products. */
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_LINEAR_ALGEBRA_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_LINEAR_ALGEBRA_H_

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum dml_band_mode DML_ENUM {
  DML_BAND_KEEP = 0,   /* x[b, r, c] */
  DML_BAND_UNPACK = 1, /* x[b, upper - (c - r), min(r, c)] */
  DML_BAND_PACK = 2    /* see below */
} dml_band_mode;

/* Bands of matrices: diagonal d holds the elements with column - row = d. All
 * tensors have rank 3, a batch of matrices; z has the sizes of y (strides may
 * be 0).
 *   - KEEP and UNPACK: y[b, r, c] is as above where lower <= c - r <= upper,
 *     else z[b, r, c]. UNPACK's x [batch, upper - lower + 1, length] holds one
 *     diagonal a row, the highest first, each from its upper left end on.
 *   - PACK: the inverse: y is such a tensor, of the diagonals of x; what lies
 *     behind the end of a diagonal is from z.
 * `length` is the longest diagonal's. z may be y itself, with KEEP x too. */
DML_EXPORT dml_code dml_matrix_band(dml_device* device, dml_band_mode mode,
                                    const dml_tensor* x, const dml_tensor* z,
                                    int64_t lower, int64_t upper,
                                    const dml_tensor* y);

/* The cross products of the rows of x and y, all [rows, 3]. Number. */
DML_EXPORT dml_code dml_cross(dml_device* device, const dml_tensor* x,
                              const dml_tensor* y, const dml_tensor* output);

/* Tridiagonal matrices times x [batch, rows, columns]; diagonals [batch, rows],
 * of which upper[last row] and lower[0] are not read:
 *   output[b, r, c] = lower[b, r] x[b, r - 1, c] + middle[b, r] x[b, r, c] +
 *                     upper[b, r] x[b, r + 1, c]
 * float32, float64 or complex. `output` must not overlap the others. */
DML_EXPORT dml_code dml_tridiagonal_matmul(
    dml_device* device, const dml_tensor* upper, const dml_tensor* middle,
    const dml_tensor* lower, const dml_tensor* x, const dml_tensor* output);

/* Solves a output = b [batch, n, columns] for tridiagonal matrices a, given by
 * diagonals [batch, 3, n]: the upper one (its last element is not read), the
 * main one, and the lower one (its first element is not read). By Gaussian
 * elimination, with row exchanges if `pivoting`. singular [batch], int32,
 * becomes 1 where a pivot is zero, which gives infinities and NaN, and 0
 * elsewhere. The rows of a matrix are walked one by one; matrices and columns
 * go in parallel. float32, float64 or complex. */
DML_EXPORT dml_code dml_tridiagonal_solve(dml_device* device, int32_t pivoting,
                                          const dml_tensor* diagonals,
                                          const dml_tensor* b,
                                          const dml_tensor* output,
                                          const dml_tensor* singular);

#ifdef __cplusplus
}
#endif

#endif
