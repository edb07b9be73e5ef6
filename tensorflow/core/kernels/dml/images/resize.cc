// ResizeBilinear and ResizeNearestNeighbor of [batch, height, width, channels],
// and their gradients; ResizeArea, which has none.
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/spatial.h"

namespace tensorflow {
namespace dml {
namespace {

class ResizeShapes {
 protected:
  static Status CheckImages(const Tensor& images, const char* name) {
    if (images.dims() == 4) return OkStatus();
    return errors::InvalidArgument(name, " must be 4-dimensional, not ",
                                   images.shape().DebugString());
  }

  // Input 1: height and width, in host memory.
  static Status ReadSize(KernelContext* c, int64* height, int64* width) {
    const Tensor& size = c->Input(1);
    if (size.dims() != 1 || size.NumElements() != 2) {
      return errors::InvalidArgument(
          "size must be a vector of two elements, not ",
          size.shape().DebugString());
    }
    *height = size.flat<int32>()(0);
    *width = size.flat<int32>()(1);
    if (*height > 0 && *width > 0) return OkStatus();
    return errors::InvalidArgument("output dimensions must be positive, not ",
                                   *height, " x ", *width);
  }

  // The output for `images`.
  static Status MakeOutput(KernelContext* c, const Tensor& images,
                           Tensor** output) {
    TF_RETURN_IF_ERROR(CheckImages(images, "input"));
    int64 height, width;
    TF_RETURN_IF_ERROR(ReadSize(c, &height, &width));
    if (images.dim_size(1) == 0 || images.dim_size(2) == 0 ||
        images.dim_size(3) == 0) {
      return errors::InvalidArgument(
          "input image must be of non-zero size and have channels, not ",
          images.shape().DebugString());
    }
    return c->Output(0, {images.dim_size(0), height, width, images.dim_size(3)},
                     output);
  }
};

class ResizeBase : protected ResizeShapes {
 protected:
  ResizeBase(OpKernelConstruction* c, dml_resize_mode mode) : mode_(mode) {
    bool align_corners, half_pixel_centers;
    OP_REQUIRES_OK(c, c->GetAttr("align_corners", &align_corners));
    OP_REQUIRES_OK(c, c->GetAttr("half_pixel_centers", &half_pixel_centers));
    OP_REQUIRES(c, !align_corners || !half_pixel_centers,
                errors::InvalidArgument("If half_pixel_centers is True, "
                                        "align_corners must be False."));
    coordinates_ = align_corners        ? DML_RESIZE_ALIGN_CORNERS
                   : half_pixel_centers ? DML_RESIZE_HALF_PIXEL
                                        : DML_RESIZE_LEGACY;
  }

  const dml_resize_mode mode_;
  dml_resize_coordinates coordinates_;
};

class Resize : ResizeBase {
 public:
  Resize(OpKernelConstruction* c, dml_resize_mode mode) : ResizeBase(c, mode) {}

  Status Compute(KernelContext* c) {
    const Tensor& images = c->Input(0);
    Tensor* output;
    TF_RETURN_IF_ERROR(MakeOutput(c, images, &output));
    if (output->NumElements() == 0) return OkStatus();
    const dml_tensor x = DescribeChannelsFirst(images, FORMAT_NHWC);
    const dml_tensor y = DescribeChannelsFirst(*output, FORMAT_NHWC);
    DML_RETURN_IF_FAILED(dml_resize(c->device(), mode_, coordinates_, &x, &y));
    return OkStatus();
  }
};

class ResizeArea : ResizeShapes {
 public:
  explicit ResizeArea(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("align_corners", &align_corners_));
  }

  Status Compute(KernelContext* c) {
    const Tensor& images = c->Input(0);
    Tensor* output;
    TF_RETURN_IF_ERROR(MakeOutput(c, images, &output));
    if (output->NumElements() == 0) return OkStatus();
    const dml_tensor x = Describe(images), y = Describe(*output);
    DML_RETURN_IF_FAILED(dml_resize_area(c->device(), align_corners_, &x, &y));
    return OkStatus();
  }

 private:
  bool align_corners_;
};

// Inputs: the gradient of the resized images; what tells the size of the
// images, either they themselves or their height and width.
class ResizeGradient : ResizeBase {
 public:
  ResizeGradient(OpKernelConstruction* c, dml_resize_mode mode)
      : ResizeBase(c, mode) {}

  Status Compute(KernelContext* c) {
    const Tensor& gradient = c->Input(0);
    TF_RETURN_IF_ERROR(CheckImages(gradient, "grads"));
    int64 height, width;
    if (mode_ == DML_RESIZE_LINEAR) {
      const Tensor& images = c->Input(1);
      TF_RETURN_IF_ERROR(CheckImages(images, "original_image"));
      height = images.dim_size(1);
      width = images.dim_size(2);
    } else {
      TF_RETURN_IF_ERROR(ReadSize(c, &height, &width));
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(
        0, {gradient.dim_size(0), height, width, gradient.dim_size(3)},
        &output));
    if (output->NumElements() == 0) return OkStatus();
    const dml_tensor dy = DescribeChannelsFirst(gradient, FORMAT_NHWC);
    const dml_tensor dx = DescribeChannelsFirst(*output, FORMAT_NHWC);
    DML_RETURN_IF_FAILED(
        dml_resize_gradient(c->device(), mode_, coordinates_, &dy, &dx));
    return OkStatus();
  }
};

const Kernels kKernels({
    Row("ResizeArea")
        .Types("T", {DT_FLOAT, DT_HALF, DT_DOUBLE, DT_INT8, DT_INT16, DT_INT32,
                     DT_INT64, DT_UINT8, DT_UINT16})
        .Host({"size"})
        .Make<ResizeArea>(),
    Row("ResizeBilinear")
        .Types("T", kFloatsAndDouble)
        .Host({"size"})
        .Make<Resize>(DML_RESIZE_LINEAR),
    Row("ResizeBilinearGrad")
        .Types("T", kFloatsAndDouble)
        .Make<ResizeGradient>(DML_RESIZE_LINEAR),
    Row("ResizeNearestNeighbor")
        .Types("T", kFloatsAndDouble)
        .Host({"size"})
        .Make<Resize>(DML_RESIZE_NEAREST),
    Row("ResizeNearestNeighborGrad")
        .Types("T", kFloatsAndDouble)
        .Host({"size"})
        .Make<ResizeGradient>(DML_RESIZE_NEAREST),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
