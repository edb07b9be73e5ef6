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
    Piece piece = {{}, offset, std::min(most, size - offset)};
    DML_RETURN_IF_ERROR(Allocate(device_, MemoryUse::kDevice,
                                 requirements.memoryTypeBits, piece.bytes,
                                 &piece.memory));
    pieces_.push_back(piece);
  }
  return BindPieces(buffer);
}

Status SparseMemory::BindPieces(VkBuffer buffer) {
  std::vector<VkSparseMemoryBind> binds;
  for (const Piece& piece : pieces_) {
    VkSparseMemoryBind bind{};
    bind.resourceOffset = piece.offset;
    bind.size = piece.bytes;
    bind.memory = piece.memory.memory;
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
  for (Piece& piece : pieces_) hal::vulkan::Free(device_, &piece.memory);
  pieces_.clear();
}

}  // namespace vulkan
}  // namespace hal
}  // namespace dml
