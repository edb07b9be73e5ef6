// VulkanCommandList: one command buffer with a pool of its own, and the
// parameter blocks that push constants cannot hold. Where these have to be
// copied to where the device reads them fast, a second command buffer does that
// first.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_COMMAND_LIST_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_COMMAND_LIST_H_

#include <memory>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/device.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/parameter_blocks.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/timestamp_pool.h"

namespace dml {
namespace hal {
namespace vulkan {

class VulkanCommandList final : public CommandList {
 public:
  static Status Create(VulkanDevice* device, Queue queue,
                       std::unique_ptr<CommandList>* list);
  ~VulkanCommandList() override;

  Status Begin(uint32_t timestamps) override;
  void Dispatch(const DispatchDesc& desc) override;
  void Copy(const Binding& dst, const Binding& src, uint64_t bytes) override;
  void Barrier(const BarrierScope& scope) override;
  void Timestamp() override;
  Status End() override;
  Status ReadTimestamps(std::vector<uint64_t>* ticks) override;

  // To be submitted in this order; after End().
  Span<const VkCommandBuffer> buffers() const {
    return {buffers_ + (2 - buffer_count_), buffer_count_};
  }

 private:
  VulkanCommandList(VulkanDevice* device, Queue queue)
      : device_(device),
        queue_(queue),
        timestamps_(device, queue),
        blocks_(device) {}
  Status Init();
  Status Record(const DispatchDesc& desc);
  Status RecordPrologue();
  Status AllocateBuffer(VkCommandBuffer* buffer);
  Status BeginBuffer(VkCommandBuffer buffer);
  // A barrier between work and other work, or the host.
  void MemoryBarrier(const BarrierScope& from, VkPipelineStageFlags to,
                     VkAccessFlags access);
  VkCommandBuffer& prologue() { return buffers_[0]; }
  VkCommandBuffer& commands() { return buffers_[1]; }

  VulkanDevice* const device_;
  const Queue queue_;
  VkCommandPool pool_ = VK_NULL_HANDLE;
  VkCommandBuffer buffers_[2] = {VK_NULL_HANDLE, VK_NULL_HANDLE};
  size_t buffer_count_ = 1;            // without the prologue, or with it
  Status status_;                      // the first failure since Begin()
  VkPipeline bound_ = VK_NULL_HANDLE;  // since Begin()

  TimestampPool timestamps_;
  ParameterBlocks blocks_;
};

}  // namespace vulkan
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_COMMAND_LIST_H_
