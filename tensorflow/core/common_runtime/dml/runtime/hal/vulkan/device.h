// VulkanDevice: the logical device, its queues and what its objects share.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_DEVICE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_DEVICE_H_

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <unordered_set>

#include "tensorflow/core/common_runtime/dml/runtime/hal/device_loss.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/adapter.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/api.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/pipeline_cache.h"

namespace dml {
namespace hal {
namespace vulkan {

// Bytes by memory heap that may still be allocated, by the driver's budget.
using HeapRoom = std::array<uint64_t, VK_MAX_MEMORY_HEAPS>;

class VulkanHeap;

class VulkanDevice final : public Device {
 public:
  static Status Create(const PhysicalDevice& physical,
                       std::unique_ptr<Device>* device);
  // Waits for the queues, unless the device is lost.
  ~VulkanDevice() override;

  const AdapterInfo& info() const override { return physical_.info; }
  MemoryBudget memory_budget() const override;
  Status CreateHeap(HeapKind kind, uint64_t bytes,
                    std::unique_ptr<Heap>* heap) override;
  Status CreateProgram(const ProgramDesc& desc,
                       std::unique_ptr<Program>* program) override;
  Status CreateCommandList(Queue queue,
                           std::unique_ptr<CommandList>* list) override;
  Status Submit(CommandList* list, const QueuePoint& point,
                Span<const QueuePoint> waits) override;
  Status Wait(const QueuePoint& point, uint64_t timeout_ns) override;
  Status Completed(Queue queue, uint64_t* value) override;
  DeviceClock clock(Queue queue) const override {
    return physical_.clocks[static_cast<size_t>(queue)];
  }
  Status ReadClocks(uint64_t* ticks, uint64_t* host_ns) override;
  void SaveProgramCache() override;
  void GiveBack() override;

  // For the objects that this device makes.
  const DeviceFunctions& vk() const { return vk_; }
  // Null once given back.
  VkDevice handle() const { return device_; }
  const PhysicalDevice& physical() const { return physical_; }
  // Now; as much as one likes where the driver does not tell.
  HeapRoom heap_room() const;
  // Every program has this layout: kMaxDirectParameterBytes of push constants.
  VkPipelineLayout layout() const { return layout_; }
  // All calls that take the device's handle hold this, once a thread; fails
  // once GiveBack() began.
  Status Use(std::shared_lock<std::shared_mutex>* lock) const;
  // Which queues may use a buffer: all of the device's. The buffer keeps no
  // pointer into this device.
  void SetSharing(VkBufferCreateInfo* buffer) const;
  PipelineCache* pipeline_cache() { return &pipeline_cache_; }
  // Has GiveBack() free what it holds, unless it is gone by then: one may be on
  // its way from a pool to its end. Whoever calls holds Use().
  void AddHeap(VulkanHeap* heap);
  void RemoveHeap(VulkanHeap* heap);
  // Has GiveBack() destroy it.
  void AddPipeline(VkPipeline pipeline);
  // Destroys it, unless GiveBack() did.
  void DestroyPipeline(VkPipeline pipeline);
  // Counts what heaps take, for drivers that do not.
  void AddDeviceBytes(int64_t bytes) { device_bytes_ += bytes; }
  // Has the compute queue bind memory, and waits for it. `info` names no
  // semaphores. Whoever calls holds Use().
  Status BindSparse(VkBindSparseInfo* info);
  // As ToStatus(), but remembers that the device is lost and says more of it.
  Status Check(VkResult result, const char* call);

 private:
  explicit VulkanDevice(const PhysicalDevice& physical);
  Status Init();
  VkPhysicalDeviceMemoryBudgetPropertiesEXT DriverBudget() const;
  // Waits until a timeline has come so far, even where the driver has no memory
  // to wait with: VK_SUCCESS, VK_TIMEOUT, or what `call` returned.
  VkResult WaitFor(VkSemaphore timeline, uint64_t value, uint64_t timeout_ns,
                   const char** call);
  // The same by looking now and then.
  VkResult Poll(VkSemaphore timeline, uint64_t value, uint64_t timeout_ns);
  void Destroy();

  PhysicalDevice physical_;  // constant after Init()
  DeviceFunctions vk_;
  VkDevice device_ = VK_NULL_HANDLE;
  struct DeviceQueue {
    VkQueue handle = VK_NULL_HANDLE;
    VkSemaphore timeline = VK_NULL_HANDLE;
  };
  DeviceQueue& queue(Queue which) {
    return queues_[static_cast<size_t>(which)];
  }
  std::array<DeviceQueue, kQueues> queues_;   // null handles: there is none
  std::array<uint32_t, kQueues> families_{};  // of both
  bool shared_ = false;                       // and these differ
  VkPipelineLayout layout_ = VK_NULL_HANDLE;
  PipelineCache pipeline_cache_;
  std::atomic<uint64_t> device_bytes_{0};

  mutable std::shared_mutex use_mutex_;
  std::mutex heaps_mutex_;
  std::unordered_set<VulkanHeap*> heaps_;  // guarded by heaps_mutex_
  std::mutex pipelines_mutex_;
  std::unordered_set<VkPipeline> pipelines_;  // guarded by pipelines_mutex_

  // The queues take one call at a time; after the next.
  std::mutex queue_mutex_;
  DeviceLoss loss_;
};

}  // namespace vulkan
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_DEVICE_H_
