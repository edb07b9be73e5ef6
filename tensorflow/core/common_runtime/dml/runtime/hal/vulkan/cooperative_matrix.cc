#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/cooperative_matrix.h"

#include <utility>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/matrix_units.h"

namespace dml {
namespace hal {
namespace vulkan {
namespace {

constexpr auto kShapeType = static_cast<VkStructureType>(1000506001);
constexpr auto kLimitsType = static_cast<VkStructureType>(1000506002);

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

}  // namespace

void FillMatrices(const InstanceFunctions& vk, PhysicalDevice* physical) {
  auto properties = Zeroed<VkPhysicalDeviceProperties2>(
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2);
  auto limits = Zeroed<Limits>(kLimitsType);
  auto sizes = Zeroed<VkPhysicalDeviceSubgroupSizeControlPropertiesEXT>(
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_PROPERTIES_EXT);
  // Of Vulkan 1.3; left as it is where the driver does not know it.
  auto dot = Zeroed<VkPhysicalDeviceShaderIntegerDotProductPropertiesKHR>(
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_INTEGER_DOT_PRODUCT_PROPERTIES_KHR);
  properties.pNext = &limits;
  limits.pNext = &sizes;
  sizes.pNext = &dot;
  vk.vkGetPhysicalDeviceProperties2(physical->handle, &properties);
  if (!(limits.stages & VK_SHADER_STAGE_COMPUTE_BIT)) return;
  physical->subgroup_sizes_can_be_required =
      (sizes.requiredSubgroupSizeStages & VK_SHADER_STAGE_COMPUTE_BIT) != 0;

  AdapterInfo* info = &physical->info;
  MatrixOffer offer;
  offer.vendor_id = info->vendor_id;
  offer.device_id = info->device_id;
  offer.subgroup_size = info->subgroup_size;
  offer.min_subgroup_size = sizes.minSubgroupSize;
  offer.max_subgroup_size = sizes.maxSubgroupSize;
  offer.sizes_can_be_required = physical->subgroup_sizes_can_be_required;
  offer.mixed_dot_products =
      dot.integerDotProduct4x8BitPackedMixedSignednessAccelerated;
  const auto get = reinterpret_cast<GetShapes>(
      vk.vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR);
  for (const Shape& shape : ShapesOf(get, physical->handle)) {
    offer.matrices.push_back({shape.m, shape.n, shape.k, shape.a_type,
                              shape.b_type, shape.c_type, shape.result_type,
                              shape.saturating != VK_FALSE, shape.scope});
  }
  MatrixUnits units = FindMatrixUnits(offer);
  info->matrix_shapes = std::move(units.shapes);
  info->matrix_subgroup_size = units.subgroup_size;
}

}  // namespace vulkan
}  // namespace hal
}  // namespace dml
