// What programs fix of floating-point arithmetic (VK_KHR_shader_float_controls,
// a part of Vulkan 1.2), as far as a driver lets them.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_FLOAT_CONTROLS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_FLOAT_CONTROLS_H_

#include <cstdint>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/span.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/api.h"

namespace dml {
namespace hal {
namespace vulkan {

// The specialization constant of shaders/float16.glsl: a bool, whether programs
// round to float16 by integer arithmetic.
constexpr uint32_t kFloat16ByHandConstant = 31;

// Sets of the widths 16, 32 and 64: the sum of those that are in it.
struct FloatControls {
  // Execution modes that every program asks for, at the widths that it has.
  uint32_t signed_zero_inf_nan_preserve = 0;
  uint32_t rounding_mode_rte = 0;
  uint32_t denorm_preserve = 0;

  // Whether conversions to float16 round to nearest even and keep what is no
  // number, by the driver's word.
  bool float16_conversions() const {
    return (signed_zero_inf_nan_preserve & rounding_mode_rte & 16) != 0;
  }
};

// What a driver with these properties lets programs ask for, and is wanted.
// Denormals of float32 are none of it: TensorFlow takes them for zero on CPUs
// and on CUDA, and GPUs up to GCN 4 multiply and add slower with them.
FloatControls SelectFloatControls(
    const VkPhysicalDeviceVulkan12Properties& properties);

// `spirv` with those execution modes for its entry points and the widths of
// floating-point types that it declares. kInvalidArgument when it is no
// well-formed SPIR-V of version 1.4 or newer.
Status AddFloatControls(Span<const uint32_t> spirv,
                        const FloatControls& controls,
                        std::vector<uint32_t>* result);

}  // namespace vulkan
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_FLOAT_CONTROLS_H_
