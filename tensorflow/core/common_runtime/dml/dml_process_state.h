// What all sessions of the process share: a runtime device and memory pool for
// each adapter and virtual device. TensorFlow makes new Device objects for each
// session; their tensors may outlive them.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_DML_PROCESS_STATE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_DML_PROCESS_STATE_H_

#include <vector>

#include "tensorflow/core/common_runtime/dml/dml_allocator.h"
#include "tensorflow/core/common_runtime/dml/dml_device_context.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_runtime.h"
#include "tensorflow/core/lib/core/status.h"

namespace tensorflow {
namespace dml {

struct SharedDevice {
  dml_device* device;
  DmlAllocator* allocator;
  DmlDeviceContext* context;
  uint64 memory_limit;
};

// The shared device of virtual device `virtual_index` of an adapter. The
// memory options of its first caller hold for the process; others are warned.
// After the device was lost, the next caller gets a fresh one. What is handed
// out is never destroyed. Thread-safe.
Status GetSharedDevice(uint32_t adapter, int virtual_index,
                       const dml_pool_options& options, SharedDevice* shared);

// The runtime devices behind them that are not lost, each once. Thread-safe.
std::vector<dml_device*> OpenDevices();

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_DML_PROCESS_STATE_H_
