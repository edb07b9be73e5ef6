// ParameterBlocks: memory for the parameter blocks of one command list that
// push constants cannot hold.
//
// Programs read them at the begin of every invocation, so they lie where the
// device reads fast. The host writes them there in place where it can: on
// adapters with unified memory, and on discrete ones through the BAR, while
// that has room. Else it writes them to its own memory, and the list first
// copies them over.
//
// Thread-compatible.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_PARAMETER_BLOCKS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_PARAMETER_BLOCKS_H_

#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/hal/block_chunks.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/device.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/heap.h"

namespace dml {
namespace hal {
namespace vulkan {

class ParameterBlocks {
 public:
  // Of one block.
  static constexpr uint32_t kMaxBytes = BlockChunks<VulkanHeap>::kChunkBytes;

  explicit ParameterBlocks(VulkanDevice* device) : device_(device) {}

  // Forgets all blocks; the memory is kept.
  void Begin() { chunks_.Begin(); }
  // Room for a block: where the host writes it, and the address at which
  // programs find it.
  Status Take(uint32_t bytes, uint8_t** host, VkDeviceAddress* address);

  // Whether RecordCopies() must run before the programs.
  bool copies_pending() const { return chunks_.copies_pending(); }
  // Copies what was written, and lets compute programs behind see it.
  void RecordCopies(VkCommandBuffer commands) const;

 private:
  using Chunk = BlockChunks<VulkanHeap>::Chunk;

  Status MakeChunk(Chunk* chunk);

  VulkanDevice* const device_;
  BlockChunks<VulkanHeap> chunks_;
};

}  // namespace vulkan
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_PARAMETER_BLOCKS_H_
