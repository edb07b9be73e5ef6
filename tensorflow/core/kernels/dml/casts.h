// Conversions inside of kernels.
#ifndef TENSORFLOW_CORE_KERNELS_DML_CASTS_H_
#define TENSORFLOW_CORE_KERNELS_DML_CASTS_H_

#include "tensorflow/core/kernels/dml/kernel.h"

namespace tensorflow {
namespace dml {

// Converts between any two types that the device holds, of which one may be
// bfloat16, as tf.cast does; same element count. `truncate`: to a float type of
// fewer bits by dropping them, not by rounding.
Status EnqueueCast(KernelContext* c, const Tensor& input, const Tensor& output,
                   bool truncate = false);

// `input` as `dtype`, in memory for this call.
Status CastToTemporary(KernelContext* c, const Tensor& input, DataType dtype,
                       Tensor* result);

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_KERNELS_DML_CASTS_H_
