// Cholesky factors, by columns: the first half of the columns, their product
// subtracted from the other half, the other half. Gradients by triangular
// solves.
#include <algorithm>
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/linear_algebra/linear_algebra_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/linear_algebra/matrices.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

class Factorization {
 public:
  // `work` becomes a with products subtracted; it is l only if there is one
  // block.
  Factorization(OperatorContext& context, const dml_tensor& work,
                const dml_tensor& l, const dml_tensor& failed)
      : context_(context), work_(work), l_(l), failed_(failed) {}

  Status FactorColumns(int64_t first, int64_t last) {
    if (last - first <= kBlock) return FactorBlock(first);
    const int64_t n = l_.sizes[1];
    const int64_t half = HalfOf(last - first);
    const int64_t middle = first + half;
    DML_RETURN_IF_ERROR(FactorColumns(first, middle));
    DML_RETURN_IF_ERROR(SubtractProduct(
        context_, {Part(l_, middle, n - middle, first, half)},
        {Transpose(Part(l_, middle, last - middle, first, half)), true},
        Part(work_, middle, n - middle, middle, last - middle)));
    return FactorColumns(middle, last);
  }

 private:
  Status FactorBlock(int64_t first) {
    const uint32_t lanes = LanesOf(l_.type);
    const int64_t n = l_.sizes[1];
    CholeskyPanelParameters constants = {};
    constants.batch = static_cast<uint32_t>(l_.sizes[0]);
    constants.n = static_cast<uint32_t>(n);
    constants.first = static_cast<uint32_t>(first);
    constants.tiles = static_cast<uint32_t>(std::max<int64_t>(
        CeilDivide(std::max<int64_t>(n - first - kBlock, 0), int64_t{lanes}),
        1));
    CopyStrides(work_, constants.a_strides);
    CopyStrides(l_, constants.l_strides);
    CopyStrides(failed_, &constants.failed_stride);
    constants.offsets[0] = DataOffset(work_);
    constants.offsets[1] = DataOffset(l_);
    constants.offsets[2] = DataOffset(failed_);
    return LaunchProgram(
        context_, ShaderName("cholesky_panel", l_.type), {lanes},
        LinearGrid(context_, uint64_t{constants.batch} * constants.tiles),
        {Argument(work_, Access::kRead), Argument(l_, Access::kReadWrite),
         Argument(failed_, Access::kReadWrite)},
        constants);
  }

  OperatorContext& context_;
  const dml_tensor work_, l_, failed_;
};

Status CheckAlike(const char* name, const dml_tensor& a, const dml_tensor& b) {
  if (SameSizes(a, b) && a.type == b.type) return Status::Ok();
  return InvalidArgument(name, ": ", Describe(a), " and ", Describe(b),
                         " must be alike");
}

}  // namespace

Status Cholesky(OperatorContext& context, const dml_tensor* a,
                const dml_tensor* l, const dml_tensor* failed) {
  DML_RETURN_IF_ERROR(CheckSquareMatrices(a, "cholesky: a"));
  DML_RETURN_IF_ERROR(CheckSquareMatrices(l, "cholesky: l"));
  DML_RETURN_IF_ERROR(CheckAlike("cholesky", *a, *l));
  DML_RETURN_IF_ERROR(CheckFlags(failed, "cholesky: failed", a->sizes[0]));
  if (IsEmpty(*l)) {
    const int32_t zero = 0;
    return Fill(context, failed, &zero);
  }
  DML_RETURN_IF_ERROR(CheckAliasing("cholesky", *a, *l));
  DML_RETURN_IF_ERROR(CheckDisjoint("cholesky", *a, *failed));
  DML_RETURN_IF_ERROR(CheckDisjoint("cholesky", *l, *failed));
  const int64_t batch = a->sizes[0], n = a->sizes[1];
  dml_tensor work = *a;
  Scratch scratch(context);
  if (n > kBlock) {
    DML_RETURN_IF_ERROR(
        AllocateMatrices(&scratch, a->type, batch, n, n, &work));
    DML_RETURN_IF_ERROR(CopyTensor(context, a, &work));
  }
  return Factorization(context, work, *l, *failed).FactorColumns(0, n);
}

// I. Murray, "Differentiation of the Cholesky decomposition", 2016, section 4:
// with P = L^T G, and S of the lower triangle of P mirrored, the gradient is
// L^-T S L^-1 / 2.
Status CholeskyGradient(OperatorContext& context, const dml_tensor* l,
                        const dml_tensor* l_gradient,
                        const dml_tensor* a_gradient) {
  DML_RETURN_IF_ERROR(CheckSquareMatrices(l, "cholesky gradient: l"));
  DML_RETURN_IF_ERROR(
      CheckSquareMatrices(l_gradient, "cholesky gradient: l_gradient"));
  DML_RETURN_IF_ERROR(
      CheckSquareMatrices(a_gradient, "cholesky gradient: a_gradient"));
  DML_RETURN_IF_ERROR(CheckAlike("cholesky gradient", *l, *l_gradient));
  DML_RETURN_IF_ERROR(CheckAlike("cholesky gradient", *l, *a_gradient));
  if (IsComplex(l->type)) {
    return Unimplemented("cholesky gradient: takes float32 and float64, not ",
                         Describe(*l));
  }
  if (IsEmpty(*l)) return Status::Ok();
  const int64_t batch = l->sizes[0], n = l->sizes[1];
  Scratch factor_scratch(context), first_scratch(context),
      second_scratch(context), zero_scratch(context);
  dml_tensor factor, first, second;
  DML_RETURN_IF_ERROR(
      AllocateMatrices(&factor_scratch, l->type, batch, n, n, &factor));
  DML_RETURN_IF_ERROR(
      AllocateMatrices(&first_scratch, l->type, batch, n, n, &first));
  DML_RETURN_IF_ERROR(
      AllocateMatrices(&second_scratch, l->type, batch, n, n, &second));
  DML_RETURN_IF_ERROR(zero_scratch.Allocate(TypeBytes(l->type)));
  dml_tensor zero = MakeTensor(zero_scratch.address(), l->type, {1, 1, 1});
  const double nothing = 0;
  DML_RETURN_IF_ERROR(Fill(context, &zero, &nothing));
  for (int d = 0; d < 3; ++d) {
    zero.sizes[d] = l->sizes[d];
    zero.strides[d] = 0;
  }
  DML_RETURN_IF_ERROR(
      MatrixBand(context, DML_BAND_KEEP, l, &zero, 1 - n, 0, &factor));
  DML_RETURN_IF_ERROR(
      MatrixBand(context, DML_BAND_KEEP, l_gradient, &zero, 1 - n, 0, &first));
  const dml_tensor transposed = Transpose(factor);
  DML_RETURN_IF_ERROR(Gemm(context, &transposed, &first, &second, 0.5, 0,
                           nullptr, DML_ACTIVATION_NONE));
  const auto mirror = [&](const dml_tensor& x, const dml_tensor& y) {
    const dml_tensor above = Transpose(x);
    return MatrixBand(context, DML_BAND_KEEP, &x, &above, 1 - n, 0, &y);
  };
  DML_RETURN_IF_ERROR(mirror(second, first));
  DML_RETURN_IF_ERROR(TriangularSolve(context, 0, 0, &transposed, &first,
                                      &first, /*singular=*/nullptr));
  // x L = y, as L^T x^T = y^T.
  const dml_tensor rows = Transpose(first);
  DML_RETURN_IF_ERROR(TriangularSolve(context, 0, 0, &transposed, &rows, &rows,
                                      /*singular=*/nullptr));
  return mirror(first, *a_gradient);
}

}  // namespace dml
