// LU factors with row exchanges, and Gaussian elimination, of batches of
// matrices.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_LINEAR_ALGEBRA_LU_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_LINEAR_ALGEBRA_LU_H_

#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/context.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/tensor.h"

namespace dml {

// Elimination, by blocks of columns, of the largest remaining element of each
// column. Where a is the matrices and b some columns to their right,
//   [a b] = P L [u y]
// with u upper triangular, so that u x = y is what remains to solve. L is not
// kept: rows change places to the right of a block alone.
//
// Launches: for each 32 columns one, one more where there are columns to their
// right, and a product where there are rows below, too.
class Elimination {
 public:
  // More rows make launches too long for drivers that bound their loops.
  static constexpr int64_t kMaxRows = 8192;

  explicit Elimination(OperatorContext& context)
      : context_(context),
        memory_(context),
        columns_(context),
        pivots_(context) {}

  // Memory for [a b], `columns` of them in all; kUnimplemented if that is too
  // much. `name` is for the message.
  Status Allocate(const char* name, uint32_t type, int64_t batch, int64_t n,
                  int64_t columns);
  // [a b], to be written before Run(), which makes [u y] of it; below u are
  // other numbers.
  const dml_tensor& matrices() const { return matrices_; }
  // singular: int32 [batch]; becomes 1 where a pivot is zero or NaN, else 0.
  Status Run(const dml_tensor& singular);
  // For lu_determinant.comp.
  const Scratch& memory() const { return memory_; }
  const Scratch& pivots() const { return pivots_; }

 private:
  Status Panel(int64_t first, const dml_tensor& singular);
  Status Rows(int64_t first, int64_t columns);

  OperatorContext& context_;
  Scratch memory_, columns_, pivots_;
  dml_tensor matrices_ = {};
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_LINEAR_ALGEBRA_LU_H_
