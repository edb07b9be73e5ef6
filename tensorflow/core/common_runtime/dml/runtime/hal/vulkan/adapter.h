// VulkanAdapter: what a physical device is and whether the runtime can use it.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_ADAPTER_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_ADAPTER_H_

#include <array>
#include <memory>

#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/float_controls.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/instance.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/memory_types.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/queue_families.h"

namespace dml {
namespace hal {
namespace vulkan {

// What a device needs to know of its adapter.
struct PhysicalDevice {
  std::shared_ptr<const Instance> instance;
  VkPhysicalDevice handle = VK_NULL_HANDLE;
  AdapterInfo info;
  QueueSlots queues;
  MemoryTypes memory;
  bool memory_budget = false;  // VK_EXT_memory_budget
  bool device_fault = false;   // VK_EXT_device_fault
  bool host_query_reset = false;
  // By Queue; calibrated: VK_EXT_calibrated_timestamps.
  std::array<DeviceClock, kQueues> clocks;
  // Buffers may have several allocations, which the compute queue binds.
  bool sparse_binding = false;
  FloatControls float_controls;
  // VK_EXT_subgroup_size_control is listed; Vulkan 1.3 has it anyway.
  bool subgroup_size_control_extension = false;
  bool subgroup_sizes_can_be_required = false;  // by compute programs

  bool cooperative_matrices() const { return !info.matrix_shapes.empty(); }
  const QueueSlot& slot(Queue queue) const {
    return queues[static_cast<size_t>(queue)];
  }
  DeviceClock& clock(Queue queue) { return clocks[static_cast<size_t>(queue)]; }
  bool mixed_dot() const {
    return info.float16_products == Float16Products::kDot;
  }
};

// Immutable, thus thread-safe.
class VulkanAdapter final : public Adapter {
 public:
  VulkanAdapter(std::shared_ptr<const Instance> instance,
                VkPhysicalDevice device, const EnumerateOptions& options);
  const AdapterInfo& info() const override { return physical_.info; }
  Status CreateDevice(std::unique_ptr<Device>* device) override;

 private:
  PhysicalDevice physical_;
};

}  // namespace vulkan
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_ADAPTER_H_
