#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/parameter_blocks.h"

namespace dml {
namespace hal {
namespace vulkan {

Status ParameterBlocks::Take(uint32_t bytes, uint8_t** host,
                             VkDeviceAddress* address) {
  return chunks_.Take(
      bytes, [this](Chunk* chunk) { return MakeChunk(chunk); }, host, address);
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

void ParameterBlocks::RecordCopies(VkCommandBuffer commands) const {
  const DeviceFunctions& vk = device_->vk();
  chunks_.ForEachCopy([&vk, commands](const Chunk& chunk) {
    const VkBufferCopy region{0, 0, chunk.used};
    vk.vkCmdCopyBuffer(commands, chunk.staging->buffer(),
                       chunk.memory->buffer(), 1, &region);
  });
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
