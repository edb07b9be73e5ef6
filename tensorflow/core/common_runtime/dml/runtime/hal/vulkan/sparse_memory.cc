#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/sparse_memory.h"

#include <algorithm>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"

namespace dml {
namespace hal {
namespace vulkan {

Status SparseMemory::Bind(VkBuffer buffer) {
  VkMemoryRequirements requirements{};
  device_->vk().vkGetBufferMemoryRequirements(device_->handle(), buffer,
                                              &requirements);
  // Pieces begin and end where pages do.
  const uint64_t page = requirements.alignment;
  const uint64_t most = device_->info().promised_heap_bytes / page * page;
  if (most == 0) {
    return Unimplemented("pages of ", page, " bytes exceed an allocation");
  }
  const uint64_t size = RoundUp(requirements.size, page);
  for (uint64_t offset = 0; offset < size; offset += most) {
    DML_RETURN_IF_ERROR(
        Allocate(requirements, offset, std::min(most, size - offset)));
  }
  return BindPieces(buffer);
}

Status SparseMemory::Allocate(const VkMemoryRequirements& requirements,
                              uint64_t offset, uint64_t bytes) {
  const MemoryTypes& memory = device_->physical().memory;
  auto flags = Zeroed<VkMemoryAllocateFlagsInfo>(
      VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO);
  flags.flags = VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT;
  auto allocate =
      Zeroed<VkMemoryAllocateInfo>(VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO);
  allocate.pNext = &flags;
  allocate.allocationSize = bytes;
  std::vector<uint32_t> types =
      memory.Candidates(MemoryUse::kDevice, requirements.memoryTypeBits);
  // As for other heaps: beyond its budget memory may be slow.
  const HeapRoom room = device_->heap_room();
  std::stable_partition(types.begin(), types.end(), [&](uint32_t type) {
    return room[memory.HeapOf(type)] >= bytes;
  });
  Status status = Unimplemented("no memory of tensors takes sparse buffers");
  for (const uint32_t type : types) {
    allocate.memoryTypeIndex = type;
    VkDeviceMemory made = VK_NULL_HANDLE;
    status = device_->Check(device_->vk().vkAllocateMemory(
                                device_->handle(), &allocate, nullptr, &made),
                            "vkAllocateMemory");
    if (status.ok()) {
      const bool counts = memory.HoldsTensors(memory.HeapOf(type));
      pieces_.push_back({made, offset, bytes, counts ? bytes : 0});
      device_->AddDeviceBytes(
          static_cast<int64_t>(pieces_.back().device_bytes));
      return status;
    }
    if (status.code() != Code::kOutOfMemory) return status;
  }
  return status;
}

Status SparseMemory::BindPieces(VkBuffer buffer) {
  std::vector<VkSparseMemoryBind> binds;
  for (const Piece& piece : pieces_) {
    VkSparseMemoryBind bind{};
    bind.resourceOffset = piece.offset;
    bind.size = piece.bytes;
    bind.memory = piece.memory;
    binds.push_back(bind);
  }
  VkSparseBufferMemoryBindInfo buffer_binds{};
  buffer_binds.buffer = buffer;
  buffer_binds.bindCount = static_cast<uint32_t>(binds.size());
  buffer_binds.pBinds = binds.data();
  auto info = Zeroed<VkBindSparseInfo>(VK_STRUCTURE_TYPE_BIND_SPARSE_INFO);
  info.bufferBindCount = 1;
  info.pBufferBinds = &buffer_binds;
  return device_->BindSparse(&info);
}

void SparseMemory::Free() {
  for (const Piece& piece : pieces_) {
    device_->vk().vkFreeMemory(device_->handle(), piece.memory, nullptr);
    device_->AddDeviceBytes(-static_cast<int64_t>(piece.device_bytes));
  }
  pieces_.clear();
}

}  // namespace vulkan
}  // namespace hal
}  // namespace dml
