// Max and average pooling in two and three dimensions, with their gradients.
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/spatial.h"
#include "tensorflow/core/util/env_var.h"

namespace tensorflow {
namespace dml {
namespace {

class Pooling {
 protected:
  Pooling(OpKernelConstruction* c, int spatial_rank)
      : spatial_rank_(spatial_rank) {
    OP_REQUIRES_OK(c, Init(c));
  }

  // The window's attributes over `input`, and the shape of what comes out. The
  // V2 ops bring window and strides as inputs `window_input` and the next one.
  Status GetGeometry(KernelContext* c, const TensorShape& input,
                     int window_input, dml_pooling_attributes* attributes,
                     TensorShape* output) const {
    if (input.dims() != rank()) {
      return errors::InvalidArgument("tensor_in must be ", rank(),
                                     "-dimensional");
    }
    Dims sizes(sizes_), strides(strides_);
    if (c->num_inputs() > window_input) {
      TF_RETURN_IF_ERROR(c->HostIntegers(window_input, &sizes));
      TF_RETURN_IF_ERROR(c->HostIntegers(window_input + 1, &strides));
      TF_RETURN_IF_ERROR(CheckWindow(sizes, strides));
    }
    *attributes = dml_pooling_attributes();
    attributes->spatial_rank = spatial_rank_;
    attributes->propagate_nan = propagate_nan_;
    Dims spatial;
    for (int i = 0; i < spatial_rank_; ++i) {
      const int d = SpatialDim(spatial_rank_, format_, i);
      Window window;
      window.size = sizes[d];
      window.stride = strides[d];
      int64 size = 0;
      TF_RETURN_IF_ERROR(
          SlideWindow(input.dim_size(d), padding_, &window, &size));
      attributes->window[i] = window.size;
      attributes->strides[i] = window.stride;
      attributes->pad_before[i] = window.pad_before;
      spatial.push_back(size);
    }
    *output = SpatialShape(
        format_, input.dim_size(BatchDim(spatial_rank_, format_)),
        input.dim_size(ChannelDim(spatial_rank_, format_)), spatial);
    return OkStatus();
  }

  dml_tensor DescribeData(const Tensor& tensor) const {
    return DescribeChannelsFirst(tensor, format_);
  }

  static Status CheckShape(const char* name, const TensorShape& shape,
                           const TensorShape& expected) {
    if (shape.dims() != expected.dims()) {
      return errors::InvalidArgument(name, " must be ", expected.dims(),
                                     "-dimensional");
    }
    if (shape != expected) {
      return errors::InvalidArgument("Expected ", name, " shape to be ",
                                     expected.DebugString(), ", but got ",
                                     shape.DebugString());
    }
    return OkStatus();
  }

  int rank() const { return spatial_rank_ + 2; }

 private:
  Status Init(OpKernelConstruction* c) {
    TF_RETURN_IF_ERROR(ReadFormat(c, &format_));
    TF_RETURN_IF_ERROR(c->GetAttr("padding", &padding_));
    TF_RETURN_IF_ERROR(ReadBoolFromEnvVar("TF_ENABLE_MAXPOOL_NANPROP", false,
                                          &propagate_nan_));
    if (!c->HasAttr("ksize")) return OkStatus();
    std::vector<int32> sizes, strides;
    TF_RETURN_IF_ERROR(c->GetAttr("ksize", &sizes));
    TF_RETURN_IF_ERROR(c->GetAttr("strides", &strides));
    sizes_.assign(sizes.begin(), sizes.end());
    strides_.assign(strides.begin(), strides.end());
    return CheckWindow(sizes_, strides_);
  }

  Status CheckWindow(const Dims& sizes, const Dims& strides) const {
    if (static_cast<int>(sizes.size()) != rank()) {
      return errors::InvalidArgument("Sliding window ksize field must specify ",
                                     rank(), " dimensions");
    }
    if (static_cast<int>(strides.size()) != rank()) {
      return errors::InvalidArgument(
          "Sliding window strides field must specify ", rank(), " dimensions");
    }
    const int batch = BatchDim(spatial_rank_, format_);
    const int channels = ChannelDim(spatial_rank_, format_);
    if (sizes[batch] != 1 || strides[batch] != 1) {
      return errors::Unimplemented(
          "Pooling is not yet supported on the batch dimension.");
    }
    if (sizes[channels] != 1 || strides[channels] != 1) {
      return errors::Unimplemented(
          "Non-spatial pooling is not yet supported on this device. Depthwise "
          "max pooling is currently only implemented for CPU devices.");
    }
    for (int i = 0; i < spatial_rank_; ++i) {
      const int d = SpatialDim(spatial_rank_, format_, i);
      if (sizes[d] <= 0 || strides[d] <= 0) {
        return errors::InvalidArgument(
            "Sliding window ksize and strides must be positive, but saw ksize ",
            sizes[d], " and stride ", strides[d], " for dimension ", d);
      }
    }
    return OkStatus();
  }

  const int spatial_rank_;
  TensorFormat format_;
  Padding padding_;
  bool propagate_nan_ = false;  // as TensorFlow asks of cuDNN
  Dims sizes_, strides_;
};

using PoolFunction = dml_code (*)(dml_device*, const dml_pooling_attributes*,
                                  const dml_tensor* input,
                                  const dml_tensor* output);

class Pool : Pooling {
 public:
  Pool(OpKernelConstruction* c, int spatial_rank, PoolFunction function)
      : Pooling(c, spatial_rank), function_(function) {}

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    dml_pooling_attributes attributes;
    TensorShape shape;
    TF_RETURN_IF_ERROR(GetGeometry(c, input.shape(), 1, &attributes, &shape));
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    if (output->NumElements() == 0) return OkStatus();
    const dml_tensor x = DescribeData(input);
    const dml_tensor y = DescribeData(*output);
    DML_RETURN_IF_FAILED(function_(c->device(), &attributes, &x, &y));
    return OkStatus();
  }

 private:
  const PoolFunction function_;
};

// Inputs: the pooling's input, its output, the output's gradient.
class MaxPoolGradient : Pooling {
 public:
  MaxPoolGradient(OpKernelConstruction* c, int spatial_rank)
      : Pooling(c, spatial_rank) {}

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    dml_pooling_attributes attributes;
    TensorShape shape;
    TF_RETURN_IF_ERROR(GetGeometry(c, input.shape(), 3, &attributes, &shape));
    TF_RETURN_IF_ERROR(CheckShape("tensor_out", c->Input(1).shape(), shape));
    TF_RETURN_IF_ERROR(CheckShape("out_backprop", c->Input(2).shape(), shape));
    Tensor* input_gradient;
    TF_RETURN_IF_ERROR(c->Output(0, input.shape(), &input_gradient));
    if (input_gradient->NumElements() == 0) return OkStatus();
    const dml_tensor x = DescribeData(input);
    const dml_tensor y = DescribeData(c->Input(1));
    const dml_tensor dy = DescribeData(c->Input(2));
    const dml_tensor dx = DescribeData(*input_gradient);
    DML_RETURN_IF_FAILED(
        dml_max_pool_gradient(c->device(), &attributes, &x, &y, &dy, &dx));
    return OkStatus();
  }
};

// The gradient of MaxPoolGradient with respect to the output's gradient.
// Inputs: the pooling's input, its output, values of the input's shape.
class MaxPoolGradientGradient : Pooling {
 public:
  MaxPoolGradientGradient(OpKernelConstruction* c, int spatial_rank)
      : Pooling(c, spatial_rank) {}

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    dml_pooling_attributes attributes;
    TensorShape shape;
    TF_RETURN_IF_ERROR(GetGeometry(c, input.shape(), 3, &attributes, &shape));
    TF_RETURN_IF_ERROR(CheckShape("tensor_out", c->Input(1).shape(), shape));
    TF_RETURN_IF_ERROR(
        CheckShape("out_grad_backprop", c->Input(2).shape(), input.shape()));
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    if (output->NumElements() == 0) return OkStatus();
    const dml_tensor x = DescribeData(input);
    const dml_tensor values = DescribeData(c->Input(2));
    const dml_tensor y = DescribeData(*output);
    DML_RETURN_IF_FAILED(
        dml_max_pool_gather(c->device(), &attributes, &x, &values, &y));
    return OkStatus();
  }
};

// Inputs: the shape of the pooling's input (host), the output's gradient.
class AvgPoolGradient : Pooling {
 public:
  AvgPoolGradient(OpKernelConstruction* c, int spatial_rank)
      : Pooling(c, spatial_rank) {}

  Status Compute(KernelContext* c) {
    Dims sizes;
    if (c->Input(0).dims() != 1 || c->Input(0).NumElements() != rank()) {
      return errors::InvalidArgument(
          "orig_input_shape must be 1-dimensional "
          "and ",
          rank(), " elements");
    }
    TF_RETURN_IF_ERROR(c->HostIntegers(0, &sizes));
    TensorShape input, output;
    TF_RETURN_IF_ERROR(
        TensorShapeUtils::MakeShape(sizes.data(), sizes.size(), &input));
    dml_pooling_attributes attributes;
    TF_RETURN_IF_ERROR(GetGeometry(c, input, 2, &attributes, &output));
    TF_RETURN_IF_ERROR(CheckShape("out_backprop", c->Input(1).shape(), output));
    Tensor* input_gradient;
    TF_RETURN_IF_ERROR(c->Output(0, input, &input_gradient));
    if (input_gradient->NumElements() == 0) return OkStatus();
    const dml_tensor dy = DescribeData(c->Input(1));
    const dml_tensor dx = DescribeData(*input_gradient);
    DML_RETURN_IF_FAILED(
        dml_average_pool_gradient(c->device(), &attributes, &dy, &dx));
    return OkStatus();
  }
};

const Kernels kKernels({
    Row("MaxPool").Types("T", kFloatsAndDouble).Make<Pool>(2, &dml_max_pool),
    Row("MaxPoolV2")
        .Types("T", kFloatsAndDouble)
        .Host({"ksize", "strides"})
        .Make<Pool>(2, &dml_max_pool),
    Row("MaxPool3D").Types("T", kFloats).Make<Pool>(3, &dml_max_pool),
    Row("MaxPoolGrad").Types("T", kFloatsAndDouble).Make<MaxPoolGradient>(2),
    Row("MaxPoolGradV2")
        .Types("T", kFloatsAndDouble)
        .Host({"ksize", "strides"})
        .Make<MaxPoolGradient>(2),
    Row("MaxPool3DGrad")
        .Types("T", {DT_FLOAT})
        .Types("TInput", {DT_FLOAT})
        .Make<MaxPoolGradient>(3),
    Row("MaxPool3DGrad")
        .Types("T", {DT_HALF})
        .Types("TInput", {DT_HALF})
        .Make<MaxPoolGradient>(3),
    Row("MaxPoolGradGrad")
        .Types("T", kFloatsAndDouble)
        .Make<MaxPoolGradientGradient>(2),
    Row("MaxPoolGradGradV2")
        .Types("T", kFloatsAndDouble)
        .Host({"ksize", "strides"})
        .Make<MaxPoolGradientGradient>(2),
    Row("MaxPool3DGradGrad")
        .Types("T", kFloats)
        .Make<MaxPoolGradientGradient>(3),
    Row("AvgPool")
        .Types("T", kFloatsAndDouble)
        .Make<Pool>(2, &dml_average_pool),
    Row("AvgPool3D").Types("T", kFloats).Make<Pool>(3, &dml_average_pool),
    Row("AvgPoolGrad")
        .Types("T", kFloatsAndDouble)
        .Host({"orig_input_shape"})
        .Make<AvgPoolGradient>(2),
    Row("AvgPool3DGrad")
        .Types("T", kFloats)
        .Host({"orig_input_shape"})
        .Make<AvgPoolGradient>(3),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
