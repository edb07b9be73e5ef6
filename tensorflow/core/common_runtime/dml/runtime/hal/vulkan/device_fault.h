// DeviceFault: what a driver tells of the cause of a lost device, by
// VK_EXT_device_fault.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_DEVICE_FAULT_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_DEVICE_FAULT_H_

#include <string>

#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/api.h"

namespace dml {
namespace hal {
namespace vulkan {

// Text for an error message: the driver's description, the addresses at fault,
// the vendor's own words and codes. Empty where it tells nothing. `device` must
// be lost; `get` may be null.
std::string DescribeDeviceFault(VkDevice device,
                                PFN_vkGetDeviceFaultInfoEXT get);

}  // namespace vulkan
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_DEVICE_FAULT_H_
