// Kernels of collective ops, which exchange tensors between the devices of a
// group, of one process or of many. TensorFlow's own rings and trees do that,
// by copies that any device has; what there is of it depends on its generation
// (see base_compat.h).
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_BASE_COLLECTIVES_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_BASE_COLLECTIVES_H_

#include <vector>

#include "tensorflow/core/framework/op_kernel.h"

namespace tensorflow {
namespace dml {

struct CollectiveKernel {
  const char* op;
  OpKernel* (*make)(OpKernelConstruction*);
};

// All arguments live in device memory. TensorFlow reduces float32, float64 and
// int64 on devices, and passes int32 on, too.
std::vector<CollectiveKernel> CollectiveKernels();

// Whether devices allocate what Grappler lays out in one buffer, for one
// collective to take (DeviceBase::GetScopedAllocator).
bool HasScopedAllocators();

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_BASE_COLLECTIVES_H_
