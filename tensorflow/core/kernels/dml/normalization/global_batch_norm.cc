// BatchNormWithGlobalNormalization and its gradient, which TensorFlow had
// before FusedBatchNorm: the mean and the variance are inputs.
#include "tensorflow/core/kernels/dml/casts.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/spatial.h"
#include "tensorflow/core/kernels/dml/zeros.h"

namespace tensorflow {
namespace dml {
namespace {

class GlobalBatchNormBase {
 protected:
  explicit GlobalBatchNormBase(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("variance_epsilon", &epsilon_));
    OP_REQUIRES_OK(c, c->GetAttr("scale_after_normalization", &scales_));
  }

  static Status CheckRank(const char* name, const Tensor& tensor, int rank) {
    if (tensor.dims() == rank) return OkStatus();
    return errors::InvalidArgument(name, " must be ", rank, "-dimensional",
                                   tensor.shape().DebugString());
  }

  // Input `index`, a number for each of x's channels, as float32.
  static Status ReadChannels(KernelContext* c, const char* name, int index,
                             Tensor* values) {
    const Tensor& input = c->Input(index);
    TF_RETURN_IF_ERROR(CheckRank(name, input, 1));
    const int64 channels = c->Input(0).dim_size(3);
    if (input.dim_size(0) != channels) {
      return errors::InvalidArgument(
          name, " must have as many elements as the input has channels, ",
          channels, ", but its shape is ", input.shape().DebugString());
    }
    if (input.dtype() == DT_FLOAT) {
      *values = input;
      return OkStatus();
    }
    return CastToTemporary(c, input, DT_FLOAT, values);
  }

  static Status Fill(KernelContext* c, const TensorShape& shape, float value,
                     Tensor* filled) {
    TF_RETURN_IF_ERROR(c->Temporary(DT_FLOAT, shape, filled));
    if (filled->NumElements() == 0) return OkStatus();
    const dml_tensor output = Describe(*filled);
    DML_RETURN_IF_FAILED(dml_fill(c->device(), &output, &value));
    return OkStatus();
  }

  // gamma, input `index`, or ones where it has no part.
  Status ReadScale(KernelContext* c, int index, Tensor* scale) const {
    TF_RETURN_IF_ERROR(ReadChannels(c, "gamma", index, scale));
    if (scales_) return OkStatus();
    const TensorShape shape = scale->shape();
    return Fill(c, shape, 1, scale);
  }

  float epsilon_;
  bool scales_;
};

// Inputs: x [batch, rows, columns, channels], mean, variance, beta, gamma.
class GlobalBatchNorm : GlobalBatchNormBase {
 public:
  explicit GlobalBatchNorm(OpKernelConstruction* c) : GlobalBatchNormBase(c) {}

  Status Compute(KernelContext* c) {
    const Tensor& x = c->Input(0);
    TF_RETURN_IF_ERROR(CheckRank("input", x, 4));
    Tensor mean, variance, offset, scale, *y;
    TF_RETURN_IF_ERROR(ReadChannels(c, "mean", 1, &mean));
    TF_RETURN_IF_ERROR(ReadChannels(c, "var", 2, &variance));
    TF_RETURN_IF_ERROR(ReadChannels(c, "beta", 3, &offset));
    TF_RETURN_IF_ERROR(ReadScale(c, 4, &scale));
    TF_RETURN_IF_ERROR(c->OutputOrForward({0}, 0, x.shape(), &y));
    if (y->NumElements() == 0) return OkStatus();
    const dml_tensor from = DescribeChannelsFirst(x, FORMAT_NHWC);
    const dml_tensor to = DescribeChannelsFirst(*y, FORMAT_NHWC);
    const dml_tensor scales = Describe(scale), offsets = Describe(offset);
    const dml_tensor means = Describe(mean), variances = Describe(variance);
    DML_RETURN_IF_FAILED(dml_batch_norm_inference(
        c->device(), &from, &scales, &offsets, &means, &variances, epsilon_,
        nullptr, DML_ACTIVATION_NONE, &to));
    return OkStatus();
  }
};

// Inputs: x, mean, variance, gamma, the gradient of y. Outputs: the gradients
// of x, mean, variance, beta and gamma.
class GlobalBatchNormGrad : GlobalBatchNormBase {
 public:
  explicit GlobalBatchNormGrad(OpKernelConstruction* c)
      : GlobalBatchNormBase(c) {}

  Status Compute(KernelContext* c) {
    const Tensor &x = c->Input(0), &dy = c->Input(4);
    TF_RETURN_IF_ERROR(CheckRank("input", x, 4));
    TF_RETURN_IF_ERROR(CheckRank("out_backprop", dy, 4));
    if (!dy.IsSameSize(x)) {
      return errors::InvalidArgument(
          "out_backprop must have the input's shape, ", x.shape().DebugString(),
          ", not ", dy.shape().DebugString());
    }
    Tensor mean, variance, scale, *dx;
    TF_RETURN_IF_ERROR(ReadChannels(c, "mean", 1, &mean));
    TF_RETURN_IF_ERROR(ReadChannels(c, "var", 2, &variance));
    TF_RETURN_IF_ERROR(ReadScale(c, 3, &scale));
    TF_RETURN_IF_ERROR(c->Output(0, x.shape(), &dx));
    Tensor* outputs[4];
    for (int i = 0; i < 4; ++i) {
      TF_RETURN_IF_ERROR(c->Output(1 + i, mean.shape(), &outputs[i]));
      if (x.NumElements() == 0) TF_RETURN_IF_ERROR(FillZero(c, *outputs[i]));
    }
    if (x.NumElements() == 0) return OkStatus();
    Tensor inverse, d_scale, d_offset;
    for (Tensor* tensor : {&inverse, &d_scale, &d_offset}) {
      TF_RETURN_IF_ERROR(c->Temporary(DT_FLOAT, mean.shape(), tensor));
    }
    Tensor epsilon;
    TF_RETURN_IF_ERROR(Fill(c, TensorShape({}), epsilon_, &epsilon));
    TF_RETURN_IF_ERROR(c->Elementwise(DML_ADD, {&variance, &epsilon}, inverse));
    TF_RETURN_IF_ERROR(c->Elementwise(DML_RSQRT, {&inverse}, inverse));
    const dml_tensor from = DescribeChannelsFirst(x, FORMAT_NHWC);
    const dml_tensor gradient = DescribeChannelsFirst(dy, FORMAT_NHWC);
    const dml_tensor to = DescribeChannelsFirst(*dx, FORMAT_NHWC);
    const dml_tensor scales = Describe(scale), means = Describe(mean);
    const dml_tensor inverses = Describe(inverse);
    const dml_tensor d_scales = Describe(d_scale);
    const dml_tensor d_offsets = Describe(d_offset);
    DML_RETURN_IF_FAILED(dml_batch_norm_gradient(
        c->device(), /*training=*/0, &gradient, nullptr, DML_ACTIVATION_NONE,
        &from, &scales, &means, &inverses, &to, &d_scales, &d_offsets));
    return Finish(c, scale, inverse, d_scale, d_offset, outputs);
  }

 private:
  // With f = gamma / sqrt(variance + epsilon), the gradient of the mean is
  // -f times that of beta, and the variance's is -f / (2 sqrt(variance +
  // epsilon)) times that of gamma.
  Status Finish(KernelContext* c, const Tensor& scale, const Tensor& inverse,
                const Tensor& d_scale, const Tensor& d_offset,
                Tensor* const* outputs) {
    Tensor factor, d_mean, d_variance, minus_half;
    for (Tensor* tensor : {&factor, &d_mean, &d_variance}) {
      TF_RETURN_IF_ERROR(c->Temporary(DT_FLOAT, scale.shape(), tensor));
    }
    TF_RETURN_IF_ERROR(Fill(c, TensorShape({}), -0.5f, &minus_half));
    TF_RETURN_IF_ERROR(
        c->Elementwise(DML_MULTIPLY, {&scale, &inverse}, factor));
    TF_RETURN_IF_ERROR(
        c->Elementwise(DML_MULTIPLY, {&factor, &d_offset}, d_mean));
    TF_RETURN_IF_ERROR(c->Elementwise(DML_NEGATE, {&d_mean}, d_mean));
    TF_RETURN_IF_ERROR(
        c->Elementwise(DML_MULTIPLY, {&factor, &inverse}, d_variance));
    TF_RETURN_IF_ERROR(
        c->Elementwise(DML_MULTIPLY, {&d_variance, &d_scale}, d_variance));
    TF_RETURN_IF_ERROR(
        c->Elementwise(DML_MULTIPLY, {&d_variance, &minus_half}, d_variance));
    TF_RETURN_IF_ERROR(Store(c, d_mean, *outputs[0]));
    TF_RETURN_IF_ERROR(Store(c, d_variance, *outputs[1]));
    TF_RETURN_IF_ERROR(Store(c, d_offset, *outputs[2]));
    if (!scales_) return FillZero(c, *outputs[3]);
    return Store(c, d_scale, *outputs[3]);
  }

  static Status Store(KernelContext* c, const Tensor& from, const Tensor& to) {
    return to.dtype() == DT_FLOAT ? c->CopyTensor(from, to)
                                  : EnqueueCast(c, from, to);
  }
};

const Kernels kKernels({
    Row("BatchNormWithGlobalNormalization")
        .Types("T", kFloats)
        .Make<GlobalBatchNorm>(),
    Row("BatchNormWithGlobalNormalizationGrad")
        .Types("T", kFloats)
        .Make<GlobalBatchNormGrad>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
