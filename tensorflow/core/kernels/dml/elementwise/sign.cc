// Sign of real numbers. That of NaN is 0 in TensorFlow 1.15, and NaN in 2.x.
#include "tensorflow/core/common_runtime/dml/base_ops.h"
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

class Sign {
 public:
  explicit Sign(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    const Tensor& x = c->Input(0);
    Tensor* y;
    if (!SignKeepsNan() || !DataTypeIsFloating(x.dtype())) {
      TF_RETURN_IF_ERROR(c->OutputOrForward({0}, 0, x.shape(), &y));
      return c->Elementwise(DML_SIGN, {&x}, *y);
    }
    TF_RETURN_IF_ERROR(c->Output(0, x.shape(), &y));
    if (y->NumElements() == 0) return OkStatus();
    Tensor is_nan;
    TF_RETURN_IF_ERROR(c->Temporary(DT_BOOL, x.shape(), &is_nan));
    TF_RETURN_IF_ERROR(c->Elementwise(DML_IS_NAN, {&x}, is_nan));
    TF_RETURN_IF_ERROR(c->Elementwise(DML_SIGN, {&x}, *y));
    return c->Elementwise(DML_SELECT, {&is_nan, &x, y}, *y);
  }
};

const Kernels kKernels({
    Row("Sign")
        .Types("T", {DT_FLOAT, DT_HALF, DT_DOUBLE, DT_INT64})
        .Make<Sign>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
