#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/allocation.h"

#include <algorithm>
#include <vector>

namespace dml {
namespace hal {
namespace vulkan {

Status Allocate(VulkanDevice* device, MemoryUse use, uint32_t type_bits,
                uint64_t bytes, Allocation* made) {
  const MemoryTypes& memory = device->physical().memory;
  auto flags = Zeroed<VkMemoryAllocateFlagsInfo>(
      VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO);
  flags.flags = VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT;
  auto allocate =
      Zeroed<VkMemoryAllocateInfo>(VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO);
  allocate.pNext = &flags;
  allocate.allocationSize = bytes;

  std::vector<uint32_t> types = memory.Candidates(use, type_bits);
  if (types.empty()) {
    return Unimplemented("the driver has no such memory for buffers");
  }
  const HeapRoom room = device->heap_room();
  const auto without_room = std::stable_partition(
      types.begin(), types.end(),
      [&](uint32_t type) { return room[memory.HeapOf(type)] >= bytes; });
  if (use == MemoryUse::kParameters) {
    types.erase(without_room, types.end());
    if (types.empty()) return Error(Code::kOutOfMemory, "its heap is full");
  }
  Status status;
  for (const uint32_t type : types) {
    allocate.memoryTypeIndex = type;
    VkDeviceMemory found = VK_NULL_HANDLE;
    status = device->Check(device->vk().vkAllocateMemory(
                               device->handle(), &allocate, nullptr, &found),
                           "vkAllocateMemory");
    if (status.ok()) {
      const bool counts = memory.HoldsTensors(memory.HeapOf(type));
      *made = {found, type, counts ? bytes : 0};
      device->AddDeviceBytes(static_cast<int64_t>(made->device_bytes));
      return status;
    }
    if (status.code() != Code::kOutOfMemory) return status;
  }
  return status;
}

void Free(VulkanDevice* device, Allocation* made) {
  if (made->memory == VK_NULL_HANDLE) return;
  device->vk().vkFreeMemory(device->handle(), made->memory, nullptr);
  device->AddDeviceBytes(-static_cast<int64_t>(made->device_bytes));
  *made = {};
}

}  // namespace vulkan
}  // namespace hal
}  // namespace dml
