// Cross: products of vectors of 3. Those of bfloat16 are computed in float32.
#include "tensorflow/core/kernels/dml/casts.h"
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

class Cross {
 public:
  explicit Cross(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    const Tensor& a = c->Input(0);
    const Tensor& b = c->Input(1);
    if (a.shape() != b.shape()) {
      return errors::InvalidArgument(
          "Both inputs must be of same shape: ", a.shape().DebugString(),
          " vs. ", b.shape().DebugString());
    }
    if (a.dims() < 1) {
      return errors::InvalidArgument("Input must be at least 1D",
                                     a.shape().DebugString());
    }
    if (a.dim_size(a.dims() - 1) != 3) {
      return errors::FailedPrecondition(
          "Cross-products are only defined for 3-element vectors.");
    }
    Tensor* product;
    TF_RETURN_IF_ERROR(c->OutputOrForward({0, 1}, 0, a.shape(), &product));
    if (a.dtype() != DT_BFLOAT16) return Multiply(c, a, b, *product);
    Tensor wide_a, wide_b;
    TF_RETURN_IF_ERROR(CastToTemporary(c, a, DT_FLOAT, &wide_a));
    TF_RETURN_IF_ERROR(CastToTemporary(c, b, DT_FLOAT, &wide_b));
    TF_RETURN_IF_ERROR(Multiply(c, wide_a, wide_b, wide_a));
    return EnqueueCast(c, wide_a, *product);
  }

 private:
  static Status Multiply(KernelContext* c, const Tensor& a, const Tensor& b,
                         const Tensor& product) {
    const Dims sizes = {a.NumElements() / 3, 3};
    const dml_tensor x = Describe(a, sizes), y = Describe(b, sizes),
                     z = Describe(product, sizes);
    DML_RETURN_IF_FAILED(dml_cross(c->device(), &x, &y, &z));
    return OkStatus();
  }
};

// int32 on the device, too: nothing multiplies shapes so.
const TypeList kTypes = {DT_FLOAT, DT_HALF,  DT_DOUBLE, DT_BFLOAT16, DT_INT8,
                         DT_INT16, DT_INT32, DT_INT64,  DT_UINT8,    DT_UINT16};

const Kernels kKernels({
    Row("Cross").Types("T", kTypes).Make<Cross>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
