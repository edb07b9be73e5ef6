// Systems of equations with triangular matrices, by recursion: the first half
// of the unknowns, their product subtracted from the other half's right-hand
// sides, the other half. E. Peise and P. Bientinesi, "Algorithm 979: Recursive
// algorithms for dense linear algebra", ACM TOMS 44, 2017.
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/linear_algebra/linear_algebra_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/linear_algebra/matrices.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

class LowerSolve {
 public:
  // `singular` may be null.
  LowerSolve(OperatorContext& context, bool conjugate,
             const dml_tensor* singular)
      : context_(context), conjugate_(conjugate), singular_(singular) {}

  // For more than kBlock rows b is x.
  Status Solve(const dml_tensor& a, const dml_tensor& b, const dml_tensor& x) {
    const int64_t n = a.sizes[1], columns = x.sizes[2];
    if (n <= kBlock) return SolveBlock(a, b, x);
    const int64_t half = HalfOf(n);
    const dml_tensor upper = Part(x, 0, half, 0, columns);
    const dml_tensor lower = Part(x, half, n - half, 0, columns);
    DML_RETURN_IF_ERROR(Solve(Part(a, 0, half, 0, half), upper, upper));
    DML_RETURN_IF_ERROR(SubtractProduct(
        context_, {Part(a, half, n - half, 0, half), conjugate_}, {upper},
        lower));
    return Solve(Part(a, half, n - half, half, n - half), lower, lower);
  }

 private:
  Status SolveBlock(const dml_tensor& a, const dml_tensor& b,
                    const dml_tensor& x) {
    using Parameters = TriangularSolveParameters;
    const uint32_t lanes = LanesOf(a.type);
    Parameters constants = {};
    constants.batch = static_cast<uint32_t>(x.sizes[0]);
    constants.n = static_cast<uint32_t>(x.sizes[1]);
    constants.columns = static_cast<uint32_t>(x.sizes[2]);
    constants.tiles =
        static_cast<uint32_t>(CeilDivide(x.sizes[2], int64_t{lanes}));
    constants.note = singular_ == nullptr ? Parameters::kNoteNothing
                     : first_             ? Parameters::kNoteFirst
                                          : Parameters::kNoteMore;
    first_ = false;
    CopyStrides(a, constants.a_strides);
    CopyStrides(b, constants.b_strides);
    CopyStrides(x, constants.x_strides);
    constants.offsets[0] = DataOffset(a);
    constants.offsets[1] = DataOffset(b);
    constants.offsets[2] = DataOffset(x);
    // Where there is no `singular`, a stands in: an address must be one.
    BufferArgument flags = Argument(a, Access::kRead);
    if (singular_ != nullptr) {
      flags = Argument(*singular_, Access::kReadWrite);
      CopyStrides(*singular_, &constants.singular_stride);
      constants.offsets[3] = DataOffset(*singular_);
    }
    return LaunchProgram(
        context_, ShaderName("triangular_solve", a.type),
        {lanes, conjugate_ ? 1u : 0u},
        LinearGrid(context_, uint64_t{constants.batch} * constants.tiles),
        {Argument(a, Access::kRead), Argument(b, Access::kRead),
         Argument(x, Access::kReadWrite), flags},
        constants);
  }

  OperatorContext& context_;
  const bool conjugate_;
  const dml_tensor* const singular_;
  bool first_ = true;
};

}  // namespace

Status TriangularSolve(OperatorContext& context, int32_t lower,
                       int32_t conjugate, const dml_tensor* a,
                       const dml_tensor* b, const dml_tensor* x,
                       const dml_tensor* singular) {
  DML_RETURN_IF_ERROR(CheckSquareMatrices(a, "triangular solve: a"));
  DML_RETURN_IF_ERROR(CheckMatrices(b, "triangular solve: b"));
  DML_RETURN_IF_ERROR(CheckMatrices(x, "triangular solve: x"));
  if (!SameSizes(*b, *x) || b->type != x->type || a->type != x->type ||
      a->sizes[0] != x->sizes[0] || a->sizes[1] != x->sizes[1]) {
    return InvalidArgument("triangular solve: a ", Describe(*a), ", b ",
                           Describe(*b), " and x ", Describe(*x),
                           " must be [batch, n, n] and twice [batch, n, "
                           "columns] of one type");
  }
  if (singular != nullptr) {
    DML_RETURN_IF_ERROR(
        CheckFlags(singular, "triangular solve: singular", a->sizes[0]));
    DML_RETURN_IF_ERROR(CheckDisjoint("triangular solve", *a, *singular));
  }
  if (IsEmpty(*x)) {
    const int32_t zero = 0;
    return singular == nullptr ? Status::Ok() : Fill(context, singular, &zero);
  }
  DML_RETURN_IF_ERROR(CheckDisjoint("triangular solve", *a, *x));
  DML_RETURN_IF_ERROR(CheckAliasing("triangular solve", *b, *x));

  // From the last row up, an upper triangle is a lower one.
  dml_tensor matrices = *a, right = *b, result = *x;
  if (lower == 0) {
    matrices = ReverseColumns(ReverseRows(matrices));
    right = ReverseRows(right);
    result = ReverseRows(result);
  }
  if (a->sizes[1] > kBlock && b->data != x->data) {
    DML_RETURN_IF_ERROR(CopyTensor(context, b, x));
    right = result;
  }
  return LowerSolve(context, conjugate != 0, singular)
      .Solve(matrices, right, result);
}

}  // namespace dml
