// VulkanHeap: one driver allocation with one buffer over all of it; or several
// allocations, where the heap is larger than what the driver makes at once.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_HEAP_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_HEAP_H_

#include <memory>

#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/allocation.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/device.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/sparse_memory.h"

namespace dml {
namespace hal {
namespace vulkan {

class VulkanHeap final : public Heap {
 public:
  // kUnimplemented when the adapter has no memory for this use; never so for
  // those that are HeapKinds.
  static Status Create(VulkanDevice* device, MemoryUse use, uint64_t bytes,
                       std::unique_ptr<VulkanHeap>* heap);
  ~VulkanHeap() override;

  uint64_t size() const override { return size_; }
  uint8_t* host() const override { return host_; }
  bool host_cached() const override { return host_cached_; }

  VkBuffer buffer() const { return buffer_; }
  // What programs see at offset 0.
  VkDeviceAddress address() const { return address_; }

  // Frees what it holds. For VulkanDevice, which calls it alone.
  void Destroy();

 private:
  VulkanHeap(VulkanDevice* device, uint64_t size)
      : device_(device), size_(size), sparse_(device) {}
  Status Init(MemoryUse use);
  // For tensors, in as many allocations as it takes.
  Status InitSparse();
  Status CreateBuffer(VkBufferCreateFlags flags);
  void QueryAddress();

  VulkanDevice* const device_;
  const uint64_t size_;
  bool made_ = false;  // and the device knows it
  VkBuffer buffer_ = VK_NULL_HANDLE;
  Allocation memory_;
  SparseMemory sparse_;  // in its place
  VkDeviceAddress address_ = 0;
  uint8_t* host_ = nullptr;
  bool host_cached_ = false;
};

}  // namespace vulkan
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_HEAP_H_
