// MaxPoolWithArgmax, its gradient and the gradient of that: max pooling that
// tells where each maximum is.
#include "tensorflow/core/kernels/dml/pooling/pooling_base.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/zeros.h"

namespace tensorflow {
namespace dml {
namespace {

class ArgmaxPooling : protected Pooling {
 protected:
  explicit ArgmaxPooling(OpKernelConstruction* c) : Pooling(c, 2) {
    OP_REQUIRES_OK(
        c, c->GetAttr("include_batch_in_index", &include_batch_in_index_));
  }

  // The pooling's output, of a gradient, whose inputs are the pooling's input, a
  // tensor to route, and the places of the maxima.
  Status GetGradientGeometry(KernelContext* c, TensorShape* output) const {
    dml_pooling_attributes attributes;
    const TensorShape& input = c->Input(0).shape();
    TF_RETURN_IF_ERROR(GetGeometry(c, input, 3, &attributes, output));
    return CheckShape("argmax", c->Input(2).shape(), *output);
  }

  bool include_batch_in_index_;
};

// Outputs: the maxima and their places.
class MaxPoolWithArgmax : ArgmaxPooling {
 public:
  explicit MaxPoolWithArgmax(OpKernelConstruction* c) : ArgmaxPooling(c) {}

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    dml_pooling_attributes attributes;
    TensorShape shape;
    TF_RETURN_IF_ERROR(GetGeometry(c, input.shape(), 1, &attributes, &shape));
    Tensor *output, *argmax;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    TF_RETURN_IF_ERROR(c->Output(1, shape, &argmax));
    if (output->NumElements() == 0) return OkStatus();
    const dml_tensor x = DescribeData(input);
    const dml_tensor y = DescribeData(*output);
    const dml_tensor places = DescribeData(*argmax);
    DML_RETURN_IF_FAILED(dml_max_pool_argmax(
        c->device(), &attributes, include_batch_in_index_, &x, &y, &places));
    return OkStatus();
  }
};

// Adds each gradient to the input's element at its place. Places out of range
// are skipped, as by CUDA; the CPU ends the process.
class MaxPoolGradWithArgmax : ArgmaxPooling {
 public:
  explicit MaxPoolGradWithArgmax(OpKernelConstruction* c) : ArgmaxPooling(c) {}

  Status Compute(KernelContext* c) {
    TensorShape shape;
    TF_RETURN_IF_ERROR(GetGradientGeometry(c, &shape));
    const Tensor& gradient = c->Input(1);
    TF_RETURN_IF_ERROR(CheckShape("grad", gradient.shape(), shape));
    Tensor* input_gradient;
    TF_RETURN_IF_ERROR(c->Output(0, c->Input(0).shape(), &input_gradient));
    TF_RETURN_IF_ERROR(FillZero(c, *input_gradient));
    const int64 count = gradient.NumElements();
    if (count == 0 || input_gradient->NumElements() == 0) return OkStatus();
    Tensor places = c->Input(2);
    const int64 batch = shape.dim_size(0);
    if (!include_batch_in_index_ && batch > 1) {
      TF_RETURN_IF_ERROR(
          AddBatches(c, batch, input_gradient->NumElements() / batch, &places));
    }
    const dml_tensor at = Describe(places, {count});
    const dml_tensor dy = Describe(gradient, {count, 1});
    const dml_tensor dx =
        Describe(*input_gradient, {input_gradient->NumElements(), 1});
    DML_RETURN_IF_FAILED(
        dml_scatter(c->device(), DML_SCATTER_ADD, &at, &dy, &dx));
    return OkStatus();
  }

 private:
  // Makes places in a batch's image, of `size` elements, those in the tensor.
  static Status AddBatches(KernelContext* c, int64 batch, int64 size,
                           Tensor* places) {
    Tensor begins, sums;
    TF_RETURN_IF_ERROR(
        c->Temporary(DT_INT64, TensorShape({batch, 1}), &begins));
    TF_RETURN_IF_ERROR(c->Temporary(DT_INT64, places->shape(), &sums));
    const dml_tensor range = Describe(begins, {batch});
    DML_RETURN_IF_FAILED(dml_range(c->device(), &range, 0, size));
    const Dims sizes = {batch, places->NumElements() / batch};
    const dml_tensor x = Describe(*places, sizes);
    const dml_tensor y = DescribeBroadcast(begins, sizes);
    const dml_tensor z = Describe(sums, sizes);
    const dml_tensor* const inputs[] = {&x, &y};
    DML_RETURN_IF_FAILED(
        dml_elementwise(c->device(), DML_ADD, inputs, 2, &z, nullptr));
    *places = sums;
    return OkStatus();
  }
};

// Takes, for each output, the element at its place of a tensor like the input.
class MaxPoolGradGradWithArgmax : ArgmaxPooling {
 public:
  explicit MaxPoolGradGradWithArgmax(OpKernelConstruction* c)
      : ArgmaxPooling(c) {}

  Status Compute(KernelContext* c) {
    TensorShape shape;
    TF_RETURN_IF_ERROR(GetGradientGeometry(c, &shape));
    const Tensor& values = c->Input(1);
    TF_RETURN_IF_ERROR(CheckShape("grad", values.shape(), c->Input(0).shape()));
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    if (output->NumElements() == 0) return OkStatus();
    const int64 outer = include_batch_in_index_ ? 1 : shape.dim_size(0);
    const int64 rows = values.NumElements() / outer;
    const int64 count = output->NumElements() / outer;
    const dml_tensor params = Describe(values, {outer, rows, 1});
    const dml_tensor at = Describe(c->Input(2), {outer, count});
    const dml_tensor y = Describe(*output, {outer, count, 1});
    DML_RETURN_IF_FAILED(dml_gather(c->device(), &params, &at, &y));
    return OkStatus();
  }
};

template <typename Body>
Row ArgmaxRow(const char* name) {
  return Row(name)
      .Types("T", kFloatsAndDouble)
      .Types("Targmax", {DT_INT64})
      .Make<Body>();
}

const Kernels kKernels({
    ArgmaxRow<MaxPoolWithArgmax>("MaxPoolWithArgmax"),
    ArgmaxRow<MaxPoolGradWithArgmax>("MaxPoolGradWithArgmax"),
    ArgmaxRow<MaxPoolGradGradWithArgmax>("MaxPoolGradGradWithArgmax"),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
