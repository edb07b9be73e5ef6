#include "tensorflow/core/kernels/dml/recurrent/matrices.h"

#include <utility>

namespace tensorflow {
namespace dml {

dml_tensor Matrix(const Tensor& tensor, int64 offset, int64 rows, int64 columns,
                  int64 row_stride) {
  dml_tensor matrix = {};
  matrix.data = Address(tensor) +
                static_cast<uint64>(offset) * DataTypeSize(tensor.dtype());
  matrix.type = DmlType(tensor.dtype());
  matrix.rank = 2;
  matrix.sizes[0] = rows;
  matrix.sizes[1] = columns;
  matrix.strides[0] = row_stride;
  matrix.strides[1] = 1;
  return matrix;
}

dml_tensor Steps(const Tensor& tensor, int64 offset, int64 steps, int64 rows,
                 int64 columns, StepStrides strides) {
  dml_tensor matrices = Matrix(tensor, offset, rows, columns);
  matrices.rank = 3;
  matrices.sizes[0] = steps;
  matrices.sizes[1] = rows;
  matrices.sizes[2] = columns;
  matrices.strides[0] = strides.step;
  matrices.strides[1] = strides.row;
  matrices.strides[2] = 1;
  return matrices;
}

dml_tensor Vector(const Tensor& tensor, int64 offset, int64 size) {
  dml_tensor vector = Matrix(tensor, offset, 1, size);
  vector.rank = 1;
  vector.sizes[0] = size;
  vector.strides[0] = 1;
  return vector;
}

dml_tensor RowRange(const dml_tensor& matrix, int64 begin, int64 count) {
  dml_tensor rows = matrix;
  const int64 bytes = matrix.type == DML_FLOAT16 ? 2 : 4;
  rows.data += begin * matrix.strides[0] * bytes;
  rows.sizes[0] = count;
  return rows;
}

dml_tensor Transposed(dml_tensor matrix) {
  std::swap(matrix.sizes[0], matrix.sizes[1]);
  std::swap(matrix.strides[0], matrix.strides[1]);
  return matrix;
}

dml_tensor ByGate(dml_tensor matrix, int64 gates, int64 units) {
  const bool repeated = matrix.sizes[1] == units && gates > 1;
  matrix.rank = 3;
  matrix.sizes[1] = gates;
  matrix.sizes[2] = units;
  matrix.strides[1] = repeated ? 0 : units;
  matrix.strides[2] = 1;
  return matrix;
}

Status MultiplyMatrices(KernelContext* c, const dml_tensor& a,
                        const dml_tensor& b, const dml_tensor& product,
                        double beta, const dml_tensor* bias) {
  DML_RETURN_IF_FAILED(dml_gemm(c->device(), &a, &b, &product, 1.0, beta, bias,
                                DML_ACTIVATION_NONE));
  return OkStatus();
}

Status CopyMatrix(KernelContext* c, const dml_tensor& from,
                  const dml_tensor& to) {
  DML_RETURN_IF_FAILED(dml_copy_tensor(c->device(), &from, &to));
  return OkStatus();
}

}  // namespace dml
}  // namespace tensorflow
