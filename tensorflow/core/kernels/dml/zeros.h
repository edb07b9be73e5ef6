// Zeros, which many kernels begin or end with.
#ifndef TENSORFLOW_CORE_KERNELS_DML_ZEROS_H_
#define TENSORFLOW_CORE_KERNELS_DML_ZEROS_H_

#include "tensorflow/core/kernels/dml/kernel.h"

namespace tensorflow {
namespace dml {

// Sets every element of a device tensor to zero (or false), whatever its type.
Status FillZero(KernelContext* c, const Tensor& tensor);

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_KERNELS_DML_ZEROS_H_
