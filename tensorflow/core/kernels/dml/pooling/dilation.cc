// Dilation2D and its gradients.
#include <vector>

#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/spatial.h"

namespace tensorflow {
namespace dml {
namespace {

enum class Result { kOutput, kInputGradient, kFilterGradient };

// Inputs: input, filter and, for gradients, out_backprop.
class Dilation {
 public:
  Dilation(OpKernelConstruction* c, Result result) : result_(result) {
    OP_REQUIRES_OK(
        c,
        Read(c, "strides",
             "Sliding window stride field must specify 4 dimensions",
             "Stride is only supported across spatial dimensions.", strides_));
    OP_REQUIRES_OK(
        c, Read(c, "rates",
                "Input stride (atrous rate) field must specify 4 dimensions",
                "Rate is only supported across spatial dimensions.", rates_));
    OP_REQUIRES_OK(c, c->GetAttr("padding", &padding_));
  }

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    const Tensor& filter = c->Input(1);
    int64_t pads[2];
    TensorShape shape;
    TF_RETURN_IF_ERROR(FindShape(input, filter, pads, &shape));
    if (result_ != Result::kOutput && c->Input(2).shape() != shape) {
      return errors::InvalidArgument("out_backprop has incompatible size.");
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(
        0,
        result_ == Result::kOutput
            ? shape
            : (result_ == Result::kInputGradient ? input : filter).shape(),
        &output));
    if (output->NumElements() == 0) return OkStatus();
    const dml_tensor x = Describe(input), taps = Describe(filter);
    const dml_tensor y = Describe(*output);
    if (result_ == Result::kOutput) {
      DML_RETURN_IF_FAILED(
          dml_dilation(c->device(), strides_, rates_, pads, &x, &taps, &y));
      return OkStatus();
    }
    const dml_tensor dy = Describe(c->Input(2));
    const auto gradient = result_ == Result::kInputGradient
                              ? dml_dilation_input_gradient
                              : dml_dilation_filter_gradient;
    DML_RETURN_IF_FAILED(
        gradient(c->device(), strides_, rates_, pads, &x, &taps, &dy, &y));
    return OkStatus();
  }

 private:
  static Status Read(OpKernelConstruction* c, const char* name,
                     const char* count_message, const char* space_message,
                     int64_t values[2]) {
    std::vector<int32> given;
    TF_RETURN_IF_ERROR(c->GetAttr(name, &given));
    if (given.size() != 4) return errors::InvalidArgument(count_message);
    if (given[0] != 1 || given[3] != 1) {
      return errors::Unimplemented(space_message);
    }
    for (int d = 0; d < 2; ++d) {
      if (given[1 + d] < 1) {
        return errors::InvalidArgument(name, " must be positive, not ",
                                       given[1 + d]);
      }
      values[d] = given[1 + d];
    }
    return OkStatus();
  }

  // The shape of the output, and what is padded before each dimension.
  Status FindShape(const Tensor& input, const Tensor& filter, int64_t pads[2],
                   TensorShape* shape) const {
    if (input.dims() != 4) {
      return errors::InvalidArgument("input must be 4-dimensional",
                                     input.shape().DebugString());
    }
    if (filter.dims() != 3) {
      return errors::InvalidArgument("filter must be 3-dimensional: ",
                                     filter.shape().DebugString());
    }
    if (input.dim_size(3) != filter.dim_size(2)) {
      return errors::InvalidArgument(
          "input and filter must have the same depth: ", input.dim_size(3),
          " vs ", filter.dim_size(2));
    }
    *shape = input.shape();
    for (int d = 0; d < 2; ++d) {
      Window window;
      window.size = (filter.dim_size(d) - 1) * rates_[d] + 1;
      window.stride = strides_[d];
      int64 size = 0;
      TF_RETURN_IF_ERROR(
          SlideWindow(input.dim_size(1 + d), padding_, &window, &size));
      pads[d] = window.pad_before;
      shape->set_dim(1 + d, size);
    }
    return OkStatus();
  }

  const Result result_;
  int64_t strides_[2], rates_[2];
  Padding padding_;
};

const Kernels kKernels({
    Row("Dilation2D")
        .Types("T", kFloatsAndDouble)
        .Make<Dilation>(Result::kOutput),
    Row("Dilation2DBackpropInput")
        .Types("T", kFloatsAndDouble)
        .Make<Dilation>(Result::kInputGradient),
    Row("Dilation2DBackpropFilter")
        .Types("T", kFloatsAndDouble)
        .Make<Dilation>(Result::kFilterGradient),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
