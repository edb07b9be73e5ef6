// Max and average pooling in two and three dimensions, with their gradients.
#include "tensorflow/core/kernels/dml/pooling/pooling_base.h"
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

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
