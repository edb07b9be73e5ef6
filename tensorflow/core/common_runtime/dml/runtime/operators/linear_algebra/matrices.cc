#include "tensorflow/core/common_runtime/dml/runtime/operators/linear_algebra/matrices.h"

#include <algorithm>
#include <utility>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/linear_algebra/linear_algebra_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"

namespace dml {

bool IsField(uint32_t type) {
  return type == DML_FLOAT32 || type == DML_FLOAT64 || IsComplex(type);
}

Status CheckMatrices(const dml_tensor* tensor, const char* name) {
  DML_RETURN_IF_ERROR(CheckTensor(tensor, name));
  if (tensor->rank != 3) {
    return InvalidArgument(name,
                           " must be matrices [batch, rows, columns], not ",
                           Describe(*tensor));
  }
  if (!IsField(tensor->type)) {
    return Unimplemented(name,
                         ": takes float32, float64 and complex numbers, not ",
                         Describe(*tensor));
  }
  return Status::Ok();
}

Status CheckSquareMatrices(const dml_tensor* tensor, const char* name) {
  DML_RETURN_IF_ERROR(CheckMatrices(tensor, name));
  if (tensor->sizes[1] == tensor->sizes[2]) return Status::Ok();
  return InvalidArgument(name, " must be square matrices, not ",
                         Describe(*tensor));
}

Status CheckFlags(const dml_tensor* tensor, const char* name, int64_t batch) {
  DML_RETURN_IF_ERROR(CheckTensor(tensor, name));
  if (tensor->rank == 1 && tensor->sizes[0] == batch &&
      tensor->type == DML_INT32) {
    return Status::Ok();
  }
  return InvalidArgument(name, " must be int32 [", batch, "], not ",
                         Describe(*tensor));
}

uint32_t LanesOf(uint32_t type) { return TypeBytes(type) == 16 ? 16 : 64; }

dml_tensor Part(const dml_tensor& matrices, int64_t row, int64_t rows,
                int64_t column, int64_t columns) {
  dml_tensor part = matrices;
  part.data += static_cast<uint64_t>(
      (row * matrices.strides[1] + column * matrices.strides[2]) *
      int64_t{TypeBytes(matrices.type)});
  part.sizes[1] = rows;
  part.sizes[2] = columns;
  return part;
}

dml_tensor Transpose(const dml_tensor& matrices) {
  dml_tensor transposed = matrices;
  std::swap(transposed.sizes[1], transposed.sizes[2]);
  std::swap(transposed.strides[1], transposed.strides[2]);
  return transposed;
}

dml_tensor ReverseRows(const dml_tensor& matrices) {
  if (matrices.sizes[1] == 0) return matrices;
  dml_tensor reversed = Part(matrices, matrices.sizes[1] - 1, matrices.sizes[1],
                             0, matrices.sizes[2]);
  reversed.strides[1] = -matrices.strides[1];
  return reversed;
}

dml_tensor ReverseColumns(const dml_tensor& matrices) {
  return Transpose(ReverseRows(Transpose(matrices)));
}

dml_tensor DiagonalOf(const dml_tensor& matrices) {
  dml_tensor diagonal = matrices;
  diagonal.rank = 2;
  diagonal.sizes[1] = std::min(matrices.sizes[1], matrices.sizes[2]);
  diagonal.strides[1] = matrices.strides[1] + matrices.strides[2];
  return diagonal;
}

int64_t HalfOf(int64_t size) {
  return CeilDivide(CeilDivide(size, int64_t{kBlock}), int64_t{2}) * kBlock;
}

Status CopyMatrices(OperatorContext& context, const Factor& a,
                    const dml_tensor& y) {
  if (!a.conjugate || !IsComplex(y.type)) {
    return CopyTensor(context, &a.matrices, &y);
  }
  const dml_tensor* const inputs[] = {&a.matrices};
  return Elementwise(context, DML_CONJUGATE, inputs, 1, &y, nullptr);
}

Status MakeIdentity(OperatorContext& context, const dml_tensor& y) {
  const double zero[2] = {};
  DML_RETURN_IF_ERROR(Fill(context, &y, zero));
  // With an imaginary part of zero, too.
  const double one64[2] = {1, 0};
  const float one32[2] = {1, 0};
  const bool wide = y.type == DML_FLOAT64 || y.type == DML_COMPLEX128;
  const dml_tensor diagonal = DiagonalOf(y);
  return Fill(context, &diagonal,
              wide ? static_cast<const void*>(one64) : one32);
}

Status Product(OperatorContext& context, const Factor& a, const Factor& b,
               const dml_tensor& c) {
  if (IsComplex(c.type)) {
    return ComplexGemm(context, &a.matrices, a.conjugate, &b.matrices,
                       b.conjugate, &c);
  }
  return Gemm(context, &a.matrices, &b.matrices, &c, 1, 0, nullptr,
              DML_ACTIVATION_NONE);
}

Status SubtractProduct(OperatorContext& context, const Factor& a,
                       const Factor& b, const dml_tensor& c) {
  if (IsEmpty(c)) return Status::Ok();
  if (!IsComplex(c.type)) {
    return Gemm(context, &a.matrices, &b.matrices, &c, -1, 1, nullptr,
                DML_ACTIVATION_NONE);
  }
  Scratch scratch(context);
  dml_tensor product;
  DML_RETURN_IF_ERROR(AllocateMatrices(&scratch, c.type, c.sizes[0], c.sizes[1],
                                       c.sizes[2], &product));
  DML_RETURN_IF_ERROR(Product(context, a, b, product));
  const dml_tensor* const inputs[] = {&c, &product};
  return Elementwise(context, DML_SUBTRACT, inputs, 2, &c, nullptr);
}

Status AllocateMatrices(Scratch* scratch, uint32_t type, int64_t batch,
                        int64_t rows, int64_t columns, dml_tensor* matrices) {
  const int64_t count = batch * rows * columns;
  DML_RETURN_IF_ERROR(scratch->Allocate(count * uint64_t{TypeBytes(type)}));
  *matrices = MakeTensor(scratch->address(), type, {batch, rows, columns});
  return Status::Ok();
}

}  // namespace dml
