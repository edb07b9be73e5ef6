// What the kernels of pooling share: a window's attributes and shapes.
#ifndef TENSORFLOW_CORE_KERNELS_DML_POOLING_POOLING_BASE_H_
#define TENSORFLOW_CORE_KERNELS_DML_POOLING_POOLING_BASE_H_

#include "tensorflow/core/kernels/dml/kernel.h"
#include "tensorflow/core/kernels/dml/spatial.h"

namespace tensorflow {
namespace dml {

class Pooling {
 protected:
  Pooling(OpKernelConstruction* c, int spatial_rank);

  // The window's attributes over `input`, and the shape of what comes out. The
  // V2 ops bring window and strides as inputs `window_input` and the next one.
  Status GetGeometry(KernelContext* c, const TensorShape& input,
                     int window_input, dml_pooling_attributes* attributes,
                     TensorShape* output) const;

  dml_tensor DescribeData(const Tensor& tensor) const {
    return DescribeChannelsFirst(tensor, format_);
  }

  // InvalidArgument, naming `name`, unless the shapes are equal.
  static Status CheckShape(const char* name, const TensorShape& shape,
                           const TensorShape& expected);

  int rank() const { return spatial_rank_ + 2; }

 private:
  Status Init(OpKernelConstruction* c);
  Status CheckWindow(const Dims& sizes, const Dims& strides) const;

  const int spatial_rank_;
  TensorFormat format_;
  Padding padding_;
  bool propagate_nan_ = false;  // as TensorFlow asks of cuDNN
  Dims sizes_, strides_;
};

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_KERNELS_DML_POOLING_POOLING_BASE_H_
