#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/adapter.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/hal/drivers.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/cooperative_matrix.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/device.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/features.h"

namespace dml {
namespace hal {
namespace vulkan {
namespace {

constexpr uint32_t kNoQueueFamily = ~0u;

std::string VersionText(uint32_t version) {
  return std::to_string(VK_API_VERSION_MAJOR(version)) + "." +
         std::to_string(VK_API_VERSION_MINOR(version)) + "." +
         std::to_string(VK_API_VERSION_PATCH(version));
}

AdapterType TypeOf(VkPhysicalDeviceType type) {
  switch (type) {
    case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU:
    case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU:  // a share of a server's card
      return AdapterType::kDiscrete;
    case VK_PHYSICAL_DEVICE_TYPE_CPU:
      return AdapterType::kSoftware;
    default:
      return AdapterType::kIntegrated;
  }
}

// A queue family that computes, or kNoQueueFamily. On a discrete adapter one
// without graphics comes first: it does not wait for the desktop's drawing.
uint32_t ChooseQueueFamily(const std::vector<VkQueueFamilyProperties>& families,
                           AdapterType type) {
  uint32_t chosen = kNoQueueFamily;
  for (uint32_t i = 0; i < families.size(); ++i) {
    const VkQueueFlags flags = families[i].queueFlags;
    if (!(flags & VK_QUEUE_COMPUTE_BIT) || families[i].queueCount == 0) {
      continue;
    }
    if (chosen == kNoQueueFamily) chosen = i;
    if (type == AdapterType::kDiscrete && !(flags & VK_QUEUE_GRAPHICS_BIT)) {
      return i;
    }
  }
  return chosen;
}

bool HasExtension(const InstanceFunctions& vk, VkPhysicalDevice device,
                  const char* name) {
  uint32_t count = 0;
  vk.vkEnumerateDeviceExtensionProperties(device, nullptr, &count, nullptr);
  std::vector<VkExtensionProperties> extensions(count);
  vk.vkEnumerateDeviceExtensionProperties(device, nullptr, &count,
                                          extensions.data());
  extensions.resize(count);
  return std::any_of(extensions.begin(), extensions.end(), [&](const auto& e) {
    return std::strcmp(e.extensionName, name) == 0;
  });
}

// Whether the driver can read the device's clock and the host's at once.
bool CanCalibrate(const InstanceFunctions& vk, VkPhysicalDevice device) {
  const auto list = vk.vkGetPhysicalDeviceCalibrateableTimeDomainsEXT;
  if (list == nullptr ||
      !HasExtension(vk, device, VK_EXT_CALIBRATED_TIMESTAMPS_EXTENSION_NAME)) {
    return false;
  }
  uint32_t count = 0;
  if (list(device, &count, nullptr) != VK_SUCCESS) return false;
  std::vector<VkTimeDomainEXT> domains(count);
  if (list(device, &count, domains.data()) != VK_SUCCESS) return false;
  domains.resize(count);
  const auto has = [&domains](VkTimeDomainEXT domain) {
    return std::find(domains.begin(), domains.end(), domain) != domains.end();
  };
  return has(VK_TIME_DOMAIN_DEVICE_EXT) &&
         has(VK_TIME_DOMAIN_CLOCK_MONOTONIC_EXT);
}

void FillLimits(const VkPhysicalDeviceProperties& properties,
                AdapterInfo* info) {
  info->name = properties.deviceName;
  info->driver = "driver version " + std::to_string(properties.driverVersion);
  info->api = "Vulkan " + VersionText(properties.apiVersion);
  info->vendor_id = properties.vendorID;
  info->device_id = properties.deviceID;
  info->type = TypeOf(properties.deviceType);
  const VkPhysicalDeviceLimits& limits = properties.limits;
  info->max_group_invocations = limits.maxComputeWorkGroupInvocations;
  std::copy_n(limits.maxComputeWorkGroupSize, 3, info->max_group_size);
  std::copy_n(limits.maxComputeWorkGroupCount, 3, info->max_grid);
  info->max_shared_bytes = limits.maxComputeSharedMemorySize;
}

// What needs Vulkan 1.2 to be asked. Returns what is lacking.
std::string FillFrom12(const EnumerateOptions& options,
                       PhysicalDevice* physical, uint32_t api_version) {
  const InstanceFunctions& vk = physical->instance->vk();
  AdapterInfo* info = &physical->info;

  auto properties = Zeroed<VkPhysicalDeviceProperties2>(
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2);
  auto v11 = Zeroed<VkPhysicalDeviceVulkan11Properties>(
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_PROPERTIES);
  auto v12 = Zeroed<VkPhysicalDeviceVulkan12Properties>(
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_PROPERTIES);
  auto v13 = Zeroed<VkPhysicalDeviceVulkan13Properties>(
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_PROPERTIES);
  properties.pNext = &v11;
  v11.pNext = &v12;
  v13.maxBufferSize = std::numeric_limits<uint64_t>::max();
  if (api_version >= VK_API_VERSION_1_3) v12.pNext = &v13;
  vk.vkGetPhysicalDeviceProperties2(physical->handle, &properties);
  info->driver = std::string(v12.driverName) + " " + v12.driverInfo;
  info->subgroup_size = v11.subgroupSize;
  for (size_t i = 0; i < info->uuid.size(); ++i) {
    info->uuid[i] = v11.deviceUUID[i] ^ v11.driverUUID[i];
  }
  info->max_heap_bytes =
      std::min({info->memory_bytes, v11.maxMemoryAllocationSize,
                uint64_t{v13.maxBufferSize}});

  physical->subgroup_size_control_extension = HasExtension(
      vk, physical->handle, VK_EXT_SUBGROUP_SIZE_CONTROL_EXTENSION_NAME);
  const bool matrices =
      options.cooperative_matrices &&
      (api_version >= VK_API_VERSION_1_3 ||
       physical->subgroup_size_control_extension) &&
      HasExtension(vk, physical->handle, kCooperativeMatrixExtension);
  physical->device_fault =
      HasExtension(vk, physical->handle, VK_EXT_DEVICE_FAULT_EXTENSION_NAME);
  Features features(matrices, physical->device_fault);
  vk.vkGetPhysicalDeviceFeatures2(physical->handle, features.chain());
  if (features.cooperative_matrices()) {
    FillMatrices(vk, physical->handle, info);
  }
  info->float16_arithmetic = features.float16_arithmetic();
  info->float64 = features.float64();
  physical->device_fault = features.device_fault();
  std::string missing = features.Missing();
  const std::string subgroup = MissingSubgroupOperations(v11);
  if (!missing.empty() && !subgroup.empty()) missing += ", ";
  return missing + subgroup;
}

void FillMemory(PhysicalDevice* physical) {
  auto properties = Zeroed<VkPhysicalDeviceMemoryProperties2>(
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2);
  physical->instance->vk().vkGetPhysicalDeviceMemoryProperties2(
      physical->handle, &properties);
  physical->memory = properties.memoryProperties;

  const VkPhysicalDeviceMemoryProperties& memory = physical->memory;
  constexpr VkMemoryPropertyFlags kUnified =
      VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT |
      VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT |
      VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
  bool all_visible = true;
  for (uint32_t h = 0; h < memory.memoryHeapCount; ++h) {
    if (!(memory.memoryHeaps[h].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT)) {
      continue;
    }
    physical->info.memory_bytes += memory.memoryHeaps[h].size;
    bool visible = false;
    for (uint32_t t = 0; t < memory.memoryTypeCount; ++t) {
      visible |= memory.memoryTypes[t].heapIndex == h &&
                 (memory.memoryTypes[t].propertyFlags & kUnified) == kUnified;
    }
    all_visible &= visible;
  }
  // A discrete card with a large BAR also shows all of its memory to the host,
  // but across the bus: staged copies are the faster way there.
  physical->info.unified_memory =
      all_visible && physical->info.type != AdapterType::kDiscrete;
}

}  // namespace

VulkanAdapter::VulkanAdapter(std::shared_ptr<const Instance> instance,
                             VkPhysicalDevice device,
                             const EnumerateOptions& options) {
  physical_.instance = std::move(instance);
  physical_.handle = device;
  const InstanceFunctions& vk = physical_.instance->vk();
  AdapterInfo* info = &physical_.info;

  VkPhysicalDeviceProperties properties{};
  vk.vkGetPhysicalDeviceProperties(device, &properties);
  FillLimits(properties, info);
  if (properties.apiVersion < VK_API_VERSION_1_2) {
    info->unusable_because = "Vulkan 1.2 (its driver offers " +
                             VersionText(properties.apiVersion) +
                             "); update the driver to one with Vulkan 1.2";
    return;
  }
  FillMemory(&physical_);
  std::string missing = FillFrom12(
      options, &physical_,
      std::min(properties.apiVersion, physical_.instance->api_version()));

  uint32_t count = 0;
  vk.vkGetPhysicalDeviceQueueFamilyProperties(device, &count, nullptr);
  std::vector<VkQueueFamilyProperties> families(count);
  vk.vkGetPhysicalDeviceQueueFamilyProperties(device, &count, families.data());
  physical_.queue_family = ChooseQueueFamily(families, info->type);
  if (physical_.queue_family == kNoQueueFamily) {
    if (!missing.empty()) missing += ", ";
    missing += "a compute queue";
  }
  if (physical_.queue_family != kNoQueueFamily &&
      families[physical_.queue_family].timestampValidBits != 0) {
    physical_.clock.tick_ns = properties.limits.timestampPeriod;
    physical_.clock.valid_bits =
        families[physical_.queue_family].timestampValidBits;
    physical_.clock.calibrated = CanCalibrate(vk, device);
  }
  if (!missing.empty()) {
    info->unusable_because =
        missing +
        "; update the driver, and where the newest still lacks it, "
        "the adapter is too old";
  }
  physical_.memory_budget =
      HasExtension(vk, device, VK_EXT_MEMORY_BUDGET_EXTENSION_NAME);
}

Status VulkanAdapter::CreateDevice(std::unique_ptr<Device>* device) {
  const AdapterInfo& info = physical_.info;
  if (!info.unusable_because.empty()) {
    return Error(Code::kUnavailable, "adapter \"", info.name,
                 "\" cannot be used: it lacks ", info.unusable_because);
  }
  return VulkanDevice::Create(physical_, device);
}

}  // namespace vulkan

Status EnumerateVulkan(const EnumerateOptions& options,
                       std::vector<std::unique_ptr<Adapter>>* adapters) {
  std::shared_ptr<const vulkan::Instance> instance;
  DML_RETURN_IF_ERROR(vulkan::Instance::Get(&instance));
  std::vector<VkPhysicalDevice> devices;
  DML_RETURN_IF_ERROR(instance->PhysicalDevices(&devices));
  adapters->clear();
  for (VkPhysicalDevice device : devices) {
    adapters->push_back(
        std::make_unique<vulkan::VulkanAdapter>(instance, device, options));
  }
  return Status::Ok();
}

}  // namespace hal
}  // namespace dml
