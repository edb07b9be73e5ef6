// LRN and LRNGrad: local response normalization of [batch, height, width,
// channels] across channels.
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

class LrnBase {
 protected:
  explicit LrnBase(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("depth_radius", &radius_));
    OP_REQUIRES_OK(c, c->GetAttr("bias", &bias_));
    OP_REQUIRES_OK(c, c->GetAttr("alpha", &alpha_));
    OP_REQUIRES_OK(c, c->GetAttr("beta", &beta_));
  }

  static Status CheckImages(const Tensor& input) {
    if (input.dims() == 4) return OkStatus();
    return errors::InvalidArgument("in must be 4-dimensional, not ",
                                   input.shape().DebugString());
  }

  // [rows, channels]
  static dml_tensor Matrix(const Tensor& tensor) {
    const int64 channels = tensor.dim_size(3);
    return Describe(tensor, {tensor.NumElements() / channels, channels});
  }

  int64 radius_;
  float bias_;
  float alpha_;
  float beta_;
};

class Lrn : LrnBase {
 public:
  explicit Lrn(OpKernelConstruction* c) : LrnBase(c) {}

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    TF_RETURN_IF_ERROR(CheckImages(input));
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, input.shape(), &output));
    if (output->NumElements() == 0) return OkStatus();
    const dml_tensor x = Matrix(input), y = Matrix(*output);
    DML_RETURN_IF_FAILED(dml_local_response_normalization(
        c->device(), &x, radius_, bias_, alpha_, beta_, &y));
    return OkStatus();
  }
};

// Inputs: the gradient of the output, the input, the output.
class LrnGradient : LrnBase {
 public:
  explicit LrnGradient(OpKernelConstruction* c) : LrnBase(c) {}

  Status Compute(KernelContext* c) {
    const Tensor& gradient = c->Input(0);
    const Tensor& input = c->Input(1);
    const Tensor& output = c->Input(2);
    TF_RETURN_IF_ERROR(CheckImages(input));
    if (!gradient.IsSameSize(input) || !output.IsSameSize(input)) {
      return errors::InvalidArgument(
          "input_grads, input_image and output_image must have one shape, not ",
          gradient.shape().DebugString(), ", ", input.shape().DebugString(),
          " and ", output.shape().DebugString());
    }
    Tensor* result;
    TF_RETURN_IF_ERROR(c->Output(0, input.shape(), &result));
    if (result->NumElements() == 0) return OkStatus();
    const dml_tensor x = Matrix(input), y = Matrix(output);
    const dml_tensor dy = Matrix(gradient), dx = Matrix(*result);
    DML_RETURN_IF_FAILED(dml_local_response_normalization_gradient(
        c->device(), &x, &y, &dy, radius_, bias_, alpha_, beta_, &dx));
    return OkStatus();
  }
};

const Kernels kKernels({
    Row("LRN").Types("T", kFloats).Make<Lrn>(),
    Row("LRNGrad").Types("T", kFloats).Make<LrnGradient>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
