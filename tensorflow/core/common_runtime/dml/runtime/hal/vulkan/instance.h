// Instance: the opened Vulkan loader and its VkInstance, one per process.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_INSTANCE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_INSTANCE_H_

#include <memory>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/api.h"

namespace dml {
namespace hal {
namespace vulkan {

// Immutable once made, thus thread-safe. Adapters and devices share it, so it
// dies after the last of them.
//
// Environment:
//   TF_DIRECTML_VULKAN_LOADER=PATH  the loader library, instead of
//                                   libvulkan.so.1
//   TF_DIRECTML_DEBUG=1             turns on VK_LAYER_KHRONOS_validation, which
//                                   then reports to stderr
class Instance {
 public:
  // The process's instance, made when there is none. kUnavailable says what is
  // missing and how to get it.
  static Status Get(std::shared_ptr<const Instance>* instance);

  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  const InstanceFunctions& vk() const { return vk_; }
  // What the instance was created for: at least 1.2.
  uint32_t api_version() const { return api_version_; }

  Status PhysicalDevices(std::vector<VkPhysicalDevice>* devices) const;
  Status LoadDeviceFunctions(VkDevice device, DeviceFunctions* vk) const;

 private:
  Instance() = default;
  Status OpenLoader();
  Status Create();
  void StartDebugMessenger();

  PFN_vkGetInstanceProcAddr get_proc_ = nullptr;
  InstanceFunctions vk_;
  uint32_t api_version_ = 0;
  VkInstance instance_ = VK_NULL_HANDLE;
  bool debug_utils_ = false;
  VkDebugUtilsMessengerEXT messenger_ = VK_NULL_HANDLE;
};

}  // namespace vulkan
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_INSTANCE_H_
