/* Bands of matrices, factorizations, systems of equations, cross products. */
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

/* Solves a x = b [batch, n, columns] for triangular matrices a [batch, n, n],
 * or for their conjugates: a transpose is a matter of strides, and of `lower`.
 * The other triangle of a is not read. x may be b. singular [batch], int32, may
 * be null: it becomes 1 where an element of a's diagonal is zero or NaN, which
 * gives infinities and NaN, and 0 elsewhere. One launch where n <= 32; else a
 * copy, unless x is b, then one for each 32 rows and a product between each two
 * of them. float32, float64 or complex. */
DML_EXPORT dml_code dml_triangular_solve(
    dml_device* device, int32_t lower, int32_t conjugate, const dml_tensor* a,
    const dml_tensor* b, const dml_tensor* x,
    DML_NULLABLE const dml_tensor* singular);

/* Lower triangular l with a = l l^H, for Hermitian positive definite matrices a
 * [batch, n, n], of which the lower triangle is read. The other triangle of l
 * is zero. l may be a. failed [batch], int32, becomes 1 where a pivot is not
 * positive, which makes l NaN from there on, and 0 elsewhere; NaN in a is none.
 * One launch where n <= 32; else a copy, one for each 32 columns, and a product
 * between each two of them. float32, float64 or complex. */
DML_EXPORT dml_code dml_cholesky(dml_device* device, const dml_tensor* a,
                                 const dml_tensor* l, const dml_tensor* failed);

/* The symmetric gradient of a, where l_gradient is that of dml_cholesky's l;
 * all [batch, n, n]. Of l and l_gradient the lower triangle is read. Five
 * launches, a product, and those of two dml_triangular_solve() in place.
 * float32 or float64. */
DML_EXPORT dml_code dml_cholesky_gradient(dml_device* device,
                                          const dml_tensor* l,
                                          const dml_tensor* l_gradient,
                                          const dml_tensor* a_gradient);

/* Solves a x = b [batch, n, columns] for matrices a [batch, n, n], or for their
 * conjugates, by elimination with row exchanges: a transpose is a matter of
 * strides. b may be null, for identities, of which x becomes the inverses of a.
 * x may be a or b. singular [batch], int32, becomes 1 where a pivot is zero or
 * NaN, which gives infinities and NaN, and 0 elsewhere. One launch where n <=
 * 32; else two copies (of identities three launches instead of one), two
 * launches for each 32 rows and a product between each two of them, then those
 * of dml_triangular_solve(). At most 8192 rows. float32, float64 or complex. */
DML_EXPORT dml_code dml_linear_solve(dml_device* device, int32_t conjugate,
                                     const dml_tensor* a,
                                     DML_NULLABLE const dml_tensor* b,
                                     const dml_tensor* x,
                                     const dml_tensor* singular);

/* Determinants [batch] of a [batch, n, n]; or, where log_abs [batch] is not
 * null, their signs (of complex numbers: of magnitude 1), and the logarithms of
 * their magnitudes. All of a's type. A determinant is sign * exp(log_abs);
 * where log_abs is not finite, the sign is 0. A copy, three launches for each
 * 32 rows but one for the last ones, and one more. At most 8192 rows. float32,
 * float64 or complex. */
DML_EXPORT dml_code dml_determinant(dml_device* device, const dml_tensor* a,
                                    const dml_tensor* determinant,
                                    DML_NULLABLE const dml_tensor* log_abs);

/* a [batch, m, n] = q r, by Householder reflections: the columns of q are
 * orthonormal, r is upper triangular, with a real diagonal. q is [batch, m, k]
 * and r [batch, k, n], with k = min(m, n), or k = m. q may be null. For each 32
 * columns a launch, and three products where there are columns to their right;
 * then three launches for q and three products for each 32 of its columns; and
 * a copy of a and one of r. At most 2048 rows, of complex128 512. float32,
 * float64 or complex. */
DML_EXPORT dml_code dml_qr(dml_device* device, const dml_tensor* a,
                           DML_NULLABLE const dml_tensor* q,
                           const dml_tensor* r);

/* Eigenvalues [batch, n], ascending, of Hermitian matrices a [batch, n, n], of
 * which the lower triangle is read, and vectors [batch, n, n], whose columns
 * are the eigenvectors, of length 1; all of a's type. By at most 15 sweeps of
 * Jacobi rotations on the device: with eigenvalues known to about 1e-6
 * (float32) of the largest one for n = 8, and 1e-5 for n = 512. About ten
 * launches, and 15 n more where n > 32 (complex128: 16), of which those of
 * sweeps that find nothing to do end at once. At most 2048 rows. float32,
 * float64 or complex. */
DML_EXPORT dml_code dml_self_adjoint_eigen(
    dml_device* device, const dml_tensor* a, const dml_tensor* values,
    DML_NULLABLE const dml_tensor* vectors);

/* a [batch, m, n] = u s v^H: the singular values s [batch, k], descending, with
 * k = min(m, n); orthonormal columns u [batch, m, k] and v [batch, n, k], or u
 * [batch, m, m] and v [batch, n, n]; both may be null. Method, precision and
 * launches as for dml_self_adjoint_eigen(), where n stands for k; vectors that
 * were rotated few at a time may have up to 64 elements, with u and v m + n;
 * and those of dml_qr() for u and v. At most 2048 rows and columns, with u and
 * v of complex128 512. float32, float64 or complex. */
DML_EXPORT dml_code dml_svd(dml_device* device, const dml_tensor* a,
                            const dml_tensor* s,
                            DML_NULLABLE const dml_tensor* u,
                            DML_NULLABLE const dml_tensor* v);

#ifdef __cplusplus
}
#endif

#endif
