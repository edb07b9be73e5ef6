// One-sided Jacobi rotations of batches of vectors, until those of a matrix are
// orthogonal to each other.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_LINEAR_ALGEBRA_JACOBI_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_LINEAR_ALGEBRA_JACOBI_H_

#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/context.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/linear_algebra/linear_algebra_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/tensor.h"

namespace dml {

// Sweeps over all pairs. They converge quadratically: six to ten do, and the
// others find nothing to rotate.
constexpr uint32_t kJacobiSweeps = 15;

// Of matrix_norm.comp.
enum class MatrixNorm : uint32_t {
  kLargestElement = MatrixNormParameters::kLargestElement,
  kRootOfRowSum = MatrixNormParameters::kRootOfRowSum
};
// norms [batch], of x's type; both row-major.
Status FindNorms(OperatorContext& context, MatrixNorm norm, const dml_tensor& x,
                 const dml_tensor& norms);

// Rotates the vectors x [batch, n, length], row-major, in place; their first
// `measured` elements become orthogonal. One launch where n <= 32 and length <=
// 64 (complex128: n <= 16), else one for each of the n - 1 (n, if n is odd)
// rounds of kJacobiSweeps sweeps, and a fill or two. Nobody waits: the launches
// of sweeps that come too late return at once.
Status RotateVectors(OperatorContext& context, const dml_tensor& x,
                     int64_t measured);

// values [batch, n] = scales times the lengths of x's first `measured`
// elements; or, where `products` is not null, times the Rayleigh quotients for
// those products of a Hermitian matrix with x. All row-major.
Status FindValues(OperatorContext& context, const dml_tensor& x,
                  int64_t measured, const dml_tensor* products,
                  const dml_tensor& scales, const dml_tensor& values);

// y [batch, n, length] = elements from `begin` on of the vectors x, in the
// order of their values, as sorted_values [batch, n] are; y and sorted_values
// may have any strides.
Status SortVectors(OperatorContext& context, bool ascending, bool normalize,
                   const dml_tensor& values, const dml_tensor& x, int64_t begin,
                   const dml_tensor& sorted_values, const dml_tensor& y);

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_LINEAR_ALGEBRA_JACOBI_H_
