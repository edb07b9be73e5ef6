#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/queue_families.h"

namespace dml {
namespace hal {
namespace vulkan {
namespace {

// What a copy engine's family may be able to do; the others are no concern of
// buffers.
constexpr VkQueueFlags kCopyEngine = VK_QUEUE_TRANSFER_BIT |
                                     VK_QUEUE_SPARSE_BINDING_BIT |
                                     VK_QUEUE_PROTECTED_BIT;

bool Draws(const VkQueueFamilyProperties& family) {
  return (family.queueFlags & VK_QUEUE_GRAPHICS_BIT) != 0;
}

bool Computes(const VkQueueFamilyProperties& family) {
  return (family.queueFlags & VK_QUEUE_COMPUTE_BIT) != 0;
}

uint32_t ChooseCompute(const std::vector<VkQueueFamilyProperties>& families,
                       AdapterType type) {
  uint32_t chosen = kNoQueueFamily;
  for (uint32_t i = 0; i < families.size(); ++i) {
    if (!Computes(families[i]) || families[i].queueCount == 0) continue;
    if (chosen == kNoQueueFamily) chosen = i;
    if (type == AdapterType::kDiscrete && !Draws(families[i])) return i;
  }
  return chosen;
}

QueueSlot ChooseTransfer(const std::vector<VkQueueFamilyProperties>& families,
                         uint32_t compute) {
  for (uint32_t i = 0; i < families.size(); ++i) {
    const VkQueueFlags flags = families[i].queueFlags;
    if ((flags & VK_QUEUE_TRANSFER_BIT) != 0 && (flags & ~kCopyEngine) == 0 &&
        families[i].queueCount > 0) {
      return {i, 0};
    }
  }
  for (uint32_t i = 0; i < families.size(); ++i) {
    const uint32_t taken = i == compute ? 1 : 0;
    if (Computes(families[i]) && !Draws(families[i]) &&
        families[i].queueCount > taken) {
      return {i, taken};
    }
  }
  return {};
}

}  // namespace

QueueSlots ChooseQueues(const std::vector<VkQueueFamilyProperties>& families,
                        AdapterType type) {
  QueueSlots slots;
  const uint32_t compute = ChooseCompute(families, type);
  if (compute == kNoQueueFamily) return slots;
  slots[static_cast<size_t>(Queue::kCompute)] = {compute, 0};
  slots[static_cast<size_t>(Queue::kTransfer)] =
      ChooseTransfer(families, compute);
  return slots;
}

}  // namespace vulkan
}  // namespace hal
}  // namespace dml
