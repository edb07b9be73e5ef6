#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/adapter.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/cache_file.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/drivers.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/cooperative_matrix.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/device.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/features.h"

namespace dml {
namespace hal {
namespace vulkan {
namespace {

// Drivers younger than the oldest headers that this compiles with.
constexpr uint32_t kNvkDriver = 24;
constexpr uint32_t kDozenDriver = 23;

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

// Among the drivers of one vendor's GPUs, the one that computes best on them;
// translations to another API come last.
uint32_t RankOf(uint32_t driver) {
  switch (driver) {
    case VK_DRIVER_ID_NVIDIA_PROPRIETARY:
    case VK_DRIVER_ID_MESA_RADV:
    case VK_DRIVER_ID_INTEL_OPEN_SOURCE_MESA:
      return 0;
    case VK_DRIVER_ID_AMD_OPEN_SOURCE:
    case VK_DRIVER_ID_INTEL_PROPRIETARY_WINDOWS:
      return 1;
    case VK_DRIVER_ID_AMD_PROPRIETARY:
    case kNvkDriver:
      return 2;
    case kDozenDriver:
    case VK_DRIVER_ID_MESA_VENUS:
      return 4;
    default:
      return 3;
  }
}

void FillIdentity(const VkPhysicalDeviceVulkan11Properties& v11,
                  const VkPhysicalDeviceVulkan12Properties& v12,
                  uint32_t api_version, AdapterInfo* info) {
  std::copy_n(v11.deviceUUID, info->gpu.uuid.size(), info->gpu.uuid.begin());
  if (v11.deviceLUIDValid) {
    std::memcpy(&info->gpu.luid, v11.deviceLUID, sizeof(info->gpu.luid));
  }
  info->merit.kind = v12.driverID;
  info->merit.rank = RankOf(v12.driverID);
  const VkConformanceVersion& c = v12.conformanceVersion;
  info->merit.conformance = {c.major, c.minor, c.subminor, c.patch};
  info->merit.api = api_version;
}

// Tells the caches of adapters and drivers apart. A device's UUID may be a
// place alone (RADV: its PCI address), where another machine, or another day,
// has another model, and a driver's the same for all of its versions.
void FillUuid(const VkPhysicalDeviceVulkan11Properties& v11,
              AdapterInfo* info) {
  const uint32_t model[] = {info->vendor_id, info->device_id};
  const uint64_t hash = Checksum(model, sizeof(model));
  for (size_t i = 0; i < info->uuid.size(); ++i) {
    info->uuid[i] = static_cast<uint8_t>(v11.deviceUUID[i] ^ v11.driverUUID[i] ^
                                         hash >> i % 8 * 8);
  }
}

std::string PciAddress(const VkPhysicalDevicePCIBusInfoPropertiesEXT& pci) {
  char text[40];
  std::snprintf(text, sizeof(text), "%04x:%02x:%02x.%x", pci.pciDomain,
                pci.pciBus, pci.pciDevice, pci.pciFunction);
  return text;
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
  auto buffers = Zeroed<VkPhysicalDeviceMaintenance4Properties>(
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_4_PROPERTIES);
  properties.pNext = &v11;
  v11.pNext = &v12;
  const bool tells_buffers =
      api_version >= VK_API_VERSION_1_3 ||
      HasExtension(vk, physical->handle, VK_KHR_MAINTENANCE_4_EXTENSION_NAME);
  if (tells_buffers) v12.pNext = &buffers;
  auto pci = Zeroed<VkPhysicalDevicePCIBusInfoPropertiesEXT>(
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PCI_BUS_INFO_PROPERTIES_EXT);
  const bool has_pci =
      HasExtension(vk, physical->handle, VK_EXT_PCI_BUS_INFO_EXTENSION_NAME);
  if (has_pci) {
    pci.pNext = properties.pNext;
    properties.pNext = &pci;
  }
  auto bytes = Zeroed<VkPhysicalDeviceShaderIntegerDotProductPropertiesKHR>(
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_INTEGER_DOT_PRODUCT_PROPERTIES_KHR);
  if (api_version >= VK_API_VERSION_1_3 ||
      HasExtension(vk, physical->handle,
                   VK_KHR_SHADER_INTEGER_DOT_PRODUCT_EXTENSION_NAME)) {
    bytes.pNext = properties.pNext;
    properties.pNext = &bytes;
  }
  vk.vkGetPhysicalDeviceProperties2(physical->handle, &properties);
  info->driver = std::string(v12.driverName) + " " + v12.driverInfo;
  FillIdentity(v11, v12, properties.properties.apiVersion, info);
  if (has_pci) info->gpu.pci_address = PciAddress(pci);
  info->subgroup_size = v11.subgroupSize;
  physical->float_controls = SelectFloatControls(v12);
  FillUuid(v11, info);
  // maxMemoryAllocationSize is a promise, not a bound: a driver may take more.
  info->max_heap_bytes =
      std::min(info->memory_bytes, tells_buffers ? buffers.maxBufferSize
                                                 : v11.maxMemoryAllocationSize);
  info->promised_heap_bytes =
      std::min(info->max_heap_bytes, v11.maxMemoryAllocationSize);

  physical->subgroup_size_control_extension = HasExtension(
      vk, physical->handle, VK_EXT_SUBGROUP_SIZE_CONTROL_EXTENSION_NAME);
  const bool matrices =
      options.cooperative_matrices &&
      (api_version >= VK_API_VERSION_1_3 ||
       physical->subgroup_size_control_extension) &&
      HasExtension(vk, physical->handle, kCooperativeMatrixExtension);
  physical->device_fault =
      HasExtension(vk, physical->handle, VK_EXT_DEVICE_FAULT_EXTENSION_NAME);
  const bool mixed_dot = HasExtension(vk, physical->handle, kMixedDotExtension);
  Features features(matrices, physical->device_fault, mixed_dot);
  vk.vkGetPhysicalDeviceFeatures2(physical->handle, features.chain());
  if (features.cooperative_matrices()) {
    FillMatrices(vk, physical);
  }
  info->float16_arithmetic = features.float16_arithmetic();
  info->float16_products = FindFloat16Products(
      {info->vendor_id, features.float16_arithmetic(), features.mixed_dot(),
       bytes.integerDotProduct4x8BitPackedSignedAccelerated != VK_FALSE,
       bytes.integerDotProduct4x8BitPackedMixedSignednessAccelerated !=
           VK_FALSE});
  info->float64 = features.float64();
  physical->device_fault = features.device_fault();
  physical->host_query_reset = features.host_query_reset();
  physical->sparse_binding = features.sparse_binding();
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
  AdapterInfo* info = &physical->info;
  physical->memory = MemoryTypes(properties.memoryProperties, info->type);
  info->memory_bytes = physical->memory.tensor_bytes();
  info->unified_memory = physical->memory.unified();
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
  physical_.queues = ChooseQueues(families, info->type);
  if (!physical_.slot(Queue::kCompute).exists()) {
    if (!missing.empty()) missing += ", ";
    missing += "a compute queue";
  }
  QueueSlot& transfer = physical_.queues[static_cast<size_t>(Queue::kTransfer)];
  if (!options.transfer_queue) transfer = QueueSlot();
  info->transfer_queue = transfer.exists();
  info->grouped_programs = true;
  const bool calibrated = CanCalibrate(vk, device);
  for (const Queue queue : {Queue::kCompute, Queue::kTransfer}) {
    const QueueSlot& slot = physical_.slot(queue);
    if (!slot.exists()) continue;
    const uint32_t valid_bits = families[slot.family].timestampValidBits;
    // Queues that only copy cannot reset queries themselves.
    if (valid_bits == 0 ||
        (queue == Queue::kTransfer && !physical_.host_query_reset)) {
      continue;
    }
    physical_.clock(queue) = {properties.limits.timestampPeriod, valid_bits,
                              calibrated};
  }
  physical_.sparse_binding &=
      physical_.slot(Queue::kCompute).exists() &&
      (families[physical_.slot(Queue::kCompute).family].queueFlags &
       VK_QUEUE_SPARSE_BINDING_BIT) != 0;
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
