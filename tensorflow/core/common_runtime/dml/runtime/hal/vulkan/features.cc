#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/features.h"

namespace dml {
namespace hal {
namespace vulkan {
namespace {

void Append(const char* name, std::string* list) {
  if (!list->empty()) *list += ", ";
  *list += name;
}

}  // namespace

// Required features: the structure that holds it, its name.
#define DML_REQUIRED_FEATURES(FEATURE)       \
  FEATURE(core_.features, shaderInt16)       \
  FEATURE(core_.features, shaderInt64)       \
  FEATURE(v11_, storageBuffer16BitAccess)    \
  FEATURE(v12_, storageBuffer8BitAccess)     \
  FEATURE(v12_, shaderInt8)                  \
  FEATURE(v12_, shaderSubgroupExtendedTypes) \
  FEATURE(v12_, scalarBlockLayout)           \
  FEATURE(v12_, bufferDeviceAddress)         \
  FEATURE(v12_, timelineSemaphore)

Features::Features(bool cooperative_matrices, bool device_fault, bool mixed_dot)
    : core_(Zeroed<VkPhysicalDeviceFeatures2>(
          VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2)),
      v11_(Zeroed<VkPhysicalDeviceVulkan11Features>(
          VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES)),
      v12_(Zeroed<VkPhysicalDeviceVulkan12Features>(
          VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES)),
      matrices_(
          Zeroed<CooperativeMatrixFeatures>(kCooperativeMatrixFeaturesType)),
      subgroups_(Zeroed<VkPhysicalDeviceSubgroupSizeControlFeaturesEXT>(
          VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_FEATURES_EXT)),
      faults_(Zeroed<VkPhysicalDeviceFaultFeaturesEXT>(
          VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FAULT_FEATURES_EXT)),
      mixed_dot_(Zeroed<MixedDot>(
          static_cast<VkStructureType>(kMixedDotFeaturesType))) {
  core_.pNext = &v11_;
  v11_.pNext = &v12_;
  if (cooperative_matrices) {
    v12_.pNext = &matrices_;
    matrices_.pNext = &subgroups_;
  }
  if (device_fault) {
    faults_.pNext = v12_.pNext;
    v12_.pNext = &faults_;
  }
  if (mixed_dot) {
    mixed_dot_.pNext = v12_.pNext;
    v12_.pNext = &mixed_dot_;
  }
}

std::string Features::Missing() const {
  std::string missing;
#define DML_APPEND_IF_OFF(structure, feature) \
  if (!structure.feature) Append(#feature, &missing);
  DML_REQUIRED_FEATURES(DML_APPEND_IF_OFF)
#undef DML_APPEND_IF_OFF
  return missing;
}

void Features::Select(const Features& supported) {
#define DML_TURN_ON(structure, feature) structure.feature = VK_TRUE;
  DML_REQUIRED_FEATURES(DML_TURN_ON)
#undef DML_TURN_ON
  v12_.shaderFloat16 = supported.v12_.shaderFloat16;
  v12_.hostQueryReset = supported.v12_.hostQueryReset;
  core_.features.shaderFloat64 = supported.core_.features.shaderFloat64;
  core_.features.sparseBinding = supported.sparse_binding();
  faults_.deviceFault = supported.device_fault();
  mixed_dot_.features.float16_sum_float32 = supported.mixed_dot();
  if (supported.cooperative_matrices()) {
    matrices_.cooperativeMatrix = VK_TRUE;
    v12_.vulkanMemoryModel = VK_TRUE;
    subgroups_.subgroupSizeControl = VK_TRUE;
    subgroups_.computeFullSubgroups = VK_TRUE;
  }
}

std::string MissingSubgroupOperations(
    const VkPhysicalDeviceVulkan11Properties& properties) {
  if (!(properties.subgroupSupportedStages & VK_SHADER_STAGE_COMPUTE_BIT)) {
    return "subgroup operations in compute programs";
  }
  static constexpr struct {
    VkSubgroupFeatureFlagBits bit;
    const char* name;
  } kRequired[] = {
      {VK_SUBGROUP_FEATURE_BASIC_BIT, "basic subgroup operations"},
      {VK_SUBGROUP_FEATURE_VOTE_BIT, "subgroup vote"},
      {VK_SUBGROUP_FEATURE_ARITHMETIC_BIT, "subgroup arithmetic"},
      {VK_SUBGROUP_FEATURE_BALLOT_BIT, "subgroup ballot"},
      {VK_SUBGROUP_FEATURE_SHUFFLE_BIT, "subgroup shuffle"},
  };
  std::string missing;
  for (const auto& required : kRequired) {
    if (!(properties.subgroupSupportedOperations & required.bit)) {
      Append(required.name, &missing);
    }
  }
  return missing;
}

}  // namespace vulkan
}  // namespace hal
}  // namespace dml
