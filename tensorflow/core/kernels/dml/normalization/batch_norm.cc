// FusedBatchNorm and FusedBatchNormGrad, versions 1 to 3, and
// _FusedBatchNormEx.
//
// As TensorFlow's CUDA kernels do, training saves the batch's mean in
// reserve_space_1 and its inverse standard deviation, 1 / sqrt(biased variance
// + epsilon), in reserve_space_2 for the gradient. Inference saves the given
// mean and variance, which is also what its gradient is handed.
#include <limits>

#include "tensorflow/core/kernels/dml/fused_ops.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/spatial.h"
#include "tensorflow/core/kernels/dml/zeros.h"

namespace tensorflow {
namespace dml {
namespace {

Status Fill(KernelContext* c, const Tensor& tensor, float value) {
  const dml_tensor output = Describe(tensor);
  DML_RETURN_IF_FAILED(dml_fill(c->device(), &output, &value));
  return Status::OK();
}

class BatchNormBase {
 protected:
  explicit BatchNormBase(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("epsilon", &epsilon_));
    OP_REQUIRES_OK(c, ReadFormat(c, &format_));
    OP_REQUIRES_OK(c, c->GetAttr("is_training", &is_training_));
  }

  static Status CheckRank(const char* name, const Tensor& tensor, int rank) {
    if (tensor.dims() == rank) return Status::OK();
    return errors::InvalidArgument(name, " must be ", rank, "-dimensional",
                                   tensor.shape().DebugString());
  }

  Status CheckChannels(const char* name, const Tensor& tensor,
                       const Tensor& data) const {
    TF_RETURN_IF_ERROR(CheckRank(name, tensor, 1));
    const int64 channels = data.dim_size(ChannelDim(2, format_));
    if (tensor.dim_size(0) == channels) return Status::OK();
    return errors::InvalidArgument(
        name, " must have as many elements as the input has channels, ",
        channels, ", but its shape is ", tensor.shape().DebugString());
  }

  dml_tensor DescribeData(const Tensor& tensor) const {
    return DescribeChannelsFirst(tensor, format_);
  }

  float epsilon_;
  bool is_training_;
  KeptZero zero_;

 private:
  TensorFormat format_;
};

// Inputs: x, scale, offset, mean, variance, and if fused maybe a tensor like x
// that is added; an activation follows.
class BatchNorm : BatchNormBase {
 public:
  BatchNorm(OpKernelConstruction* c, bool fused) : BatchNormBase(c) {
    if (!fused) return;
    string activation;
    OP_REQUIRES_OK(c, c->GetAttr("activation_mode", &activation));
    OP_REQUIRES_OK(c, ReadActivation(activation, &activation_));
    OP_REQUIRES_OK(c, c->GetAttr("num_side_inputs", &sides_));
    OP_REQUIRES(c, sides_ == 0 || sides_ == 1,
                errors::InvalidArgument(
                    "_FusedBatchNormEx supports at most 1 side input"));
  }

  Status Compute(KernelContext* c) {
    const Tensor& x = c->Input(0);
    TF_RETURN_IF_ERROR(CheckRank("input", x, 4));
    TF_RETURN_IF_ERROR(CheckChannels("scale", c->Input(1), x));
    TF_RETURN_IF_ERROR(CheckChannels("offset", c->Input(2), x));
    const Tensor* const side = sides_ == 1 ? &c->Input(5) : nullptr;
    if (side != nullptr && !side->IsSameSize(x)) {
      return errors::InvalidArgument("side_input must have the input's shape, ",
                                     x.shape().DebugString(), ", not ",
                                     side->shape().DebugString());
    }
    if (c->tf()->num_outputs() > 5) {
      // V3's reserve_space_3 is for cuDNN alone.
      Tensor unused;
      TF_RETURN_IF_ERROR(zero_.Get(c, &unused));
      c->SetOutput(5, unused);
    }
    Tensor* y;
    TF_RETURN_IF_ERROR(c->OutputOrForward({0}, 0, x.shape(), &y));
    if (!is_training_) return Infer(c, x, side, *y);
    TF_RETURN_IF_ERROR(Train(c, x, *y));
    return x.NumElements() == 0 ? Status::OK() : Finish(c, side, *y);
  }

 private:
  Status Train(KernelContext* c, const Tensor& x, const Tensor& y) {
    const char* const names[] = {"estimated_mean", "estimated_variance"};
    for (int i = 0; i < 2; ++i) {
      const Tensor& estimated = c->Input(3 + i);
      TF_RETURN_IF_ERROR(CheckRank(names[i], estimated, 1));
      if (estimated.dim_size(0) != 0) {
        return errors::InvalidArgument(names[i], " must be empty for training",
                                       estimated.shape().DebugString());
      }
    }
    Tensor* mean_and_variance[2];
    Tensor* inverse_stddev;
    const TensorShape& shape = c->Input(1).shape();
    for (int i = 0; i < 2; ++i) {
      TF_RETURN_IF_ERROR(c->Output(1 + i, shape, &mean_and_variance[i]));
    }
    TF_RETURN_IF_ERROR(c->Output(4, shape, &inverse_stddev));
    if (x.NumElements() == 0) {
      const float nan = std::numeric_limits<float>::quiet_NaN();
      Tensor* saved_mean;
      TF_RETURN_IF_ERROR(c->Output(3, shape, &saved_mean));
      for (const Tensor* tensor : mean_and_variance) {
        TF_RETURN_IF_ERROR(Fill(c, *tensor, nan));
      }
      TF_RETURN_IF_ERROR(FillZero(c, *saved_mean));
      return FillZero(c, *inverse_stddev);
    }
    // The saved mean is the mean: nobody writes to a tensor in place that two
    // outputs hold.
    c->SetOutput(3, *mean_and_variance[0]);
    const dml_tensor input = DescribeData(x), output = DescribeData(y);
    const dml_tensor scale = Describe(c->Input(1));
    const dml_tensor offset = Describe(c->Input(2));
    const dml_tensor mean = Describe(*mean_and_variance[0]);
    const dml_tensor variance = Describe(*mean_and_variance[1]);
    const dml_tensor inverse_deviation = Describe(*inverse_stddev);
    DML_RETURN_IF_FAILED(
        dml_batch_norm_training(c->device(), &input, &scale, &offset, epsilon_,
                                /*unbiased_variance=*/1, &output, &mean,
                                &variance, &inverse_deviation));
    return Status::OK();
  }

  // What is fused, behind training.
  Status Finish(KernelContext* c, const Tensor* side, const Tensor& y) const {
    if (side != nullptr) {
      TF_RETURN_IF_ERROR(c->Elementwise(DML_ADD, {&y, side}, y));
    }
    switch (activation_) {
      case DML_ACTIVATION_RELU:
        return c->Elementwise(DML_RELU, {&y}, y);
      case DML_ACTIVATION_RELU6:
        return c->Elementwise(DML_RELU6, {&y}, y);
      case DML_ACTIVATION_ELU:
        return c->Elementwise(DML_ELU, {&y}, y);
      default:
        return Status::OK();
    }
  }

  Status Infer(KernelContext* c, const Tensor& x, const Tensor* side,
               const Tensor& y) {
    TF_RETURN_IF_ERROR(CheckChannels("estimated_mean", c->Input(3), x));
    TF_RETURN_IF_ERROR(CheckChannels("estimated_variance", c->Input(4), x));
    for (int i = 0; i < 4; ++i) c->SetOutput(1 + i, c->Input(3 + i % 2));
    if (x.NumElements() == 0) return Status::OK();
    const dml_tensor input = DescribeData(x), output = DescribeData(y);
    const dml_tensor scale = Describe(c->Input(1));
    const dml_tensor offset = Describe(c->Input(2));
    const dml_tensor mean = Describe(c->Input(3));
    const dml_tensor variance = Describe(c->Input(4));
    dml_tensor added = {};
    if (side != nullptr) added = DescribeData(*side);
    DML_RETURN_IF_FAILED(dml_batch_norm_inference(
        c->device(), &input, &scale, &offset, &mean, &variance, epsilon_,
        side != nullptr ? &added : nullptr, activation_, &output));
    return Status::OK();
  }

  dml_activation activation_ = DML_ACTIVATION_NONE;
  int sides_ = 0;
};

// Inputs: the gradient of y, x, scale, and what the forward pass saved: mean
// and inverse standard deviation (training) or variance (inference).
class BatchNormGradient : BatchNormBase {
 public:
  explicit BatchNormGradient(OpKernelConstruction* c) : BatchNormBase(c) {}

  Status Compute(KernelContext* c) {
    const Tensor& dy = c->Input(0);
    const Tensor& x = c->Input(1);
    TF_RETURN_IF_ERROR(CheckRank("input", dy, 4));
    TF_RETURN_IF_ERROR(CheckRank("input", x, 4));
    if (!dy.IsSameSize(x)) {
      return errors::InvalidArgument(
          "The gradient must have the input's shape, ", x.shape().DebugString(),
          ", not ", dy.shape().DebugString());
    }
    TF_RETURN_IF_ERROR(CheckChannels("scale", c->Input(2), x));
    TF_RETURN_IF_ERROR(CheckChannels("saved mean", c->Input(3), x));
    TF_RETURN_IF_ERROR(CheckChannels("saved variance", c->Input(4), x));
    Tensor *dx, *dscale, *doffset;
    TF_RETURN_IF_ERROR(c->Output(0, x.shape(), &dx));
    TF_RETURN_IF_ERROR(c->Output(1, c->Input(2).shape(), &dscale));
    TF_RETURN_IF_ERROR(c->Output(2, c->Input(2).shape(), &doffset));
    for (int i = 3; i < 5; ++i) {
      // Gradients of the forward pass's mean and variance: none.
      Tensor zero;
      TF_RETURN_IF_ERROR(zero_.Get(c, &zero));
      c->SetOutput(i, zero);
    }
    if (x.NumElements() == 0) {
      TF_RETURN_IF_ERROR(FillZero(c, *dscale));
      return FillZero(c, *doffset);
    }
    Tensor inverse_deviation = c->Input(4);
    if (!is_training_) {
      TF_RETURN_IF_ERROR(InverseDeviation(c, c->Input(4), &inverse_deviation));
    }
    const dml_tensor output_gradient = DescribeData(dy);
    const dml_tensor input = DescribeData(x);
    const dml_tensor scale = Describe(c->Input(2));
    const dml_tensor mean = Describe(c->Input(3));
    const dml_tensor inverse = Describe(inverse_deviation);
    const dml_tensor input_gradient = DescribeData(*dx);
    const dml_tensor scale_gradient = Describe(*dscale);
    const dml_tensor offset_gradient = Describe(*doffset);
    DML_RETURN_IF_FAILED(dml_batch_norm_gradient(
        c->device(), is_training_, &output_gradient, &input, &scale, &mean,
        &inverse, &input_gradient, &scale_gradient, &offset_gradient));
    return Status::OK();
  }

 private:
  Status InverseDeviation(KernelContext* c, const Tensor& variance,
                          Tensor* result) {
    Tensor epsilon;
    TF_RETURN_IF_ERROR(c->Temporary(DT_FLOAT, TensorShape({}), &epsilon));
    TF_RETURN_IF_ERROR(Fill(c, epsilon, epsilon_));
    TF_RETURN_IF_ERROR(c->Temporary(DT_FLOAT, variance.shape(), result));
    TF_RETURN_IF_ERROR(c->Elementwise(DML_ADD, {&variance, &epsilon}, *result));
    return c->Elementwise(DML_RSQRT, {result}, *result);
  }
};

const Kernels kKernels({
    Row("FusedBatchNorm").Types("T", {DT_FLOAT}).Make<BatchNorm>(false),
    Row("FusedBatchNormV2")
        .Types("T", kFloats)
        .Types("U", {DT_FLOAT})
        .Make<BatchNorm>(false),
    Row("FusedBatchNormV3")
        .Types("T", kFloats)
        .Types("U", {DT_FLOAT})
        .Make<BatchNorm>(false),
    Row("_FusedBatchNormEx")
        .Types("T", kFloats)
        .Types("U", {DT_FLOAT})
        .Make<BatchNorm>(true),
    Row("FusedBatchNormGrad").Types("T", {DT_FLOAT}).Make<BatchNormGradient>(),
    Row("FusedBatchNormGradV2")
        .Types("T", kFloats)
        .Types("U", {DT_FLOAT})
        .Make<BatchNormGradient>(),
    Row("FusedBatchNormGradV3")
        .Types("T", kFloats)
        .Types("U", {DT_FLOAT})
        .Make<BatchNormGradient>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
