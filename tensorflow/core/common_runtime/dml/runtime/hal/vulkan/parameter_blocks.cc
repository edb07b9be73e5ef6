#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/parameter_blocks.h"

#include <utility>

namespace dml {
namespace hal {
namespace vulkan {
namespace {

constexpr uint32_t kAlignment = 16;

}  // namespace

void ParameterBlocks::Begin() {
  current_ = 0;
  for (Chunk& chunk : chunks_) chunk.used = 0;
}

Status ParameterBlocks::Take(uint32_t bytes, uint8_t** host,
                             VkDeviceAddress* address) {
  if (current_ < chunks_.size() && chunks_[current_].used + bytes > kMaxBytes) {
    ++current_;
  }
  if (current_ == chunks_.size()) {
    Chunk made;
    DML_RETURN_IF_ERROR(MakeChunk(&made));
    chunks_.push_back(std::move(made));
  }
  Chunk& chunk = chunks_[current_];
  const VulkanHeap& written = chunk.staging ? *chunk.staging : *chunk.memory;
  *host = written.host() + chunk.used;
  *address = chunk.memory->address() + chunk.used;
  chunk.used += (bytes + kAlignment - 1) & ~(kAlignment - 1);
  return Status::Ok();
}

Status ParameterBlocks::MakeChunk(Chunk* chunk) {
  const Status in_place = VulkanHeap::Create(device_, MemoryUse::kParameters,
                                             kMaxBytes, &chunk->memory);
  if (in_place.ok() || in_place.code() == Code::kDeviceLost) return in_place;
  DML_RETURN_IF_ERROR(VulkanHeap::Create(device_, MemoryUse::kDevice, kMaxBytes,
                                         &chunk->memory));
  return VulkanHeap::Create(device_, MemoryUse::kUpload, kMaxBytes,
                            &chunk->staging);
}

bool ParameterBlocks::copies_pending() const {
  for (const Chunk& chunk : chunks_) {
    if (chunk.staging != nullptr && chunk.used > 0) return true;
  }
  return false;
}

void ParameterBlocks::RecordCopies(VkCommandBuffer commands) const {
  const DeviceFunctions& vk = device_->vk();
  for (const Chunk& chunk : chunks_) {
    if (chunk.staging == nullptr || chunk.used == 0) continue;
    const VkBufferCopy region{0, 0, chunk.used};
    vk.vkCmdCopyBuffer(commands, chunk.staging->buffer(),
                       chunk.memory->buffer(), 1, &region);
  }
  auto barrier = Zeroed<VkMemoryBarrier>(VK_STRUCTURE_TYPE_MEMORY_BARRIER);
  barrier.srcAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT;
  barrier.dstAccessMask = VK_ACCESS_SHADER_READ_BIT;
  vk.vkCmdPipelineBarrier(commands, VK_PIPELINE_STAGE_TRANSFER_BIT,
                          VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, 0, 1, &barrier,
                          0, nullptr, 0, nullptr);
}

}  // namespace vulkan
}  // namespace hal
}  // namespace dml
