// Vulkan's types, and tables of its functions. Nothing links the Vulkan loader:
// it is opened at run time, so that a machine without one gets an error that
// says so instead of a library that does not load.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_API_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_API_H_

#ifndef VK_NO_PROTOTYPES
#define VK_NO_PROTOTYPES
#endif
#include <vulkan/vulkan.h>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"

namespace dml {
namespace hal {
namespace vulkan {

// Functions that need no instance, or dispatch on one.
struct InstanceFunctions {
#define DML_VK_GLOBAL(name) PFN_##name name = nullptr;
#define DML_VK_INSTANCE(name) PFN_##name name = nullptr;
#define DML_VK_DEVICE(name)
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/functions.inc"

  // VK_EXT_calibrated_timestamps; null when the loader does not know it.
  PFN_vkGetPhysicalDeviceCalibrateableTimeDomainsEXT
      vkGetPhysicalDeviceCalibrateableTimeDomainsEXT = nullptr;
  // VK_KHR_cooperative_matrix, see cooperative_matrix.h; call it only where the
  // device has the extension.
  PFN_vkVoidFunction vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR =
      nullptr;
};

// Functions of one device, free of the loader's dispatch.
struct DeviceFunctions {
#define DML_VK_GLOBAL(name)
#define DML_VK_INSTANCE(name)
#define DML_VK_DEVICE(name) PFN_##name name = nullptr;
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/functions.inc"

  // VK_EXT_debug_utils; null when it is not enabled.
  PFN_vkSetDebugUtilsObjectNameEXT vkSetDebugUtilsObjectNameEXT = nullptr;
  // VK_EXT_calibrated_timestamps; null when it is not enabled.
  PFN_vkGetCalibratedTimestampsEXT vkGetCalibratedTimestampsEXT = nullptr;
  // VK_EXT_device_fault; null when it is not enabled.
  PFN_vkGetDeviceFaultInfoEXT vkGetDeviceFaultInfoEXT = nullptr;
};

// A structure of Vulkan, zeroed but for its type.
template <typename T>
T Zeroed(VkStructureType type) {
  T value{};
  value.sType = type;
  return value;
}

// "VK_ERROR_DEVICE_LOST" and so on.
const char* ResultName(VkResult result);

// Ok for success codes. `call` is the function that returned `result`.
Status ToStatus(VkResult result, const char* call);

}  // namespace vulkan
}  // namespace hal
}  // namespace dml

#define DML_RETURN_IF_VK_ERROR(expression, call) \
  DML_RETURN_IF_ERROR(::dml::hal::vulkan::ToStatus(expression, call))

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_API_H_
