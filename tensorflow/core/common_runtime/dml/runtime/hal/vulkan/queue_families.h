// Which queues of an adapter the runtime takes.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_QUEUE_FAMILIES_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_QUEUE_FAMILIES_H_

#include <array>
#include <cstdint>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/api.h"

namespace dml {
namespace hal {
namespace vulkan {

constexpr uint32_t kNoQueueFamily = ~0u;

// A queue of the driver's.
struct QueueSlot {
  uint32_t family = kNoQueueFamily;
  uint32_t index = 0;  // in the family

  bool exists() const { return family != kNoQueueFamily; }
};

// By hal::Queue.
using QueueSlots = std::array<QueueSlot, kQueues>;

// The queue that computes: on a discrete adapter one of a family without
// graphics, if there is any, since it does not wait for the desktop's drawing.
//
// The queue that copies: of a family that does nothing else, which is what the
// copy engines of GPUs are; else a second one of a family that computes and
// does not draw, whose work GPUs run side by side; else none. A family with
// further abilities, such as video's, is no copy engine, though it can copy.
QueueSlots ChooseQueues(const std::vector<VkQueueFamilyProperties>& families,
                        AdapterType type);

}  // namespace vulkan
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_QUEUE_FAMILIES_H_
