// Batches of matrices [batch, rows, columns] and their parts: what the
// factorizations share. Parts are the same memory, by offsets and strides.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_LINEAR_ALGEBRA_MATRICES_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_LINEAR_ALGEBRA_MATRICES_H_

#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/context.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/tensor.h"

namespace dml {

// float32, float64, complex64 and complex128.
bool IsField(uint32_t type);

// A checked tensor of rank 3 and of a type of IsField(). `name` is for the
// message: "cholesky: a".
Status CheckMatrices(const dml_tensor* tensor, const char* name);
// The same, with as many columns as rows.
Status CheckSquareMatrices(const dml_tensor* tensor, const char* name);
// int32 [batch].
Status CheckFlags(const dml_tensor* tensor, const char* name, int64_t batch);

// The invocations of a group of the programs that hold kLanes columns
// (matrix_block.glsl).
uint32_t LanesOf(uint32_t type);

// Rows [row, row + rows) and columns [column, column + columns).
dml_tensor Part(const dml_tensor& matrices, int64_t row, int64_t rows,
                int64_t column, int64_t columns);
dml_tensor Transpose(const dml_tensor& matrices);
// From the last row up, and from the last column to the left.
dml_tensor ReverseRows(const dml_tensor& matrices);
dml_tensor ReverseColumns(const dml_tensor& matrices);
// [batch, min(rows, columns)].
dml_tensor DiagonalOf(const dml_tensor& matrices);

// Where to cut `size` rows in two: behind whole blocks, about the middle.
int64_t HalfOf(int64_t size);

// Matrices, or their conjugates.
struct Factor {
  dml_tensor matrices;
  bool conjugate = false;
};
Status CopyMatrices(OperatorContext& context, const Factor& a,
                    const dml_tensor& y);
// 1 on the diagonal, 0 elsewhere. Three launches.
Status MakeIdentity(OperatorContext& context, const dml_tensor& y);
// c = a x b.
Status Product(OperatorContext& context, const Factor& a, const Factor& b,
               const dml_tensor& c);
// c -= a x b. c may lie between a and b in memory, but shares no element with
// them. One launch, or two where the depth is split (Gemm); four to six of
// complex matrices.
Status SubtractProduct(OperatorContext& context, const Factor& a,
                       const Factor& b, const dml_tensor& c);

// A row-major tensor of `scratch`'s memory, which this allocates.
Status AllocateMatrices(Scratch* scratch, uint32_t type, int64_t batch,
                        int64_t rows, int64_t columns, dml_tensor* matrices);

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_LINEAR_ALGEBRA_MATRICES_H_
