// Places of TensorFlow's core know accelerators only by names such as "GPU".
// All are data that this process may rewrite. TensorFlow 1.15 has four; 2.x
// asks devices whether they are pluggable in the first two.
//
//   DEVICE_SYCL: the graph pass that inserts copies between host and device
//     memory (memory_types.cc) runs for GPU and SYCL only, and functions that
//     are not inlined depend on it. Nothing else in the stock build uses SYCL,
//     so the exported name becomes "DML".
//   GetDeviceContext: moves arguments of cross-device function calls, and
//     accepts GPU and TPU only. The entry for it in the global offset table of
//     the framework library points to a version that knows DML.
//   DeviceNameUtils: reads and lists device names; see gpu_names.h.
//   Optimizers of graphs: some work for GPUs only; see graph_rewrites.h.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_BASE_PATCHES_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_BASE_PATCHES_H_

#include "tensorflow/core/lib/core/status.h"

namespace tensorflow {
namespace dml {

// Checks what it is about to patch, then applies the patches; any may
// already be in place. FailedPrecondition names the patch that does not fit.
Status PatchBase();

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_BASE_PATCHES_H_
