// CropAndResize and its gradients. An image that a box names but that is not
// there is an error, which only the device can find: see read_back.h.
#include "tensorflow/core/kernels/dml/read_back.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/zeros.h"

namespace tensorflow {
namespace dml {
namespace {

class CropBase {
 public:
  explicit CropBase(OpKernelConstruction* c) {
    string method;
    OP_REQUIRES_OK(c, c->GetAttr("method", &method));
    OP_REQUIRES(c, method == "bilinear" || method == "nearest",
                errors::InvalidArgument(
                    "method must be 'bilinear' or 'nearest'", method));
    mode_ = method == "nearest" ? DML_RESIZE_NEAREST : DML_RESIZE_LINEAR;
  }

 protected:
  // readings->value: the lowest and the highest index.
  static Status MeasureBoxes(KernelContext* c, const Tensor& boxes,
                             const Tensor& box_index, Readings* readings) {
    readings->value = Tensor(DT_INT32, TensorShape({0}));
    if (boxes.NumElements() == 0 && box_index.NumElements() == 0) {
      return OkStatus();
    }
    if (boxes.dims() != 2) {
      return errors::InvalidArgument("boxes must be 2-D",
                                     boxes.shape().DebugString());
    }
    if (boxes.dim_size(1) != 4) {
      return errors::InvalidArgument("boxes must have 4 columns");
    }
    if (box_index.dims() != 1) {
      return errors::InvalidArgument("box_index must be 1-D",
                                     box_index.shape().DebugString());
    }
    if (box_index.dim_size(0) != boxes.dim_size(0)) {
      return errors::InvalidArgument("box_index has incompatible shape");
    }
    TF_RETURN_IF_ERROR(
        c->Temporary(DT_INT32, TensorShape({2}), &readings->value));
    const dml_tensor from = Describe(box_index);
    dml_tensor to = Describe(readings->value, {1});
    for (const dml_reduce_op op : {DML_REDUCE_MIN, DML_REDUCE_MAX}) {
      DML_RETURN_IF_FAILED(dml_reduce(c->device(), op, &from, &to, 1.0));
      to.data += sizeof(int32);
    }
    return OkStatus();
  }

  static Status CheckBoxes(const Tensor& range, int64 images) {
    if (range.NumElements() == 0) return OkStatus();
    const auto values = range.flat<int32>();
    if (values(0) >= 0 && values(1) < images) return OkStatus();
    return errors::OutOfRange("box_index has values outside [0, batch_size)");
  }

  // Two or four sizes in host memory, such as crop_size.
  static Status ReadSizes(KernelContext* c, int input, const char* name,
                          size_t count, const char* count_name, Dims* sizes) {
    if (c->Input(input).dims() != 1) {
      return errors::InvalidArgument(name, " must be 1-D",
                                     c->Input(input).shape().DebugString());
    }
    TF_RETURN_IF_ERROR(c->HostIntegers(input, sizes));
    if (sizes->size() != count) {
      return errors::InvalidArgument(name, " must have ", count_name,
                                     " elements",
                                     c->Input(input).shape().DebugString());
    }
    return OkStatus();
  }

  static Status CheckImage(const TensorShape& image) {
    if (image.dims() != 4) {
      return errors::InvalidArgument("input image must be 4-D",
                                     image.DebugString());
    }
    if (image.dim_size(1) <= 0 || image.dim_size(2) <= 0) {
      return errors::InvalidArgument("image dimensions must be positive");
    }
    return OkStatus();
  }

  static Status CheckGradients(const TensorShape& gradients,
                               const TensorShape& boxes) {
    if (gradients.dims() != 4) {
      return errors::InvalidArgument("grads image must be 4-D",
                                     gradients.DebugString());
    }
    if (gradients.dim_size(1) <= 0 || gradients.dim_size(2) <= 0) {
      return errors::InvalidArgument("grads dimensions must be positive");
    }
    if (boxes.dims() > 0 && gradients.dim_size(0) != boxes.dim_size(0)) {
      return errors::InvalidArgument("boxes and grads have incompatible shape");
    }
    return OkStatus();
  }

  dml_resize_mode mode_;
};

// Inputs: image, boxes, box_index, crop_size (host).
class CropAndResize : CropBase {
 public:
  explicit CropAndResize(OpKernelConstruction* c) : CropBase(c) {
    OP_REQUIRES_OK(c, c->GetAttr("extrapolation_value", &outside_));
  }

  Status Measure(KernelContext* c, Readings* readings) {
    TF_RETURN_IF_ERROR(CheckImage(c->Input(0).shape()));
    TF_RETURN_IF_ERROR(MeasureBoxes(c, c->Input(1), c->Input(2), readings));
    Dims crop;
    TF_RETURN_IF_ERROR(ReadSizes(c, 3, "crop_size", 2, "two", &crop));
    if (crop[0] <= 0 || crop[1] <= 0) {
      return errors::InvalidArgument("crop dimensions must be positive");
    }
    return OkStatus();
  }

  Status Finish(KernelContext* c, const Tensor& value, const Readings&) {
    const Tensor& image = c->Input(0);
    TF_RETURN_IF_ERROR(CheckBoxes(value, image.dim_size(0)));
    Dims crop;
    TF_RETURN_IF_ERROR(c->HostIntegers(3, &crop));
    const int64 count = c->Input(2).NumElements();
    TensorShape shape;
    TF_RETURN_IF_ERROR(TensorShapeUtils::MakeShape(
        Dims{count, crop[0], crop[1], image.dim_size(3)}, &shape));
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    if (output->NumElements() == 0) return OkStatus();
    const dml_tensor x = Describe(image), boxes = Describe(c->Input(1));
    const dml_tensor index = Describe(c->Input(2)), y = Describe(*output);
    DML_RETURN_IF_FAILED(dml_crop_and_resize(c->device(), mode_, &x, &boxes,
                                             &index, outside_, &y));
    return OkStatus();
  }

 private:
  float outside_ = 0;
};

// Inputs: grads, boxes, box_index, image_size (host).
class ImageGradient : CropBase {
 public:
  explicit ImageGradient(OpKernelConstruction* c) : CropBase(c) {}

  Status Measure(KernelContext* c, Readings* readings) {
    const TensorShape& gradients = c->Input(0).shape();
    TF_RETURN_IF_ERROR(CheckGradients(gradients, c->Input(1).shape()));
    TF_RETURN_IF_ERROR(MeasureBoxes(c, c->Input(1), c->Input(2), readings));
    Dims size;
    TF_RETURN_IF_ERROR(ReadSizes(c, 3, "image_size", 4, "4", &size));
    if (size[1] <= 0 || size[2] <= 0) {
      return errors::InvalidArgument("image dimensions must be positive");
    }
    if (gradients.dim_size(3) != size[3]) {
      return errors::InvalidArgument("image_size and grads are incompatible");
    }
    return OkStatus();
  }

  Status Finish(KernelContext* c, const Tensor& value, const Readings&) {
    Dims size;
    TF_RETURN_IF_ERROR(c->HostIntegers(3, &size));
    TF_RETURN_IF_ERROR(CheckBoxes(value, size[0]));
    TensorShape shape;
    TF_RETURN_IF_ERROR(
        TensorShapeUtils::MakeShape(size.data(), size.size(), &shape));
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    if (output->NumElements() == 0) return OkStatus();
    if (c->Input(0).NumElements() == 0) return FillZero(c, *output);
    const dml_tensor dy = Describe(c->Input(0)), boxes = Describe(c->Input(1));
    const dml_tensor index = Describe(c->Input(2)), dx = Describe(*output);
    DML_RETURN_IF_FAILED(dml_crop_and_resize_image_gradient(
        c->device(), mode_, &dy, &boxes, &index, &dx));
    return OkStatus();
  }
};

// Inputs: grads, image, boxes, box_index.
class BoxesGradient : CropBase {
 public:
  explicit BoxesGradient(OpKernelConstruction* c) : CropBase(c) {
    OP_REQUIRES(c, mode_ == DML_RESIZE_LINEAR,
                errors::InvalidArgument("method must be 'bilinear'"));
  }

  Status Measure(KernelContext* c, Readings* readings) {
    const TensorShape& gradients = c->Input(0).shape();
    const TensorShape& image = c->Input(1).shape();
    TF_RETURN_IF_ERROR(CheckImage(image));
    TF_RETURN_IF_ERROR(CheckGradients(gradients, c->Input(2).shape()));
    if (gradients.dim_size(3) != image.dim_size(3)) {
      return errors::InvalidArgument("image, grads depth differ");
    }
    return MeasureBoxes(c, c->Input(2), c->Input(3), readings);
  }

  Status Finish(KernelContext* c, const Tensor& value, const Readings&) {
    TF_RETURN_IF_ERROR(CheckBoxes(value, c->Input(1).dim_size(0)));
    const int64 count = c->Input(3).NumElements();
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, TensorShape({count, 4}), &output));
    if (count == 0) return OkStatus();
    const dml_tensor dy = Describe(c->Input(0)), x = Describe(c->Input(1));
    const dml_tensor boxes = Describe(c->Input(2));
    const dml_tensor index = Describe(c->Input(3)), y = Describe(*output);
    DML_RETURN_IF_FAILED(dml_crop_and_resize_boxes_gradient(
        c->device(), &dy, &x, &boxes, &index, &y));
    return OkStatus();
  }
};

const Kernels kKernels({
    Row("CropAndResize")
        .Types("T", kFloatsAndDouble)
        .Host({"crop_size"})
        .MakeKernel<ReadBackKernel<CropAndResize>>(),
    Row("CropAndResizeGradImage")
        .Types("T", kFloatsAndDouble)
        .Host({"image_size"})
        .MakeKernel<ReadBackKernel<ImageGradient>>(),
    Row("CropAndResizeGradBoxes")
        .Types("T", kFloatsAndDouble)
        .MakeKernel<ReadBackKernel<BoxesGradient>>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
