// Matrices that lie within tensors, as the runtime's tensors, and what
// recurrent kernels do with them. Nothing here owns memory.
#ifndef TENSORFLOW_CORE_KERNELS_DML_RECURRENT_MATRICES_H_
#define TENSORFLOW_CORE_KERNELS_DML_RECURRENT_MATRICES_H_

#include "tensorflow/core/kernels/dml/kernel.h"

namespace tensorflow {
namespace dml {

// A matrix [rows, columns] within `tensor`, `offset` elements from its begin,
// whose columns are neighbours.
dml_tensor Matrix(const Tensor& tensor, int64 offset, int64 rows, int64 columns,
                  int64 row_stride);
inline dml_tensor Matrix(const Tensor& tensor, int64 offset, int64 rows,
                         int64 columns) {
  return Matrix(tensor, offset, rows, columns, columns);
}
// Matrices [steps, rows, columns], whose columns are neighbours.
struct StepStrides {
  int64 step, row;
};
dml_tensor Steps(const Tensor& tensor, int64 offset, int64 steps, int64 rows,
                 int64 columns, StepStrides strides);
dml_tensor Vector(const Tensor& tensor, int64 offset, int64 size);
// A vector within `tensor` as every row of a matrix.
inline dml_tensor RepeatedRow(const Tensor& tensor, int64 offset, int64 rows,
                              int64 columns) {
  return Matrix(tensor, offset, rows, columns, 0);
}
// Rows `begin` to `begin + count` of a float32 or float16 matrix.
dml_tensor RowRange(const dml_tensor& matrix, int64 begin, int64 count);
dml_tensor Transposed(dml_tensor matrix);
// [rows, gates * units] as [rows, gates, units]; [rows, units] so for every
// gate.
dml_tensor ByGate(dml_tensor matrix, int64 gates, int64 units);

// product = a x b + beta * product + bias.
Status MultiplyMatrices(KernelContext* c, const dml_tensor& a,
                        const dml_tensor& b, const dml_tensor& product,
                        double beta, const dml_tensor* bias = nullptr);
Status CopyMatrix(KernelContext* c, const dml_tensor& from,
                  const dml_tensor& to);

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_KERNELS_DML_RECURRENT_MATRICES_H_
