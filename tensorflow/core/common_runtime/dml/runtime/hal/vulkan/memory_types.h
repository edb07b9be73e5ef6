// MemoryTypes: which of an adapter's memory serves what.
//
// Vulkan lists heaps, which are physical memory, and types, which are ways to
// allocate from a heap. Heaps may overlap: where the host sees only part of a
// discrete adapter's memory (no resizable BAR), some drivers list that window
// as a heap of its own and leave it in the large one's size, others take it
// out. Such a window holds no tensors and counts for nothing: it is left to
// parameter blocks, and to the desktop.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_MEMORY_TYPES_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_MEMORY_TYPES_H_

#include <cstdint>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/api.h"

namespace dml {
namespace hal {
namespace vulkan {

// HeapKind's, and what only the backend makes.
enum class MemoryUse {
  kDevice,
  kUpload,
  kReadback,
  kParameters,  // the host writes once what all invocations read
};

// Immutable, thus thread-safe.
class MemoryTypes {
 public:
  MemoryTypes() = default;
  MemoryTypes(const VkPhysicalDeviceMemoryProperties& properties,
              AdapterType type);

  // The types of `allowed` (bit i: type i) that will do, best first. None for
  // parameters where programs would read them across the bus.
  std::vector<uint32_t> Candidates(MemoryUse use, uint32_t allowed) const;

  uint32_t heap_count() const { return properties_.memoryHeapCount; }
  uint32_t HeapOf(uint32_t type) const {
    return properties_.memoryTypes[type].heapIndex;
  }
  bool HoldsTensors(uint32_t heap) const { return tensor_heaps_ >> heap & 1; }
  bool HostCached(uint32_t type) const;

  // Of the heaps that hold tensors, together.
  uint64_t tensor_bytes() const { return tensor_bytes_; }
  // The host reaches all of them, and not across a bus.
  bool unified() const { return unified_; }

 private:
  bool IsWindow(uint32_t heap) const;
  // Whether a type of `heap` has all of `flags`.
  bool HasType(uint32_t heap, VkMemoryPropertyFlags flags) const;

  VkPhysicalDeviceMemoryProperties properties_{};
  bool discrete_ = false;
  uint32_t tensor_heaps_ = 0;  // bit i: heap i
  uint64_t tensor_bytes_ = 0;
  bool unified_ = false;
};

}  // namespace vulkan
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_MEMORY_TYPES_H_
