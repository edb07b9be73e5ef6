// ExtractImagePatches and ExtractVolumePatches.
#include <vector>

#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/spatial.h"

namespace tensorflow {
namespace dml {
namespace {

// The input is [batch, spatial..., channels]; each output element along the
// channels is one of a window.
class ExtractPatches {
 public:
  ExtractPatches(OpKernelConstruction* c, int spatial_rank)
      : spatial_rank_(spatial_rank) {
    OP_REQUIRES_OK(c, Read(c, "ksizes", &sizes_));
    OP_REQUIRES_OK(c, Read(c, "strides", &strides_));
    rates_.assign(spatial_rank + 2, 1);
    if (c->HasAttr("rates")) OP_REQUIRES_OK(c, Read(c, "rates", &rates_));
    OP_REQUIRES_OK(c, c->GetAttr("padding", &padding_));
  }

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    if (input.dims() != spatial_rank_ + 2) {
      return errors::InvalidArgument("input must be ", spatial_rank_ + 2,
                                     "-dimensional",
                                     input.shape().DebugString());
    }
    const int64 batch = input.dim_size(0);
    const int64 channels = input.dim_size(spatial_rank_ + 1);
    Dims spatial, windows;
    int64_t strides[3] = {1, 1, 1}, dilations[3] = {1, 1, 1}, pads[3] = {};
    TensorShape shape({batch});
    int64 depth = channels;
    for (int d = 0; d < 3; ++d) {
      const int dim = d - (3 - spatial_rank_) + 1;  // of the input
      if (dim < 1) {
        spatial.push_back(1);
        windows.push_back(1);
        continue;
      }
      Window window;
      window.size = (sizes_[dim] - 1) * rates_[dim] + 1;
      window.stride = strides_[dim];
      int64 size = 0;
      TF_RETURN_IF_ERROR(
          SlideWindow(input.dim_size(dim), padding_, &window, &size));
      strides[d] = strides_[dim];
      dilations[d] = rates_[dim];
      pads[d] = window.pad_before;
      spatial.push_back(input.dim_size(dim));
      windows.push_back(sizes_[dim]);
      depth *= sizes_[dim];
      shape.AddDim(size);
    }
    shape.AddDim(depth);
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    if (output->NumElements() == 0) return OkStatus();
    const dml_tensor x =
        Describe(input, {batch, spatial[0], spatial[1], spatial[2], channels});
    Dims sizes = {batch, 1, 1, 1, windows[0], windows[1], windows[2], channels};
    for (int d = 0; d < spatial_rank_; ++d) {
      sizes[4 - spatial_rank_ + d] = shape.dim_size(1 + d);
    }
    const dml_tensor y = Describe(*output, sizes);
    DML_RETURN_IF_FAILED(
        dml_extract_patches(c->device(), strides, dilations, pads, &x, &y));
    return OkStatus();
  }

 private:
  Status Read(OpKernelConstruction* c, const char* name,
              std::vector<int32>* values) const {
    values->clear();  // GetAttr appends
    TF_RETURN_IF_ERROR(c->GetAttr(name, values));
    if (static_cast<int>(values->size()) != spatial_rank_ + 2) {
      return errors::InvalidArgument(name, " must have ", spatial_rank_ + 2,
                                     " elements, not ", values->size());
    }
    if (values->front() != 1 || values->back() != 1) {
      return errors::Unimplemented("Only support ", name, " across space.");
    }
    for (const int32 value : *values) {
      if (value < 1) return errors::OutOfRange(name, " is out of range.");
    }
    return OkStatus();
  }

  const int spatial_rank_;
  std::vector<int32> sizes_, strides_, rates_;
  Padding padding_;
};

// Elements are only moved, so that any type will do.
const Kernels kKernels({
    Row("ExtractImagePatches")
        .Types("T", kAllDeviceTypes)
        .Make<ExtractPatches>(2),
    Row("ExtractVolumePatches")
        .Types("T", kAllDeviceTypes)
        .Make<ExtractPatches>(3),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
