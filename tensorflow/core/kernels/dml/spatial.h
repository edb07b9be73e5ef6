// What convolution and pooling share: attributes by dimension, windows with
// their padding, and the runtime's logical order [batch, channels, spatial...].
#ifndef TENSORFLOW_CORE_KERNELS_DML_SPATIAL_H_
#define TENSORFLOW_CORE_KERNELS_DML_SPATIAL_H_

#include <vector>

#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/kernels/dml/kernel.h"
#include "tensorflow/core/util/padding.h"
#include "tensorflow/core/util/tensor_format.h"

namespace tensorflow {
namespace dml {

// One spatial dimension of a sliding window.
struct Window {
  int64 size = 1;
  int64 stride = 1;
  int64 dilation = 1;
  // In: the padding of Padding::EXPLICIT. Out: that of any kind.
  int64 pad_before = 0;
  int64 pad_after = 0;
};

// The output's size over `input_size` elements; sets the window's padding.
Status SlideWindow(int64 input_size, Padding padding, Window* window,
                   int64* output_size);

// Reads the op's data_format, NHWC where it has none.
Status ReadFormat(OpKernelConstruction* c, TensorFormat* format);

// A tensor of rank `spatial_rank` + 2 in the order [batch, channels,
// spatial...], by strides.
dml_tensor DescribeChannelsFirst(const Tensor& tensor, TensorFormat format);

// The indices of a tensor's dimensions, rank `spatial_rank` + 2.
inline int BatchDim(int spatial_rank, TensorFormat format) {
  return GetTensorBatchDimIndex(spatial_rank + 2, format);
}
inline int ChannelDim(int spatial_rank, TensorFormat format) {
  return GetTensorFeatureDimIndex(spatial_rank + 2, format);
}
inline int SpatialDim(int spatial_rank, TensorFormat format, int spatial) {
  return GetTensorSpatialDimIndex(spatial_rank + 2, format, spatial);
}

// A shape in `format`.
TensorShape SpatialShape(TensorFormat format, int64 batch, int64 channels,
                         gtl::ArraySlice<int64> spatial);

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_KERNELS_DML_SPATIAL_H_
