// Colors of images: RGBToHSV, HSVToRGB, AdjustHue, AdjustSaturation,
// AdjustContrast and AdjustContrastv2.
#include "tensorflow/core/kernels/dml/casts.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/views.h"

namespace tensorflow {
namespace dml {
namespace {

Status CheckImage(const Tensor& image) {
  if (image.dims() >= 3) return OkStatus();
  return errors::InvalidArgument("input must be at least 3-D, got shape",
                                 image.shape().DebugString());
}

Status CheckScalar(const Tensor& value, const char* name) {
  if (TensorShapeUtils::IsScalar(value.shape())) return OkStatus();
  return errors::InvalidArgument(
      name, " must be scalar: ", value.shape().DebugString());
}

// `amount` may be null.
Status ConvertColors(KernelContext* c, dml_color_op op, const Tensor& input,
                     const dml_tensor* amount, const Tensor& output) {
  const Dims sizes = {input.NumElements() / 3, 3};
  const dml_tensor x = Describe(input, sizes), y = Describe(output, sizes);
  DML_RETURN_IF_FAILED(dml_convert_colors(c->device(), op, &x, amount, &y));
  return OkStatus();
}

class Conversion {
 public:
  Conversion(OpKernelConstruction*, dml_color_op op) : op_(op) {}

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    if (input.dims() < 1) {
      return errors::InvalidArgument("input must be at least 1D",
                                     input.shape().DebugString());
    }
    const int64 channels = input.dim_size(input.dims() - 1);
    if (channels != 3) {
      return errors::FailedPrecondition(
          "input must have 3 channels but input only has ", channels,
          " channels.");
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->OutputOrForward({0}, 0, input.shape(), &output));
    return ConvertColors(c, op_, input, nullptr, *output);
  }

 private:
  const dml_color_op op_;
};

// Inputs: images, then by how much.
class Adjustment {
 public:
  Adjustment(OpKernelConstruction*, dml_color_op op) : op_(op) {}

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    TF_RETURN_IF_ERROR(CheckImage(input));
    TF_RETURN_IF_ERROR(
        CheckScalar(c->Input(1), op_ == DML_ADJUST_HUE ? "delta" : "scale"));
    const int64 channels = input.dim_size(input.dims() - 1);
    if (channels != 3) {
      return errors::InvalidArgument(
          "input must have 3 channels but instead has ", channels,
          " channels.");
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->OutputOrForward({0}, 0, input.shape(), &output));
    const dml_tensor amount = Describe(c->Input(1));
    return ConvertColors(c, op_, input, &amount, *output);
  }

 private:
  const dml_color_op op_;
};

// output = mean + factor * (images - mean), of the mean over each channel of
// each image. Inputs: images, contrast_factor; if `bounded` (the op of old
// graphs, which gives float32) also min_value and max_value, which the result
// is cut to.
class Contrast {
 public:
  Contrast(OpKernelConstruction*, bool bounded) : bounded_(bounded) {}

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    TF_RETURN_IF_ERROR(CheckImage(input));
    TF_RETURN_IF_ERROR(CheckScalar(c->Input(1), "contrast_factor"));
    if (bounded_) {
      TF_RETURN_IF_ERROR(CheckScalar(c->Input(2), "min_value"));
      TF_RETURN_IF_ERROR(CheckScalar(c->Input(3), "max_value"));
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, input.shape(), &output));
    if (output->NumElements() == 0) return OkStatus();
    Tensor images, factor;
    TF_RETURN_IF_ERROR(As(c, input, output->dtype(), &images));
    TF_RETURN_IF_ERROR(As(c, c->Input(1), output->dtype(), &factor));
    TF_RETURN_IF_ERROR(Adjust(c, images, factor, *output));
    if (!bounded_) return OkStatus();
    TF_RETURN_IF_ERROR(
        c->Elementwise(DML_MINIMUM, {output, &c->Input(3)}, *output));
    return c->Elementwise(DML_MAXIMUM, {output, &c->Input(2)}, *output);
  }

 private:
  static Status As(KernelContext* c, const Tensor& tensor, DataType dtype,
                   Tensor* result) {
    if (tensor.dtype() != dtype) {
      return CastToTemporary(c, tensor, dtype, result);
    }
    *result = tensor;
    return OkStatus();
  }

  static Status Adjust(KernelContext* c, const Tensor& images,
                       const Tensor& factor, const Tensor& output) {
    const int rank = images.dims();
    const int64 channels = images.dim_size(rank - 1);
    const int64 pixels = images.dim_size(rank - 3) * images.dim_size(rank - 2);
    const int64 batch = images.NumElements() / (pixels * channels);
    Tensor mean;
    TF_RETURN_IF_ERROR(
        c->Temporary(images.dtype(), TensorShape({batch, 1, channels}), &mean));
    const TensorShape shape({batch, pixels, channels});
    const Tensor x = Reshaped(images, shape);
    const dml_tensor from = Describe(x), to = Describe(mean);
    DML_RETURN_IF_FAILED(
        dml_reduce(c->device(), DML_REDUCE_MEAN, &from, &to, 1.0));
    return c->Elementwise(DML_INTERPOLATE, {&mean, &factor, &x},
                          Reshaped(output, shape));
  }

  const bool bounded_;
};

const TypeList kOldTypes = {DT_UINT8, DT_INT8,  DT_INT16,
                            DT_INT32, DT_FLOAT, DT_DOUBLE};

const Kernels kKernels({
    Row("RGBToHSV")
        .Types("T", {DT_FLOAT, DT_DOUBLE})
        .Make<Conversion>(DML_RGB_TO_HSV),
    Row("HSVToRGB")
        .Types("T", {DT_FLOAT, DT_DOUBLE})
        .Make<Conversion>(DML_HSV_TO_RGB),
    Row("AdjustHue").Types("T", kFloats).Make<Adjustment>(DML_ADJUST_HUE),
    Row("AdjustSaturation")
        .Types("T", kFloats)
        .Make<Adjustment>(DML_ADJUST_SATURATION),
    Row("AdjustContrastv2").Types("T", kFloats).Make<Contrast>(false),
    Row("AdjustContrast").Types("T", kOldTypes).Make<Contrast>(true),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
