// What the device cannot compute: the op's CPU kernel runs on copies.
//
// TensorFlow chooses kernels by device type, and all adapters share one, so a
// kernel for float64 is there on every adapter. Where the adapter cannot
// compute in float64, the node's kernel copies its inputs and variables to the
// host, runs the CPU kernel, and copies the results back: slow, but right. It
// waits for the device to copy. The log says so once for each op.
#ifndef TENSORFLOW_CORE_KERNELS_DML_HOST_FALLBACK_H_
#define TENSORFLOW_CORE_KERNELS_DML_HOST_FALLBACK_H_

#include "tensorflow/core/framework/op_kernel.h"

namespace tensorflow {
namespace dml {

// Whether the node has float64 arguments and its adapter lacks float64.
bool LacksFloat64(OpKernelConstruction* c);

// Whether the node's adapter computes on the host's processor.
bool OnSoftwareAdapter(OpKernelConstruction* c);

// For ops whose CPU kernel is synchronous; else a failed construction, and
// null. Inputs of type resource must be variables; a ref output is input 0.
OpKernel* CreateHostFallback(OpKernelConstruction* c);

// Logs that `op` runs on the CPU, and the `cause`: once a process for each op.
void TellOfHost(const string& op, const string& cause);

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_KERNELS_DML_HOST_FALLBACK_H_
