// Zeros, which many kernels begin or end with, and other constants.
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

// A float32 scalar on the device: made once, since filling one costs a launch
// each time. The kernel holds it, so that none of those who are handed it write
// in place. Thread-safe.
class KeptScalar {
 public:
  explicit KeptScalar(float value) : value_(value) {}
  Status Get(KernelContext* c, Tensor* scalar);

 private:
  const float value_;
  mutex mu_;
  bool made_ TF_GUARDED_BY(mu_) = false;
  Tensor scalar_ TF_GUARDED_BY(mu_);
};

// The 0 of outputs that ops have and nobody reads.
class KeptZero : public KeptScalar {
 public:
  KeptZero() : KeptScalar(0.0f) {}
};

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_KERNELS_DML_ZEROS_H_
