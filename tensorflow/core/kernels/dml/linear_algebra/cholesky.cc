// Cholesky and CholeskyGrad.
#include "tensorflow/core/kernels/dml/linear_algebra/matrix_kernel.h"

namespace tensorflow {
namespace dml {
namespace {

class Cholesky {
 public:
  static constexpr DeviceLimit kLimit = {8192, 8192, 64};

  explicit Cholesky(OpKernelConstruction*) {}

  Status Measure(KernelContext* c, Readings* readings) {
    ReadNothing(readings);
    TF_RETURN_IF_ERROR(CheckSquareMatrices(c));
    const Tensor& input = c->Input(0);
    if (input.NumElements() == 0) {
      c->SetOutput(0, input);
      return OkStatus();
    }
    const Dims sizes = AsMatrices(input);
    Tensor* factor;
    TF_RETURN_IF_ERROR(c->OutputOrForward({0}, 0, input.shape(), &factor));
    Tensor failed;
    TF_RETURN_IF_ERROR(
        c->Temporary(DT_INT32, TensorShape({sizes[0]}), &failed));
    const dml_tensor a = Describe(input, sizes), l = Describe(*factor, sizes),
                     flags = Describe(failed);
    DML_RETURN_IF_FAILED(dml_cholesky(c->device(), &a, &l, &flags));
    return ReadFlags(c, failed, readings);
  }

  Status Finish(KernelContext*, const Tensor& value, const Readings&) {
    return CheckFlag(value,
                     "Cholesky decomposition was not successful. The input "
                     "might not be valid.");
  }
};

constexpr DeviceLimit Cholesky::kLimit;

// Inputs: the factor, and its gradient.
class CholeskyGrad {
 public:
  static constexpr DeviceLimit kLimit = {8192, 8192, 64};

  explicit CholeskyGrad(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    TF_RETURN_IF_ERROR(CheckSquareMatrices(c));
    const Tensor& factor = c->Input(0);
    if (factor.shape() != c->Input(1).shape()) {
      return errors::InvalidArgument(
          "The factor and its gradient must have the same shape, not ",
          factor.shape().DebugString(), " and ",
          c->Input(1).shape().DebugString());
    }
    Tensor* gradient;
    TF_RETURN_IF_ERROR(c->Output(0, factor.shape(), &gradient));
    const Dims sizes = AsMatrices(factor);
    const dml_tensor l = Describe(factor, sizes),
                     dl = Describe(c->Input(1), sizes),
                     da = Describe(*gradient, sizes);
    DML_RETURN_IF_FAILED(dml_cholesky_gradient(c->device(), &l, &dl, &da));
    return OkStatus();
  }
};

constexpr DeviceLimit CholeskyGrad::kLimit;

const Kernels kKernels({
    MatrixRow("Cholesky").MakeKernel<CheckedMatrixKernel<Cholesky>>(),
    Row("CholeskyGrad")
        .Types("T", {DT_FLOAT, DT_DOUBLE})
        .MakeKernel<MatrixKernel<CholeskyGrad>>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
