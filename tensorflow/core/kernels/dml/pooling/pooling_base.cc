#include "tensorflow/core/kernels/dml/pooling/pooling_base.h"

#include "tensorflow/core/util/env_var.h"

namespace tensorflow {
namespace dml {

Pooling::Pooling(OpKernelConstruction* c, int spatial_rank)
    : spatial_rank_(spatial_rank) {
  OP_REQUIRES_OK(c, Init(c));
}

Status Pooling::GetGeometry(KernelContext* c, const TensorShape& input,
                            int window_input,
                            dml_pooling_attributes* attributes,
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
  *output =
      SpatialShape(format_, input.dim_size(BatchDim(spatial_rank_, format_)),
                   input.dim_size(ChannelDim(spatial_rank_, format_)), spatial);
  return OkStatus();
}

Status Pooling::CheckShape(const char* name, const TensorShape& shape,
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

Status Pooling::Init(OpKernelConstruction* c) {
  TF_RETURN_IF_ERROR(ReadFormat(c, &format_));
  TF_RETURN_IF_ERROR(c->GetAttr("padding", &padding_));
  TF_RETURN_IF_ERROR(
      ReadBoolFromEnvVar("TF_ENABLE_MAXPOOL_NANPROP", false, &propagate_nan_));
  if (!c->HasAttr("ksize")) return OkStatus();
  std::vector<int32> sizes, strides;
  TF_RETURN_IF_ERROR(c->GetAttr("ksize", &sizes));
  TF_RETURN_IF_ERROR(c->GetAttr("strides", &strides));
  sizes_.assign(sizes.begin(), sizes.end());
  strides_.assign(strides.begin(), strides.end());
  return CheckWindow(sizes_, strides_);
}

Status Pooling::CheckWindow(const Dims& sizes, const Dims& strides) const {
  if (static_cast<int>(sizes.size()) != rank()) {
    return errors::InvalidArgument("Sliding window ksize field must specify ",
                                   rank(), " dimensions");
  }
  if (static_cast<int>(strides.size()) != rank()) {
    return errors::InvalidArgument("Sliding window strides field must specify ",
                                   rank(), " dimensions");
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

}  // namespace dml
}  // namespace tensorflow
