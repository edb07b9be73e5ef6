// VK_KHR_cooperative_matrix: products of small matrices that a subgroup
// computes together, where the adapter has units for them.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_COOPERATIVE_MATRIX_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_COOPERATIVE_MATRIX_H_

#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/adapter.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/api.h"

namespace dml {
namespace hal {
namespace vulkan {

// The extension is younger than the oldest headers that the build takes, so
// what the runtime uses of it is declared here, by Vulkan's specification.
constexpr char kCooperativeMatrixExtension[] = "VK_KHR_cooperative_matrix";

constexpr auto kCooperativeMatrixFeaturesType =
    static_cast<VkStructureType>(1000506000);
struct CooperativeMatrixFeatures {
  VkStructureType sType;
  void* pNext;
  VkBool32 cooperativeMatrix;
  VkBool32 cooperativeMatrixRobustBufferAccess;
};

// The adapter's units for float16 matrices summed in float32, in compute
// programs with subgroups of a known size: matrix_units.h. Fills that part of
// `physical->info`. Call only where the extension and its feature are there.
void FillMatrices(const InstanceFunctions& vk, PhysicalDevice* physical);

}  // namespace vulkan
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_COOPERATIVE_MATRIX_H_
