// Tridiagonal matrices: products and systems of equations.
#include <algorithm>
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/linear_algebra/linear_algebra_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/linear_algebra/matrices.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

// Few: most systems are fewer than what fills an adapter by large groups.
constexpr uint32_t kSolveGroupSize = 64;
// A launch walks no more rows, so that it ends before a watchdog bites. Mesa's
// software driver ends any loop after 65535 turns.
constexpr int64_t kMaxSteps = 1 << 15;
constexpr int64_t kFactorKinds = TridiagonalSolveParameters::kFactorKinds;

enum class SolveStep : uint32_t {
  kFactor = TridiagonalSolveParameters::kFactor,
  kForward = TridiagonalSolveParameters::kForward,
  kBackward = TridiagonalSolveParameters::kBackward
};

}  // namespace

Status TridiagonalMatmul(OperatorContext& context, const dml_tensor* upper,
                         const dml_tensor* middle, const dml_tensor* lower,
                         const dml_tensor* x, const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckTensor(upper, "tridiagonal matmul: upper"));
  DML_RETURN_IF_ERROR(CheckTensor(middle, "tridiagonal matmul: middle"));
  DML_RETURN_IF_ERROR(CheckTensor(lower, "tridiagonal matmul: lower"));
  DML_RETURN_IF_ERROR(CheckTensor(x, "tridiagonal matmul: x"));
  DML_RETURN_IF_ERROR(CheckTensor(output, "tridiagonal matmul: output"));
  if (x->rank != 3 || !SameSizes(*x, *output) || x->type != output->type) {
    return InvalidArgument("tridiagonal matmul: x [batch, rows, columns] ",
                           Describe(*x), " and output ", Describe(*output),
                           " must be alike");
  }
  TridiagonalMatmulParameters constants = {};
  const dml_tensor* const diagonals[] = {upper, middle, lower};
  for (int d = 0; d < 3; ++d) {
    const dml_tensor& diagonal = *diagonals[d];
    if (diagonal.rank != 2 || diagonal.sizes[0] != x->sizes[0] ||
        diagonal.sizes[1] != x->sizes[1] || diagonal.type != x->type) {
      return InvalidArgument("tridiagonal matmul: ", Describe(diagonal),
                             " is no diagonal [batch, rows] for ",
                             Describe(*x));
    }
    CopyStrides(diagonal, constants.diagonal_strides[d]);
    constants.offsets[d] = DataOffset(diagonal);
  }
  if (!IsField(x->type)) {
    return Unimplemented(
        "tridiagonal matmul: takes float32, float64 and complex numbers, not ",
        Describe(*x));
  }
  if (IsEmpty(*output)) return Status::Ok();
  for (const dml_tensor* input : {upper, middle, lower, x}) {
    DML_RETURN_IF_ERROR(CheckDisjoint("tridiagonal matmul", *input, *output));
  }
  constants.count = static_cast<uint32_t>(ElementCount(*output));
  constants.rows = static_cast<uint32_t>(x->sizes[1]);
  constants.columns = static_cast<uint32_t>(x->sizes[2]);
  CopyStrides(*x, constants.x_strides);
  CopyStrides(*output, constants.y_strides);
  constants.offsets[3] = DataOffset(*x);
  constants.offsets[4] = DataOffset(*output);
  return LaunchProgram(
      context, ShaderName("tridiagonal_matmul", x->type), {kGroupSize},
      LinearGrid(context, CeilDivide(constants.count, 4 * kGroupSize)),
      {Argument(*upper, Access::kRead), Argument(*middle, Access::kRead),
       Argument(*lower, Access::kRead), Argument(*x, Access::kRead),
       Argument(*output, Access::kWrite)},
      constants);
}

Status TridiagonalSolve(OperatorContext& context, int32_t pivoting,
                        const dml_tensor* diagonals, const dml_tensor* b,
                        const dml_tensor* output, const dml_tensor* singular) {
  DML_RETURN_IF_ERROR(CheckTensor(diagonals, "tridiagonal solve: diagonals"));
  DML_RETURN_IF_ERROR(CheckTensor(b, "tridiagonal solve: b"));
  DML_RETURN_IF_ERROR(CheckTensor(output, "tridiagonal solve: output"));
  DML_RETURN_IF_ERROR(CheckTensor(singular, "tridiagonal solve: singular"));
  if (b->rank != 3 || !SameSizes(*b, *output) || b->type != output->type) {
    return InvalidArgument("tridiagonal solve: b [batch, n, columns] ",
                           Describe(*b), " and output ", Describe(*output),
                           " must be alike");
  }
  const int64_t batch = b->sizes[0], n = b->sizes[1], columns = b->sizes[2];
  if (diagonals->rank != 3 || diagonals->sizes[0] != batch ||
      diagonals->sizes[1] != 3 || diagonals->sizes[2] != n ||
      diagonals->type != b->type) {
    return InvalidArgument("tridiagonal solve: ", Describe(*diagonals),
                           " is no matrix [batch, 3, n] for ", Describe(*b));
  }
  if (singular->rank != 1 || singular->sizes[0] != batch ||
      singular->type != DML_INT32) {
    return InvalidArgument("tridiagonal solve: singular must be int32 [", batch,
                           "], not ", Describe(*singular));
  }
  if (!IsField(b->type)) {
    return Unimplemented(
        "tridiagonal solve: takes float32, float64 and complex numbers, not ",
        Describe(*b));
  }
  if (batch == 0) return Status::Ok();
  if (n == 0) {
    const int32_t zero = 0;
    return Fill(context, singular, &zero);
  }
  if (kFactorKinds * n * batch > INT32_MAX) {
    return Unimplemented("tridiagonal solve: ", Describe(*diagonals),
                         " is too large; solve fewer systems at a time");
  }
  DML_RETURN_IF_ERROR(CheckAliasing("tridiagonal solve", *b, *output));
  DML_RETURN_IF_ERROR(CheckDisjoint("tridiagonal solve", *diagonals, *output));
  for (const dml_tensor* other : {diagonals, b, output}) {
    DML_RETURN_IF_ERROR(CheckDisjoint("tridiagonal solve", *other, *singular));
  }

  TridiagonalSolveParameters constants = {};
  constants.batch = static_cast<uint32_t>(batch);
  constants.n = static_cast<uint32_t>(n);
  constants.columns = static_cast<uint32_t>(columns);
  CopyStrides(*diagonals, constants.diagonal_strides);
  CopyStrides(*b, constants.b_strides);
  CopyStrides(*output, constants.x_strides);
  CopyStrides(*singular, &constants.singular_stride);
  const dml_tensor* const tensors[] = {diagonals, b, output, singular};
  for (int t = 0; t < 4; ++t) constants.offsets[t] = DataOffset(*tensors[t]);
  Scratch factors(context);
  DML_RETURN_IF_ERROR(factors.Allocate(kFactorKinds * n * batch *
                                       uint64_t{TypeBytes(b->type)}));
  const auto launch = [&](SolveStep step, int64_t first) {
    const bool factor = step == SolveStep::kFactor;
    constants.first = static_cast<uint32_t>(first);
    constants.last = static_cast<uint32_t>(std::min(first + kMaxSteps, n));
    return LaunchProgram(
        context, ShaderName("tridiagonal_solve", b->type),
        {kSolveGroupSize, static_cast<uint32_t>(step), pivoting != 0 ? 1u : 0u},
        LinearGrid(context, CeilDivide(factor ? batch : batch * columns,
                                       kSolveGroupSize)),
        {Argument(*diagonals, Access::kRead),
         factors.Argument(factor ? Access::kReadWrite : Access::kRead),
         Argument(*b, Access::kRead), Argument(*output, Access::kReadWrite),
         Argument(*singular, factor ? Access::kReadWrite : Access::kRead)},
        constants);
  };
  for (int64_t first = 0; first < n; first += kMaxSteps) {
    DML_RETURN_IF_ERROR(launch(SolveStep::kFactor, first));
  }
  if (columns == 0) return Status::Ok();
  for (int64_t first = 0; first < n; first += kMaxSteps) {
    DML_RETURN_IF_ERROR(launch(SolveStep::kForward, first));
  }
  for (int64_t first = (n - 1) / kMaxSteps * kMaxSteps; first >= 0;
       first -= kMaxSteps) {
    DML_RETURN_IF_ERROR(launch(SolveStep::kBackward, first));
  }
  return Status::Ok();
}

}  // namespace dml
