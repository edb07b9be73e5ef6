// What an adapter does best with products of float16, by what its driver says.
//
// Without Vulkan's headers, so that the check of real drivers' compilers
// (ci/compilers) asks the same question.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_FLOAT16_PRODUCTS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_FLOAT16_PRODUCTS_H_

#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"

namespace dml {
namespace hal {
namespace vulkan {

// VK_VALVE_shader_mixed_float_dot_product is younger than the headers that the
// build takes; what the runtime uses of it stands here, by its specification.
constexpr char kMixedDotExtension[] = "VK_VALVE_shader_mixed_float_dot_product";
constexpr uint32_t kMixedDotFeaturesType = 1000673000;  // a VkStructureType
constexpr uint32_t kMixedDotCapability = 6912;          // of SPIR-V
// The feature structure after sType and pNext, as VkBool32.
struct MixedDotFeatures {
  uint32_t float16_sum_float32;  // the only one that the runtime asks for
  uint32_t float16_sum_float16;
  uint32_t bfloat16;
  uint32_t float8_sum_float32;
};

struct Float16Offer {
  uint32_t vendor_id = 0;     // PCI
  bool arithmetic = false;    // shaderFloat16
  bool dot_products = false;  // MixedDotFeatures::float16_sum_float32
  // integerDotProduct4x8BitPackedSignedAccelerated and ..MixedSignedness..
  bool byte_dot_products = false;
  bool mixed_byte_dot_products = false;
};

Float16Products FindFloat16Products(const Float16Offer& offer);

}  // namespace vulkan
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_FLOAT16_PRODUCTS_H_
