// SparseMemory: a buffer's memory in several allocations of the driver, for
// buffers larger than it makes at once.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_SPARSE_MEMORY_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_SPARSE_MEMORY_H_

#include <cstdint>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/allocation.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/device.h"

namespace dml {
namespace hal {
namespace vulkan {

// Thread-compatible.
class SparseMemory {
 public:
  explicit SparseMemory(VulkanDevice* device) : device_(device) {}
  SparseMemory(const SparseMemory&) = delete;
  SparseMemory& operator=(const SparseMemory&) = delete;

  // Allocates for tensors what a buffer made with
  // VK_BUFFER_CREATE_SPARSE_BINDING_BIT needs, and binds all of it; returns
  // when the device is done with that. Once. After a failure, too, Free() is
  // called, behind the buffer's destruction.
  Status Bind(VkBuffer buffer);
  // Whoever calls holds VulkanDevice::Use().
  void Free();

 private:
  struct Piece {
    Allocation memory;
    uint64_t offset;
    uint64_t bytes;
  };
  Status BindPieces(VkBuffer buffer);

  VulkanDevice* const device_;
  std::vector<Piece> pieces_;
};

}  // namespace vulkan
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_SPARSE_MEMORY_H_
