// Zeros, which many kernels begin or end with.
#ifndef TENSORFLOW_CORE_KERNELS_DML_ZEROS_H_
#define TENSORFLOW_CORE_KERNELS_DML_ZEROS_H_

#include "tensorflow/core/common_runtime/dml/base_compat.h"
#include "tensorflow/core/kernels/dml/kernel.h"
#include "tensorflow/core/platform/mutex.h"
#include "tensorflow/core/platform/thread_annotations.h"

namespace tensorflow {
namespace dml {

// Sets every element of a device tensor to zero (or false), whatever its type.
Status FillZero(KernelContext* c, const Tensor& tensor);

// A float32 scalar of 0 for outputs that ops have and nobody reads: made once,
// since filling one costs a launch each time. The kernel holds it, so that none
// of those who are handed it write in place. Thread-safe.
class KeptZero {
 public:
  Status Get(KernelContext* c, Tensor* zero);

 private:
  mutex mu_;
  bool made_ TF_GUARDED_BY(mu_) = false;
  Tensor zero_ TF_GUARDED_BY(mu_);
};

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_KERNELS_DML_ZEROS_H_
