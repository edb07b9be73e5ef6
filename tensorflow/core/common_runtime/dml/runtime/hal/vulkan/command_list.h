// VulkanCommandList: one command buffer with a pool of its own, and the memory
// for parameter blocks that push constants cannot hold.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_COMMAND_LIST_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_COMMAND_LIST_H_

#include <memory>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/device.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/heap.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/timestamp_pool.h"

namespace dml {
namespace hal {
namespace vulkan {

class VulkanCommandList final : public CommandList {
 public:
  static Status Create(VulkanDevice* device,
                       std::unique_ptr<CommandList>* list);
  ~VulkanCommandList() override;

  Status Begin(uint32_t timestamps) override;
  void Dispatch(const DispatchDesc& desc) override;
  void Copy(const Binding& dst, const Binding& src, uint64_t bytes) override;
  void Barrier() override;
  void Timestamp() override;
  Status End() override;
  Status ReadTimestamps(std::vector<uint64_t>* ticks) override;

  VkCommandBuffer handle() const { return commands_; }

 private:
  explicit VulkanCommandList(VulkanDevice* device)
      : device_(device), timestamps_(device) {}
  Status Init();
  Status Record(const DispatchDesc& desc);
  // Room for a parameter block: where to write it, and its address.
  Status Reserve(uint32_t bytes, uint8_t** host, VkDeviceAddress* address);
  void MemoryBarrier(VkPipelineStageFlags to, VkAccessFlags access);

  VulkanDevice* const device_;
  VkCommandPool pool_ = VK_NULL_HANDLE;
  VkCommandBuffer commands_ = VK_NULL_HANDLE;
  Status status_;                      // the first failure since Begin()
  VkPipeline bound_ = VK_NULL_HANDLE;  // since Begin()

  TimestampPool timestamps_;

  std::vector<std::unique_ptr<VulkanHeap>> chunks_;  // kept over Begin()
  size_t chunk_ = 0;                                 // in use: chunks_[chunk_]
  uint32_t chunk_used_ = 0;                          // bytes of it
};

}  // namespace vulkan
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_COMMAND_LIST_H_
