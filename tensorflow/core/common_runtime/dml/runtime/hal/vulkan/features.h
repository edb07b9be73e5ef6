// Features: what the runtime asks of a Vulkan driver beyond version 1.2.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_FEATURES_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_FEATURES_H_

#include <string>

#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/api.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/cooperative_matrix.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/float16_products.h"

namespace dml {
namespace hal {
namespace vulkan {

// A chain of Vulkan's feature structures; neither copied nor moved, since its
// parts point to one another.
class Features {
 public:
  // `cooperative_matrices`: with what they ask for, for devices that have
  // VK_KHR_cooperative_matrix and know the control of subgroup sizes.
  // `device_fault`: for devices that have VK_EXT_device_fault. `mixed_dot`: for
  // those with kMixedDotExtension.
  Features(bool cooperative_matrices, bool device_fault, bool mixed_dot);
  Features(const Features&) = delete;
  Features& operator=(const Features&) = delete;

  // Head of the chain, to be filled by the driver or given to it.
  VkPhysicalDeviceFeatures2* chain() { return &core_; }

  // The required features that are off, "a, b, c"; empty when none is.
  std::string Missing() const;
  // Turns on the required features, and the optional ones on in `supported`.
  void Select(const Features& supported);

  bool float16_arithmetic() const { return v12_.shaderFloat16; }
  bool float64() const { return core_.features.shaderFloat64; }
  bool cooperative_matrices() const {
    return matrices_.cooperativeMatrix && v12_.vulkanMemoryModel &&
           v12_.shaderFloat16 && subgroups_.subgroupSizeControl &&
           subgroups_.computeFullSubgroups;
  }

  bool host_query_reset() const { return v12_.hostQueryReset; }
  bool device_fault() const { return faults_.deviceFault; }
  bool mixed_dot() const { return mixed_dot_.features.float16_sum_float32; }
  bool sparse_binding() const { return core_.features.sparseBinding; }

 private:
  VkPhysicalDeviceFeatures2 core_;
  VkPhysicalDeviceVulkan11Features v11_;
  VkPhysicalDeviceVulkan12Features v12_;
  // Only for cooperative matrices.
  CooperativeMatrixFeatures matrices_;
  VkPhysicalDeviceSubgroupSizeControlFeaturesEXT subgroups_;
  VkPhysicalDeviceFaultFeaturesEXT faults_;
  struct MixedDot {
    VkStructureType sType;
    void* pNext;
    MixedDotFeatures features;
  } mixed_dot_;
};

// The required subgroup operations that compute programs lack; empty when none
// is lacking.
std::string MissingSubgroupOperations(
    const VkPhysicalDeviceVulkan11Properties& properties);

}  // namespace vulkan
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_FEATURES_H_
