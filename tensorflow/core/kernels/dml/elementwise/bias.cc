// BiasAdd, BiasAddV1 and BiasAddGrad: the value is seen as [outer, channels,
// inner], where inner is 1 for channels-last data.
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/views.h"
#include "tensorflow/core/util/tensor_format.h"

namespace tensorflow {
namespace dml {
namespace {

class BiasBase {
 protected:
  explicit BiasBase(OpKernelConstruction* c) {
    string name;
    if (TryGetNodeAttr(c->def(), "data_format", &name)) {
      OP_REQUIRES(c, FormatFromString(name, &format_),
                  errors::InvalidArgument("Invalid data format"));
    }
  }

  Status OuterChannelsInner(const TensorShape& shape,
                            TensorShape* result) const {
    if (!TensorShapeUtils::IsMatrixOrHigher(shape)) {
      return errors::InvalidArgument("Input tensor must be at least 2D: ",
                                     shape.DebugString());
    }
    const int channels = format_ == FORMAT_NCHW ? 1 : shape.dims() - 1;
    int64 outer = 1, inner = 1;
    for (int d = 0; d < channels; ++d) outer *= shape.dim_size(d);
    for (int d = channels + 1; d < shape.dims(); ++d)
      inner *= shape.dim_size(d);
    *result = TensorShape({outer, shape.dim_size(channels), inner});
    return OkStatus();
  }

 private:
  TensorFormat format_ = FORMAT_NHWC;
};

class BiasAdd : BiasBase {
 public:
  explicit BiasAdd(OpKernelConstruction* c) : BiasBase(c) {}

  Status Compute(KernelContext* c) {
    const Tensor& value = c->Input(0);
    const Tensor& bias = c->Input(1);
    TensorShape shape;
    TF_RETURN_IF_ERROR(OuterChannelsInner(value.shape(), &shape));
    if (!TensorShapeUtils::IsVector(bias.shape())) {
      return errors::InvalidArgument("Biases must be 1D: ",
                                     bias.shape().DebugString());
    }
    const int64 channels = shape.dim_size(1);
    if (bias.dim_size(0) != channels) {
      return errors::InvalidArgument(
          "Must provide as many biases as the last dimension of the input "
          "tensor: ",
          bias.shape().DebugString(), " vs. ", value.shape().DebugString());
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->OutputOrForward({0}, 0, value.shape(), &output));
    const Tensor x = Reshaped(value, shape);
    const Tensor b = Reshaped(bias, TensorShape({channels, 1}));
    return c->Elementwise(DML_ADD, {&x, &b}, Reshaped(*output, shape));
  }
};

class BiasAddGrad : BiasBase {
 public:
  explicit BiasAddGrad(OpKernelConstruction* c) : BiasBase(c) {}

  Status Compute(KernelContext* c) {
    TensorShape shape;
    TF_RETURN_IF_ERROR(OuterChannelsInner(c->Input(0).shape(), &shape));
    const int64 channels = shape.dim_size(1);
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, TensorShape({channels}), &output));
    const dml_tensor from =
        Describe(c->Input(0), {shape.dim_size(0), channels, shape.dim_size(2)});
    const dml_tensor to = Describe(*output, {1, channels, 1});
    DML_RETURN_IF_FAILED(
        dml_reduce(c->device(), DML_REDUCE_SUM, &from, &to, 1.0));
    return OkStatus();
  }
};

const TypeList kBiased = {DT_FLOAT, DT_HALF,  DT_DOUBLE, DT_INT8,  DT_INT16,
                          DT_INT32, DT_INT64, DT_UINT8,  DT_UINT16};

const Kernels kKernels({
    Row("BiasAdd").Types("T", kBiased).Make<BiasAdd>(),
    Row("BiasAddV1").Types("T", kBiased).Make<BiasAdd>(),
    Row("BiasAddGrad").Types("T", kBiased).Make<BiasAddGrad>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
