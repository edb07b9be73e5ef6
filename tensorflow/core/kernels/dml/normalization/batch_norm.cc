// FusedBatchNorm and FusedBatchNormGrad, versions 1 to 3, _FusedBatchNormEx,
// and its gradient, which is an op of ours
// (common_runtime/dml/batch_norm_fusion.h).
//
// As TensorFlow's CUDA kernels do, training saves the batch's mean in
// reserve_space_1 and its inverse standard deviation, 1 / sqrt(biased variance
// + epsilon), in reserve_space_2 for the gradient. Inference saves the given
// mean and variance, which is also what its gradient is handed. The CPU's
// kernel saves the variance in training, too: its results are none that the
// gradient here could be handed, so there must be no way in which the CPU
// computes one of the two for this device.
#include <limits>

#include "tensorflow/core/common_runtime/dml/batch_norm_fusion.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tensorflow/core/kernels/dml/fused_ops.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/spatial.h"
#include "tensorflow/core/kernels/dml/zeros.h"
#include "tensorflow/core/util/bcast.h"
#include "tensorflow/core/util/tensor_format.h"

namespace tensorflow {

// In this file, so that it is known when the rows below are made.
REGISTER_OP("_DmlFusedBatchNormGradEx")
    .Input("y_backprop: T")
    .Input("y: T")
    .Input("x: T")
    .Input("scale: float")
    .Input("reserve_space_1: U")
    .Input("reserve_space_2: U")
    .Output("x_backprop: T")
    .Output("scale_backprop: U")
    .Output("offset_backprop: U")
    .Output("reserve_space_3: U")
    .Output("reserve_space_4: U")
    .Attr("T: {half, float}")
    .Attr("U: {float}")
    .Attr("epsilon: float = 0.0001")
    .Attr("data_format: {'NHWC', 'NCHW', 'NDHWC', 'NCDHW'} = 'NHWC'")
    .Attr("is_training: bool = true")
    .Attr("activation_mode: string = 'Identity'")
    .SetShapeFn([](shape_inference::InferenceContext* c) {
      c->set_output(0, c->input(2));
      c->set_output(1, c->input(3));
      c->set_output(2, c->input(3));
      c->set_output(3, c->UnknownShape());
      c->set_output(4, c->UnknownShape());
      return dml::OkStatus();
    })
    .Doc(R"doc(
The gradient of a batch norm with an activation behind it, whose output is y.
What the pass of tensorflow-directml makes of ReluGrad and FusedBatchNormGrad;
no graph that is saved has it.
)doc");

namespace dml {
namespace {

Status Fill(KernelContext* c, const Tensor& tensor, float value) {
  const dml_tensor output = Describe(tensor);
  DML_RETURN_IF_FAILED(dml_fill(c->device(), &output, &value));
  return OkStatus();
}

class BatchNormBase {
 protected:
  explicit BatchNormBase(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("epsilon", &epsilon_));
    OP_REQUIRES_OK(c, ReadFormat(c, &format_));
    OP_REQUIRES_OK(c, c->GetAttr("is_training", &is_training_));
  }

  // Of images, or on TensorFlow 2.x of volumes.
  static Status CheckData(const Tensor& tensor) {
    if (tensor.dims() == 4 || tensor.dims() == 5) return OkStatus();
    return errors::InvalidArgument("input must be 4 or 5-dimensional",
                                   tensor.shape().DebugString());
  }

  static Status CheckVector(const char* name, const Tensor& tensor) {
    if (tensor.dims() == 1) return OkStatus();
    return errors::InvalidArgument(name, " must be 1-dimensional",
                                   tensor.shape().DebugString());
  }

  Status CheckChannels(const char* name, const Tensor& tensor,
                       const Tensor& data) const {
    TF_RETURN_IF_ERROR(CheckVector(name, tensor));
    const int64 channels = data.dim_size(ChannelDim(data.dims() - 2, format_));
    if (tensor.dim_size(0) == channels) return OkStatus();
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

// What training's mean and variance count for in the averages over steps that
// TensorFlow 2.x may ask for: 1, without averages, on 1.15.
float AveragingFactor(OpKernelConstruction* c) {
  float factor = 1.0f;
  TryGetNodeAttr(c->def(), "exponential_avg_factor", &factor);
  return factor;
}

// Inputs: x, scale, offset, mean, variance, and if fused maybe a tensor like x
// that is added; an activation follows.
class BatchNorm : BatchNormBase {
 public:
  BatchNorm(OpKernelConstruction* c, bool fused)
      : BatchNormBase(c),
        may_average_(c->HasAttr("exponential_avg_factor")),
        averages_(AveragingFactor(c) != 1.0f),
        factor_(AveragingFactor(c)) {
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
    TF_RETURN_IF_ERROR(CheckData(x));
    TF_RETURN_IF_ERROR(CheckChannels("scale", c->Input(1), x));
    TF_RETURN_IF_ERROR(CheckChannels("offset", c->Input(2), x));
    const Tensor* const side = sides_ == 1 ? &c->Input(5) : nullptr;
    const bool alike = side == nullptr || side->IsSameSize(x);
    if (!alike && !is_training_) {
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
    if (!alike) return TrainAndBroadcast(c, x, *side);
    Tensor* y;
    TF_RETURN_IF_ERROR(side != nullptr
                           ? c->OutputOrForward({0, 5}, 0, x.shape(), &y)
                           : c->OutputOrForward({0}, 0, x.shape(), &y));
    return is_training_ ? Train(c, x, side, activation_, *y)
                        : Infer(c, x, side, *y);
  }

 private:
  Status Train(KernelContext* c, const Tensor& x, const Tensor* side,
               dml_activation activation, const Tensor& y) {
    const char* const names[] = {"estimated_mean", "estimated_variance"};
    for (int i = 0; i < 2; ++i) {
      const Tensor& estimated = c->Input(3 + i);
      TF_RETURN_IF_ERROR(CheckVector(names[i], estimated));
      if (averages_) {
        TF_RETURN_IF_ERROR(CheckChannels(names[i], estimated, x));
      } else if (estimated.dim_size(0) != 0 && !may_average_) {
        return errors::InvalidArgument(names[i], " must be empty for training",
                                       estimated.shape().DebugString());
      }
    }
    Tensor* outputs[2];  // mean and variance, or averages of them
    Tensor* inverse_stddev;
    const TensorShape& shape = c->Input(1).shape();
    for (int i = 0; i < 2; ++i) {
      TF_RETURN_IF_ERROR(c->Output(1 + i, shape, &outputs[i]));
    }
    TF_RETURN_IF_ERROR(c->Output(4, shape, &inverse_stddev));
    if (x.NumElements() == 0) {
      const float nan = std::numeric_limits<float>::quiet_NaN();
      Tensor* saved_mean;
      TF_RETURN_IF_ERROR(c->Output(3, shape, &saved_mean));
      for (const Tensor* tensor : outputs) {
        TF_RETURN_IF_ERROR(Fill(c, *tensor, nan));
      }
      TF_RETURN_IF_ERROR(FillZero(c, *saved_mean));
      return FillZero(c, *inverse_stddev);
    }
    Tensor of_batch[2] = {*outputs[0], *outputs[1]};
    if (averages_) {
      Tensor* saved_mean;
      TF_RETURN_IF_ERROR(c->Output(3, shape, &saved_mean));
      of_batch[0] = *saved_mean;
      TF_RETURN_IF_ERROR(c->Temporary(DT_FLOAT, shape, &of_batch[1]));
    } else {
      // The saved mean is the mean: nobody writes to a tensor in place that two
      // outputs hold.
      c->SetOutput(3, of_batch[0]);
    }
    const dml_tensor input = DescribeData(x), output = DescribeData(y);
    const dml_tensor scale = Describe(c->Input(1));
    const dml_tensor offset = Describe(c->Input(2));
    const dml_tensor mean = Describe(of_batch[0]);
    const dml_tensor variance = Describe(of_batch[1]);
    const dml_tensor inverse_deviation = Describe(*inverse_stddev);
    dml_tensor added = {};
    if (side != nullptr) added = DescribeData(*side);
    DML_RETURN_IF_FAILED(dml_batch_norm_training(
        c->device(), &input, &scale, &offset, epsilon_,
        /*unbiased_variance=*/1, side != nullptr ? &added : nullptr, activation,
        &output, &mean, &variance, &inverse_deviation));
    if (!averages_) return OkStatus();
    Tensor factor;
    TF_RETURN_IF_ERROR(factor_.Get(c, &factor));
    for (int i = 0; i < 2; ++i) {
      // (1 - factor) * given + factor * batch's
      TF_RETURN_IF_ERROR(c->Elementwise(
          DML_INTERPOLATE, {&c->Input(3 + i), &factor, &of_batch[i]},
          *outputs[i]));
    }
    return OkStatus();
  }

  // What was made of an Add, which may broadcast: only its kernel sees shapes.
  Status TrainAndBroadcast(KernelContext* c, const Tensor& x,
                           const Tensor& side) {
    const BCast sizes(BCast::FromShape(x.shape()),
                      BCast::FromShape(side.shape()));
    if (!sizes.IsValid()) {
      return errors::InvalidArgument(
          "Incompatible shapes: ", x.shape().DebugString(), " vs. ",
          side.shape().DebugString());
    }
    Tensor normalized;
    Tensor* y;
    TF_RETURN_IF_ERROR(c->Temporary(x.dtype(), x.shape(), &normalized));
    TF_RETURN_IF_ERROR(c->Output(0, BCast::ToShape(sizes.output_shape()), &y));
    TF_RETURN_IF_ERROR(Train(c, x, nullptr, DML_ACTIVATION_NONE, normalized));
    if (y->NumElements() == 0) return OkStatus();
    TF_RETURN_IF_ERROR(c->Elementwise(DML_ADD, {&normalized, &side}, *y));
    switch (activation_) {
      case DML_ACTIVATION_RELU:
        return c->Elementwise(DML_RELU, {y}, *y);
      case DML_ACTIVATION_RELU6:
        return c->Elementwise(DML_RELU6, {y}, *y);
      case DML_ACTIVATION_ELU:
        return c->Elementwise(DML_ELU, {y}, *y);
      default:
        return OkStatus();
    }
  }

  Status Infer(KernelContext* c, const Tensor& x, const Tensor* side,
               const Tensor& y) {
    TF_RETURN_IF_ERROR(CheckChannels("estimated_mean", c->Input(3), x));
    TF_RETURN_IF_ERROR(CheckChannels("estimated_variance", c->Input(4), x));
    for (int i = 0; i < 4; ++i) c->SetOutput(1 + i, c->Input(3 + i % 2));
    if (x.NumElements() == 0) return OkStatus();
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
    return OkStatus();
  }

  // TensorFlow 2.x has averages over steps. Without, what they would be of may
  // be given, and is not read.
  const bool may_average_;
  const bool averages_;
  KeptScalar factor_;
  dml_activation activation_ = DML_ACTIVATION_NONE;
  int sides_ = 0;
};

// Inputs: the gradient of y, if fused the y behind the activation, x, scale,
// and what the forward pass saved: mean and inverse standard deviation
// (training) or variance (inference).
class BatchNormGradient : BatchNormBase {
 public:
  BatchNormGradient(OpKernelConstruction* c, bool fused)
      : BatchNormBase(c), x_index_(fused ? 2 : 1) {
    if (!fused) return;
    string activation;
    OP_REQUIRES_OK(c, c->GetAttr("activation_mode", &activation));
    OP_REQUIRES_OK(c, ReadActivation(activation, &activation_));
    OP_REQUIRES(c,
                activation_ == DML_ACTIVATION_RELU ||
                    activation_ == DML_ACTIVATION_RELU6,
                errors::Unimplemented(
                    "Gradients come through Relu and Relu6, not ", activation));
  }

  Status Compute(KernelContext* c) {
    const Tensor& dy = c->Input(0);
    const Tensor& x = c->Input(x_index_);
    const Tensor& given_scale = c->Input(x_index_ + 1);
    const Tensor& saved_mean = c->Input(x_index_ + 2);
    const Tensor& saved_variance = c->Input(x_index_ + 3);
    TF_RETURN_IF_ERROR(CheckData(dy));
    TF_RETURN_IF_ERROR(CheckData(x));
    if (!dy.IsSameSize(x)) {
      return errors::InvalidArgument(
          "The gradient must have the input's shape, ", x.shape().DebugString(),
          ", not ", dy.shape().DebugString());
    }
    dml_tensor activated = {};
    const bool fused = activation_ != DML_ACTIVATION_NONE;
    if (fused) {
      const Tensor& y = c->Input(1);
      if (!dy.IsSameSize(y)) {
        return errors::InvalidArgument(
            "The gradient must have the activation's shape, ",
            y.shape().DebugString(), ", not ", dy.shape().DebugString());
      }
      activated = DescribeData(y);
    }
    TF_RETURN_IF_ERROR(CheckChannels("scale", given_scale, x));
    TF_RETURN_IF_ERROR(CheckChannels("saved mean", saved_mean, x));
    TF_RETURN_IF_ERROR(CheckChannels("saved variance", saved_variance, x));
    Tensor *dx, *dscale, *doffset;
    TF_RETURN_IF_ERROR(c->Output(0, x.shape(), &dx));
    TF_RETURN_IF_ERROR(c->Output(1, given_scale.shape(), &dscale));
    TF_RETURN_IF_ERROR(c->Output(2, given_scale.shape(), &doffset));
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
    Tensor inverse_deviation = saved_variance;
    if (!is_training_) {
      TF_RETURN_IF_ERROR(
          InverseDeviation(c, saved_variance, &inverse_deviation));
    }
    const dml_tensor output_gradient = DescribeData(dy);
    const dml_tensor input = DescribeData(x);
    const dml_tensor scale = Describe(given_scale);
    const dml_tensor mean = Describe(saved_mean);
    const dml_tensor inverse = Describe(inverse_deviation);
    const dml_tensor input_gradient = DescribeData(*dx);
    const dml_tensor scale_gradient = Describe(*dscale);
    const dml_tensor offset_gradient = Describe(*doffset);
    DML_RETURN_IF_FAILED(dml_batch_norm_gradient(
        c->device(), is_training_, &output_gradient,
        fused ? &activated : nullptr, activation_, &input, &scale, &mean,
        &inverse, &input_gradient, &scale_gradient, &offset_gradient));
    return OkStatus();
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

  const int x_index_;
  dml_activation activation_ = DML_ACTIVATION_NONE;
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
    Row("FusedBatchNormGrad")
        .Types("T", {DT_FLOAT})
        .Make<BatchNormGradient>(false),
    Row("FusedBatchNormGradV2")
        .Types("T", kFloats)
        .Types("U", {DT_FLOAT})
        .Make<BatchNormGradient>(false),
    Row("FusedBatchNormGradV3")
        .Types("T", kFloats)
        .Types("U", {DT_FLOAT})
        .Make<BatchNormGradient>(false),
    Row(kBatchNormGradEx)
        .Types("T", kFloats)
        .Types("U", {DT_FLOAT})
        .Make<BatchNormGradient>(true),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
