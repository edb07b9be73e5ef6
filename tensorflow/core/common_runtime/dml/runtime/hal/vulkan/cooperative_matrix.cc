#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/cooperative_matrix.h"

#include <vector>

namespace dml {
namespace hal {
namespace vulkan {
namespace {

constexpr auto kShapeType = static_cast<VkStructureType>(1000506001);
constexpr auto kLimitsType = static_cast<VkStructureType>(1000506002);

// Component types and scopes, by the extension's numbers.
constexpr uint32_t kFloat16 = 0;
constexpr uint32_t kFloat32 = 1;
constexpr uint32_t kSubgroup = 3;

// One kind of product.
struct Shape {
  VkStructureType sType;
  void* pNext;
  uint32_t m, n, k;
  uint32_t a_type, b_type, c_type, result_type;
  VkBool32 saturating;
  uint32_t scope;
};
struct Limits {
  VkStructureType sType;
  void* pNext;
  VkShaderStageFlags stages;
};

using GetShapes = VkResult(VKAPI_PTR*)(VkPhysicalDevice, uint32_t*, Shape*);

std::vector<Shape> ShapesOf(GetShapes get, VkPhysicalDevice device) {
  uint32_t count = 0;
  if (get == nullptr || get(device, &count, nullptr) != VK_SUCCESS) return {};
  std::vector<Shape> shapes(count, Zeroed<Shape>(kShapeType));
  if (get(device, &count, shapes.data()) != VK_SUCCESS) return {};
  shapes.resize(count);
  return shapes;
}

// Intel's compiler runs matrices in the smallest subgroups alone.
constexpr uint32_t kIntel = 0x8086;

}  // namespace

void FillMatrices(const InstanceFunctions& vk, VkPhysicalDevice device,
                  AdapterInfo* info) {
  auto properties = Zeroed<VkPhysicalDeviceProperties2>(
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2);
  auto limits = Zeroed<Limits>(kLimitsType);
  auto sizes = Zeroed<VkPhysicalDeviceSubgroupSizeControlPropertiesEXT>(
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_PROPERTIES_EXT);
  properties.pNext = &limits;
  limits.pNext = &sizes;
  vk.vkGetPhysicalDeviceProperties2(device, &properties);
  if (!(limits.stages & VK_SHADER_STAGE_COMPUTE_BIT) ||
      !(sizes.requiredSubgroupSizeStages & VK_SHADER_STAGE_COMPUTE_BIT)) {
    return;
  }
  const uint32_t size =
      info->vendor_id == kIntel ? sizes.minSubgroupSize : info->subgroup_size;
  if (size < sizes.minSubgroupSize || size > sizes.maxSubgroupSize) return;

  const auto get = reinterpret_cast<GetShapes>(
      vk.vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR);
  for (const Shape& shape : ShapesOf(get, device)) {
    const bool fits = shape.a_type == kFloat16 && shape.b_type == kFloat16 &&
                      shape.c_type == kFloat32 &&
                      shape.result_type == kFloat32 &&
                      shape.scope == kSubgroup && !shape.saturating;
    if (fits) info->matrix_shapes.push_back({shape.m, shape.n, shape.k});
  }
  if (!info->matrix_shapes.empty()) info->matrix_subgroup_size = size;
}

}  // namespace vulkan
}  // namespace hal
}  // namespace dml
