// Cast between any two types that the device holds.
#include "tensorflow/core/kernels/dml/casts.h"
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

class Cast {
 public:
  explicit Cast(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("Truncate", &truncate_));
  }

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    if (input.dtype() == c->tf()->expected_output_dtype(0)) {
      c->SetOutput(0, input);
      return OkStatus();
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, input.shape(), &output));
    return EnqueueCast(c, input, *output, truncate_);
  }

 private:
  bool truncate_ = false;
};

const Kernels kKernels({
    Row("Cast")
        .Types("SrcT", kAllDeviceTypes)
        .Types("DstT", kAllDeviceTypes)
        .ComputesFloat64()
        .Make<Cast>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
