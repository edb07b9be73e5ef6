#include "tensorflow/core/kernels/dml/spatial.h"

namespace tensorflow {
namespace dml {

Status SlideWindow(int64 input_size, Padding padding, Window* window,
                   int64* output_size) {
  return WindowedOutputSize(input_size, window->size, window->dilation,
                            window->stride, padding, output_size,
                            &window->pad_before, &window->pad_after);
}

Status ReadFormat(OpKernelConstruction* c, TensorFormat* format) {
  *format = FORMAT_NHWC;
  string name;
  if (TryGetNodeAttr(c->def(), "data_format", &name) &&
      !FormatFromString(name, format)) {
    return errors::InvalidArgument("Invalid data format");
  }
  if (*format != FORMAT_NHWC && *format != FORMAT_NCHW) {
    return errors::InvalidArgument(
        "The DML device takes data formats NHWC and NCHW only, not ", name);
  }
  return OkStatus();
}

dml_tensor DescribeChannelsFirst(const Tensor& tensor, TensorFormat format) {
  const int spatial_rank = tensor.dims() - 2;
  gtl::InlinedVector<int, 8> permutation = {BatchDim(spatial_rank, format),
                                            ChannelDim(spatial_rank, format)};
  for (int i = 0; i < spatial_rank; ++i) {
    permutation.push_back(SpatialDim(spatial_rank, format, i));
  }
  return Permute(Describe(tensor), permutation);
}

TensorShape SpatialShape(TensorFormat format, int64 batch, int64 channels,
                         gtl::ArraySlice<int64> spatial) {
  const int spatial_rank = spatial.size();
  Dims sizes(spatial_rank + 2);
  sizes[BatchDim(spatial_rank, format)] = batch;
  sizes[ChannelDim(spatial_rank, format)] = channels;
  for (int i = 0; i < spatial_rank; ++i) {
    sizes[SpatialDim(spatial_rank, format, i)] = spatial[i];
  }
  return TensorShape(sizes);
}

}  // namespace dml
}  // namespace tensorflow
