// Allocation: memory of the driver's, for buffers that programs address.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_ALLOCATION_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_ALLOCATION_H_

#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/device.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/memory_types.h"

namespace dml {
namespace hal {
namespace vulkan {

struct Allocation {
  VkDeviceMemory memory = VK_NULL_HANDLE;
  uint32_t type = 0;          // of memory
  uint64_t device_bytes = 0;  // what it takes of the device's memory
};

// Allocates memory of one of `type_bits` that serves `use`: where its budget
// has room first, since what is beyond a driver may move to where the device is
// slow; parameters only there. kUnimplemented when no type is for that use,
// kOutOfMemory when none has room. Whoever calls holds VulkanDevice::Use(), for
// both functions.
Status Allocate(VulkanDevice* device, MemoryUse use, uint32_t type_bits,
                uint64_t bytes, Allocation* made);
// Also of one that was not made.
void Free(VulkanDevice* device, Allocation* made);

}  // namespace vulkan
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_ALLOCATION_H_
