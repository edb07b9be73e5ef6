// MatrixTriangularSolve.
#include "tensorflow/core/kernels/dml/linear_algebra/matrix_kernel.h"

namespace tensorflow {
namespace dml {
namespace {

// Inputs: triangular matrices, right-hand sides.
class MatrixTriangularSolve {
 public:
  static constexpr DeviceLimit kLimit = {8192, 8192, 64};

  explicit MatrixTriangularSolve(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("lower", &lower_));
    OP_REQUIRES_OK(c, c->GetAttr("adjoint", &adjoint_));
  }

  Status Measure(KernelContext* c, Readings* readings) {
    ReadNothing(readings);
    TF_RETURN_IF_ERROR(CheckSquareMatrices(c));
    const Tensor& right = c->Input(1);
    const Dims left = AsMatrices(c->Input(0)), sizes = AsMatrices(right);
    Tensor* solution;
    TF_RETURN_IF_ERROR(c->OutputOrForward({1}, 0, right.shape(), &solution));
    if (right.NumElements() == 0) return OkStatus();
    Tensor singular;
    TF_RETURN_IF_ERROR(
        c->Temporary(DT_INT32, TensorShape({sizes[0]}), &singular));
    const dml_tensor stored = Describe(c->Input(0), left),
                     a = adjoint_ ? Adjoint(stored) : stored,
                     b = Describe(right, sizes), x = Describe(*solution, sizes),
                     flags = Describe(singular);
    DML_RETURN_IF_FAILED(dml_triangular_solve(c->device(), lower_ != adjoint_,
                                              adjoint_, &a, &b, &x, &flags));
    return ReadFlags(c, singular, readings);
  }

  Status Finish(KernelContext*, const Tensor& value, const Readings&) {
    return CheckFlag(value, "Input matrix is not invertible.");
  }

 private:
  bool lower_ = true;
  bool adjoint_ = false;
};

constexpr DeviceLimit MatrixTriangularSolve::kLimit;

const Kernels kKernels({
    MatrixRow("MatrixTriangularSolve")
        .MakeKernel<CheckedMatrixKernel<MatrixTriangularSolve>>(),
    // The name in old graphs.
    Row("BatchMatrixTriangularSolve")
        .Types("T", {DT_FLOAT, DT_DOUBLE})
        .MakeKernel<CheckedMatrixKernel<MatrixTriangularSolve>>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
