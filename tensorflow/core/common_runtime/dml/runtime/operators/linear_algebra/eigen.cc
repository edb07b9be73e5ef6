// Eigenvalues of Hermitian matrices and singular values, by Jacobi rotations.
#include <algorithm>
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/linear_algebra/jacobi.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/linear_algebra/linear_algebra_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/linear_algebra/matrices.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

// Loops over a matrix's elements are no longer than every driver runs.
constexpr int64_t kMaxSize = 2048;

Status CheckSize(const char* name, const dml_tensor& a) {
  if (std::max(a.sizes[1], a.sizes[2]) <= kMaxSize) return Status::Ok();
  return Unimplemented(name, ": ", Describe(a), " has more than ", kMaxSize,
                       " rows or columns");
}

Status CheckShape(const char* name, const dml_tensor& tensor,
                  Span<const int64_t> sizes, uint32_t type) {
  const dml_tensor wanted = MakeTensor(tensor.data, type, sizes);
  if (SameSizes(tensor, wanted) && tensor.type == type) return Status::Ok();
  return InvalidArgument(name, " must be ", Describe(wanted), ", not ",
                         Describe(tensor));
}

// `scales` [batch] for each element of `like`.
dml_tensor Repeat(const dml_tensor& scales, const dml_tensor& like) {
  dml_tensor repeated = like;
  repeated.data = scales.data;
  for (uint32_t d = 1; d < like.rank; ++d) repeated.strides[d] = 0;
  repeated.strides[0] = scales.strides[0];
  return repeated;
}

// y = x / scales, 0 where the scale is.
Status DivideByScales(OperatorContext& context, const dml_tensor& x,
                      const dml_tensor& scales, const dml_tensor& y) {
  const dml_tensor divisors = Repeat(scales, x);
  const dml_tensor* const inputs[] = {&x, &divisors};
  return Elementwise(context, DML_DIVIDE_NO_NAN, inputs, 2, &y, nullptr);
}

// The whole Hermitian matrices of the lower triangles of a.
Status Mirror(OperatorContext& context, const dml_tensor& a,
              const dml_tensor& whole) {
  const dml_tensor above = Transpose(a);
  if (!IsComplex(a.type)) {
    return MatrixBand(context, DML_BAND_KEEP, &a, &above, 1 - a.sizes[1], 0,
                      &whole);
  }
  DML_RETURN_IF_ERROR(CopyMatrices(context, {above, true}, whole));
  return MatrixBand(context, DML_BAND_KEEP, &a, &whole, 1 - a.sizes[1], 0,
                    &whole);
}

// Columns of q change their signs where r's diagonal is negative.
Status TurnColumns(OperatorContext& context, const dml_tensor& r,
                   const dml_tensor& q) {
  TurnColumnsParameters constants = {};
  constants.batch = static_cast<uint32_t>(q.sizes[0]);
  constants.rows = static_cast<uint32_t>(q.sizes[1]);
  constants.columns = static_cast<uint32_t>(q.sizes[2]);
  constants.r_rows = static_cast<uint32_t>(r.sizes[1]);
  CopyStrides(q, constants.q_strides);
  constants.q_offset = DataOffset(q);
  return LaunchProgram(
      context, ShaderName("turn_columns", q.type), {kGroupSize},
      LinearGrid(context, CeilDivide(ElementCount(q), int64_t{kGroupSize})),
      {Argument(q, Access::kReadWrite), Argument(r, Access::kRead)}, constants);
}

}  // namespace

// With b = a / max|a| and s above any magnitude of b's eigenvalues, b + s is
// positive definite, so that the rotations that make its columns orthogonal
// make them multiples of its eigenvectors, which are those of a.
Status SelfAdjointEigen(OperatorContext& context, const dml_tensor* a,
                        const dml_tensor* values, const dml_tensor* vectors) {
  DML_RETURN_IF_ERROR(CheckSquareMatrices(a, "self-adjoint eigen: a"));
  DML_RETURN_IF_ERROR(CheckTensor(values, "self-adjoint eigen: values"));
  const int64_t batch = a->sizes[0], n = a->sizes[1];
  DML_RETURN_IF_ERROR(
      CheckShape("self-adjoint eigen: values", *values, {batch, n}, a->type));
  if (vectors != nullptr) {
    DML_RETURN_IF_ERROR(CheckTensor(vectors, "self-adjoint eigen: vectors"));
    DML_RETURN_IF_ERROR(CheckShape("self-adjoint eigen: vectors", *vectors,
                                   {batch, n, n}, a->type));
  }
  DML_RETURN_IF_ERROR(CheckSize("self-adjoint eigen", *a));
  if (IsEmpty(*values)) return Status::Ok();
  Scratch memory[6] = {Scratch(context), Scratch(context), Scratch(context),
                       Scratch(context), Scratch(context), Scratch(context)};
  dml_tensor whole, columns, products, scales, shifts, found;
  int used = 0;
  for (dml_tensor* matrices : {&whole, &columns, &products}) {
    DML_RETURN_IF_ERROR(
        AllocateMatrices(&memory[used++], a->type, batch, n, n, matrices));
  }
  for (dml_tensor* each : {&scales, &shifts}) {
    DML_RETURN_IF_ERROR(
        memory[used].Allocate(batch * uint64_t{TypeBytes(a->type)}));
    *each = MakeTensor(memory[used++].address(), a->type, {batch});
  }
  DML_RETURN_IF_ERROR(
      memory[used].Allocate(batch * n * uint64_t{TypeBytes(a->type)}));
  found = MakeTensor(memory[used].address(), a->type, {batch, n});

  DML_RETURN_IF_ERROR(Mirror(context, *a, whole));
  DML_RETURN_IF_ERROR(
      FindNorms(context, MatrixNorm::kLargestElement, whole, scales));
  DML_RETURN_IF_ERROR(DivideByScales(context, whole, scales, whole));
  DML_RETURN_IF_ERROR(Product(context, {whole}, {whole}, products));
  DML_RETURN_IF_ERROR(
      FindNorms(context, MatrixNorm::kRootOfRowSum, products, shifts));
  const dml_tensor transposed = Transpose(whole);
  DML_RETURN_IF_ERROR(CopyTensor(context, &transposed, &columns));
  const dml_tensor diagonal = DiagonalOf(columns);
  const dml_tensor added = Repeat(shifts, diagonal);
  const dml_tensor* const inputs[] = {&diagonal, &added};
  DML_RETURN_IF_ERROR(
      Elementwise(context, DML_ADD, inputs, 2, &diagonal, nullptr));
  DML_RETURN_IF_ERROR(RotateVectors(context, columns, n));
  // Of row vectors x, the products are x b^T.
  DML_RETURN_IF_ERROR(Product(context, {columns}, {transposed}, products));
  DML_RETURN_IF_ERROR(
      FindValues(context, columns, n, &products, scales, found));
  const dml_tensor rows = Transpose(vectors != nullptr ? *vectors : products);
  return SortVectors(context, /*ascending=*/true, /*normalize=*/true, found,
                     columns, 0, *values, rows);
}

// With w = a v for rotations v that make w's columns orthogonal, w = u s: the
// lengths of the columns are the singular values, and u those of q in w = q r,
// up to signs, also where columns are zero.
Status Svd(OperatorContext& context, const dml_tensor* a, const dml_tensor* s,
           const dml_tensor* u, const dml_tensor* v) {
  DML_RETURN_IF_ERROR(CheckMatrices(a, "svd: a"));
  DML_RETURN_IF_ERROR(CheckTensor(s, "svd: s"));
  const int64_t batch = a->sizes[0];
  const int64_t n = std::min(a->sizes[1], a->sizes[2]);
  DML_RETURN_IF_ERROR(CheckShape("svd: s", *s, {batch, n}, a->type));
  if ((u == nullptr) != (v == nullptr)) {
    return InvalidArgument("svd: takes u and v, or neither");
  }
  if (u != nullptr) {
    DML_RETURN_IF_ERROR(CheckTensor(u, "svd: u"));
    DML_RETURN_IF_ERROR(CheckTensor(v, "svd: v"));
    const bool full =
        u->rank == 3 && v->rank == 3 && (u->sizes[2] != n || v->sizes[2] != n);
    DML_RETURN_IF_ERROR(CheckShape(
        "svd: u", *u, {batch, a->sizes[1], full ? a->sizes[1] : n}, a->type));
    DML_RETURN_IF_ERROR(CheckShape(
        "svd: v", *v, {batch, a->sizes[2], full ? a->sizes[2] : n}, a->type));
  }
  DML_RETURN_IF_ERROR(CheckSize("svd", *a));
  if (IsEmpty(*a)) {
    for (const dml_tensor* y : {u, v}) {
      if (y == nullptr || IsEmpty(*y)) continue;
      DML_RETURN_IF_ERROR(MakeIdentity(context, *y));
    }
    return Status::Ok();
  }
  // Of wide matrices, the adjoint has u and v changed.
  const bool wide = a->sizes[1] < a->sizes[2];
  const dml_tensor columns = wide ? *a : Transpose(*a);  // as rows
  const dml_tensor* const left = wide ? v : u;
  const dml_tensor* const right = wide ? u : v;
  const int64_t length = columns.sizes[2];

  Scratch vector_memory(context), whole_memory(context), scale_memory(context),
      value_memory(context), r_memory(context);
  dml_tensor vectors, whole, r;
  DML_RETURN_IF_ERROR(AllocateMatrices(&vector_memory, a->type, batch, n,
                                       length + (u != nullptr ? n : 0),
                                       &vectors));
  DML_RETURN_IF_ERROR(
      AllocateMatrices(&whole_memory, a->type, batch, n, length, &whole));
  DML_RETURN_IF_ERROR(
      scale_memory.Allocate(batch * uint64_t{TypeBytes(a->type)}));
  DML_RETURN_IF_ERROR(
      value_memory.Allocate(batch * n * uint64_t{TypeBytes(a->type)}));
  const dml_tensor scales =
      MakeTensor(scale_memory.address(), a->type, {batch});
  const dml_tensor values =
      MakeTensor(value_memory.address(), a->type, {batch, n});
  DML_RETURN_IF_ERROR(CopyMatrices(context, {columns, wide}, whole));
  DML_RETURN_IF_ERROR(
      FindNorms(context, MatrixNorm::kLargestElement, whole, scales));
  DML_RETURN_IF_ERROR(
      DivideByScales(context, whole, scales, Part(vectors, 0, n, 0, length)));
  if (u != nullptr) {
    DML_RETURN_IF_ERROR(MakeIdentity(context, Part(vectors, 0, n, length, n)));
  }
  DML_RETURN_IF_ERROR(RotateVectors(context, vectors, length));
  DML_RETURN_IF_ERROR(
      FindValues(context, vectors, length, nullptr, scales, values));
  // `whole` becomes the columns of w in order.
  DML_RETURN_IF_ERROR(SortVectors(context, /*ascending=*/false,
                                  /*normalize=*/false, values, vectors, 0, *s,
                                  whole));
  if (u == nullptr) return Status::Ok();
  // After thousands of rotations lengths of 1 are off by tens of roundings.
  DML_RETURN_IF_ERROR(SortVectors(context, /*ascending=*/false,
                                  /*normalize=*/true, values, vectors, length,
                                  *s, Transpose(*right)));
  const int64_t r_rows = left->sizes[2];
  DML_RETURN_IF_ERROR(
      AllocateMatrices(&r_memory, a->type, batch, r_rows, n, &r));
  const dml_tensor ordered = Transpose(whole);
  DML_RETURN_IF_ERROR(Qr(context, &ordered, left, &r));
  return TurnColumns(context, r, Part(*left, 0, length, 0, n));
}

}  // namespace dml
