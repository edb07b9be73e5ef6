// TimestampPool: the queries behind the timestamps of a command list.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_TIMESTAMP_POOL_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_TIMESTAMP_POOL_H_

#include <cstdint>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/device.h"

namespace dml {
namespace hal {
namespace vulkan {

// Holds queries only while they are wanted: a list without timestamps has no
// pool, and one with few a small one. Thread-compatible.
class TimestampPool {
 public:
  TimestampPool(VulkanDevice* device, Queue queue)
      : device_(device), queue_(queue) {}
  ~TimestampPool();
  TimestampPool(const TimestampPool&) = delete;
  TimestampPool& operator=(const TimestampPool&) = delete;

  // Makes room for `count` timestamps in `commands`, whose recording begins.
  // What the pool held must be complete.
  Status Begin(VkCommandBuffer commands, uint32_t count);
  // The time at which all work before it is complete. Beyond the room that was
  // asked for it writes nothing, and Read() fails.
  void Write(VkCommandBuffer commands);
  // Those written, in ticks; the work must be complete.
  Status Read(std::vector<uint64_t>* ticks);

 private:
  void Free();

  VulkanDevice* const device_;
  const Queue queue_;
  VkQueryPool pool_ = VK_NULL_HANDLE;
  uint32_t room_ = 0;  // of the pool
  uint32_t written_ = 0;
};

}  // namespace vulkan
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_TIMESTAMP_POOL_H_
