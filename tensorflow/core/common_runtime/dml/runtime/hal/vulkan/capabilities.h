// What a SPIR-V module demands of a device. Drivers need not check, and crash
// on what they do not know.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_CAPABILITIES_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_CAPABILITIES_H_

#include "tensorflow/core/common_runtime/dml/runtime/base/span.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"

namespace dml {
namespace hal {
namespace vulkan {

// kInvalidArgument when `spirv` is no SPIR-V that Vulkan 1.2 takes,
// kUnimplemented when it needs more than the runtime enables on `info`.
Status CheckCapabilities(Span<const uint32_t> spirv, const AdapterInfo& info);

}  // namespace vulkan
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_CAPABILITIES_H_
