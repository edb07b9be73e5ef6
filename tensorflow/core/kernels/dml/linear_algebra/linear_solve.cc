// MatrixSolve, MatrixInverse, MatrixDeterminant and LogMatrixDeterminant.
#include "tensorflow/core/kernels/dml/linear_algebra/matrix_kernel.h"

namespace tensorflow {
namespace dml {
namespace {

// Inputs: matrices, right-hand sides; or matrices, of which the inverses are
// asked for.
class MatrixSolve {
 public:
  static constexpr DeviceLimit kLimit = {8192, 8192, 32};

  explicit MatrixSolve(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("adjoint", &adjoint_));
  }

  Status Measure(KernelContext* c, Readings* readings) {
    ReadNothing(readings);
    TF_RETURN_IF_ERROR(CheckSquareMatrices(c));
    const Tensor& left = c->Input(0);
    const Tensor& right = c->Input(c->num_inputs() - 1);
    Tensor* solution;
    TF_RETURN_IF_ERROR(
        c->OutputOrForward({c->num_inputs() - 1}, 0, right.shape(), &solution));
    if (right.NumElements() == 0) return OkStatus();
    const Dims sizes = AsMatrices(left), right_sizes = AsMatrices(right);
    Tensor singular;
    TF_RETURN_IF_ERROR(
        c->Temporary(DT_INT32, TensorShape({sizes[0]}), &singular));
    const dml_tensor stored = Describe(left, sizes),
                     a = adjoint_ ? Adjoint(stored) : stored,
                     b = Describe(right, right_sizes),
                     x = Describe(*solution, right_sizes),
                     flags = Describe(singular);
    DML_RETURN_IF_FAILED(dml_linear_solve(c->device(), adjoint_, &a,
                                          c->num_inputs() == 1 ? nullptr : &b,
                                          &x, &flags));
    return ReadFlags(c, singular, readings);
  }

  Status Finish(KernelContext* c, const Tensor& value, const Readings&) {
    return CheckFlag(value, c->num_inputs() == 1
                                ? "Input is not invertible."
                                : "Input matrix is not invertible.");
  }

 private:
  bool adjoint_ = false;
};

constexpr DeviceLimit MatrixSolve::kLimit;

template <bool kLogarithm>
class MatrixDeterminant {
 public:
  static constexpr DeviceLimit kLimit = {8192, 8192, 32};

  explicit MatrixDeterminant(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    TF_RETURN_IF_ERROR(CheckSquareMatrices(c));
    const Tensor& input = c->Input(0);
    const Dims sizes = AsMatrices(input);
    dml_tensor outputs[2];
    for (int i = 0; i < (kLogarithm ? 2 : 1); ++i) {
      Tensor* output;
      TF_RETURN_IF_ERROR(c->Output(i, BatchShape(input), &output));
      outputs[i] = Describe(*output, {sizes[0]});
    }
    const dml_tensor a = Describe(input, sizes);
    DML_RETURN_IF_FAILED(dml_determinant(c->device(), &a, &outputs[0],
                                         kLogarithm ? &outputs[1] : nullptr));
    return OkStatus();
  }
};

template <bool kLogarithm>
constexpr DeviceLimit MatrixDeterminant<kLogarithm>::kLimit;

const Kernels kKernels({
    MatrixRow("MatrixSolve").MakeKernel<CheckedMatrixKernel<MatrixSolve>>(),
    MatrixRow("MatrixInverse").MakeKernel<CheckedMatrixKernel<MatrixSolve>>(),
    MatrixRow("MatrixDeterminant")
        .MakeKernel<MatrixKernel<MatrixDeterminant<false>>>(),
    MatrixRow("LogMatrixDeterminant")
        .MakeKernel<MatrixKernel<MatrixDeterminant<true>>>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
