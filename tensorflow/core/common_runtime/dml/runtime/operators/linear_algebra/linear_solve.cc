// Systems of equations and determinants, by elimination (lu.h).
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/linear_algebra/linear_algebra_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/linear_algebra/lu.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/linear_algebra/matrices.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

constexpr uint32_t kDeterminantGroupSize = 64;

// Of matrices of one block, b is null for identities.
Status SolveSmall(OperatorContext& context, bool conjugate, const dml_tensor& a,
                  const dml_tensor* b, const dml_tensor& x,
                  const dml_tensor& singular) {
  const uint32_t lanes = LanesOf(a.type);
  const dml_tensor& right = b != nullptr ? *b : a;  // an address must be one
  SmallSolveParameters constants = {};
  constants.batch = static_cast<uint32_t>(x.sizes[0]);
  constants.n = static_cast<uint32_t>(x.sizes[1]);
  constants.columns = static_cast<uint32_t>(x.sizes[2]);
  constants.tiles =
      static_cast<uint32_t>(CeilDivide(x.sizes[2], int64_t{lanes}));
  CopyStrides(a, constants.a_strides);
  CopyStrides(right, constants.b_strides);
  CopyStrides(x, constants.x_strides);
  CopyStrides(singular, &constants.singular_stride);
  const dml_tensor* const tensors[] = {&a, &right, &x, &singular};
  for (int t = 0; t < 4; ++t) constants.offsets[t] = DataOffset(*tensors[t]);
  return LaunchProgram(
      context, ShaderName("small_solve", a.type),
      {lanes, conjugate ? 1u : 0u, b == nullptr ? 1u : 0u},
      LinearGrid(context, uint64_t{constants.batch} * constants.tiles),
      {Argument(a, Access::kRead), Argument(right, Access::kRead),
       Argument(x, Access::kWrite), Argument(singular, Access::kWrite)},
      constants);
}

}  // namespace

Status LinearSolve(OperatorContext& context, int32_t conjugate,
                   const dml_tensor* a, const dml_tensor* b,
                   const dml_tensor* x, const dml_tensor* singular) {
  DML_RETURN_IF_ERROR(CheckSquareMatrices(a, "linear solve: a"));
  DML_RETURN_IF_ERROR(CheckMatrices(x, "linear solve: x"));
  if (b != nullptr) DML_RETURN_IF_ERROR(CheckMatrices(b, "linear solve: b"));
  const dml_tensor& right = b != nullptr ? *b : *a;
  if (!SameSizes(right, *x) || right.type != x->type || a->type != x->type ||
      a->sizes[0] != x->sizes[0] || a->sizes[1] != x->sizes[1]) {
    return InvalidArgument("linear solve: a ", Describe(*a), ", b ",
                           Describe(right), " and x ", Describe(*x),
                           " must be [batch, n, n] and twice [batch, n, "
                           "columns] of one type");
  }
  const int64_t batch = a->sizes[0], n = a->sizes[1], columns = x->sizes[2];
  DML_RETURN_IF_ERROR(CheckFlags(singular, "linear solve: singular", batch));
  if (IsEmpty(*x)) {
    const int32_t zero = 0;
    return Fill(context, singular, &zero);
  }
  DML_RETURN_IF_ERROR(CheckAliasing("linear solve", *a, *x));
  DML_RETURN_IF_ERROR(CheckAliasing("linear solve", right, *x));
  DML_RETURN_IF_ERROR(CheckDisjoint("linear solve", *x, *singular));

  // Groups of other columns still read a.
  const bool one_group = columns <= LanesOf(a->type);
  if (n <= kBlock && (one_group || a->data != x->data)) {
    return SolveSmall(context, conjugate != 0, *a, b, *x, *singular);
  }
  Elimination elimination(context);
  DML_RETURN_IF_ERROR(
      elimination.Allocate("linear solve", a->type, batch, n, n + columns));
  const dml_tensor left = Part(elimination.matrices(), 0, n, 0, n);
  const dml_tensor rest = Part(elimination.matrices(), 0, n, n, columns);
  DML_RETURN_IF_ERROR(CopyMatrices(context, {*a, conjugate != 0}, left));
  DML_RETURN_IF_ERROR(b != nullptr ? CopyTensor(context, b, &rest)
                                   : MakeIdentity(context, rest));
  DML_RETURN_IF_ERROR(elimination.Run(*singular));
  return TriangularSolve(context, /*lower=*/0, /*conjugate=*/0, &left, &rest, x,
                         /*singular=*/nullptr);
}

Status Determinant(OperatorContext& context, const dml_tensor* a,
                   const dml_tensor* determinant, const dml_tensor* log_abs) {
  DML_RETURN_IF_ERROR(CheckSquareMatrices(a, "determinant: a"));
  DML_RETURN_IF_ERROR(CheckTensor(determinant, "determinant: determinant"));
  if (log_abs != nullptr) {
    DML_RETURN_IF_ERROR(CheckTensor(log_abs, "determinant: log_abs"));
  }
  const int64_t batch = a->sizes[0], n = a->sizes[1];
  for (const dml_tensor* y : {determinant, log_abs}) {
    if (y == nullptr) continue;
    if (y->rank != 1 || y->sizes[0] != batch || y->type != a->type) {
      return InvalidArgument("determinant: ", Describe(*y),
                             " is no vector [batch] for ", Describe(*a));
    }
  }
  if (batch == 0) return Status::Ok();
  if (n == 0) {
    // Of complex numbers these are the parts of 1.
    const double one64[2] = {1, 0};
    const float one32[2] = {1, 0};
    const double zero[2] = {};
    const bool wide = a->type == DML_FLOAT64 || a->type == DML_COMPLEX128;
    DML_RETURN_IF_ERROR(Fill(context, determinant,
                             wide ? static_cast<const void*>(one64) : one32));
    return log_abs == nullptr ? Status::Ok() : Fill(context, log_abs, zero);
  }
  Elimination elimination(context);
  DML_RETURN_IF_ERROR(
      elimination.Allocate("determinant", a->type, batch, n, n));
  DML_RETURN_IF_ERROR(CopyTensor(context, a, &elimination.matrices()));
  Scratch flags(context);
  DML_RETURN_IF_ERROR(flags.Allocate(batch * sizeof(int32_t)));
  DML_RETURN_IF_ERROR(
      elimination.Run(MakeTensor(flags.address(), DML_INT32, {batch})));

  LuDeterminantParameters constants = {};
  constants.batch = static_cast<uint32_t>(batch);
  constants.n = constants.pitch = static_cast<uint32_t>(n);
  // Where there is no log_abs, nothing is written there.
  const dml_tensor& other = log_abs != nullptr ? *log_abs : *determinant;
  CopyStrides(*determinant, &constants.strides[0]);
  CopyStrides(other, &constants.strides[1]);
  constants.offsets[0] = DataOffset(*determinant);
  constants.offsets[1] = DataOffset(other);
  return LaunchProgram(
      context, ShaderName("lu_determinant", a->type),
      {kDeterminantGroupSize, log_abs != nullptr ? 1u : 0u},
      LinearGrid(context, batch),
      {elimination.memory().Argument(Access::kRead),
       elimination.pivots().Argument(Access::kRead),
       Argument(*determinant, Access::kWrite), Argument(other, Access::kWrite)},
      constants);
}

}  // namespace dml
