#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/instance.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <string>

#include "tensorflow/core/common_runtime/dml/runtime/base/environment.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/os/shared_library.h"

namespace dml {
namespace hal {
namespace vulkan {
namespace {

#ifdef _WIN32
constexpr char kLoader[] = "vulkan-1.dll";
#else
constexpr char kLoader[] = "libvulkan.so.1";
#endif
constexpr char kValidationLayer[] = "VK_LAYER_KHRONOS_validation";

constexpr char kInstallDriver[] =
    "Install the GPU vendor's driver, or Mesa's (Debian and Ubuntu: apt "
    "install libvulkan1 mesa-vulkan-drivers). In a container the driver must "
    "be visible inside; for NVIDIA set NVIDIA_DRIVER_CAPABILITIES=all. "
    "`vulkaninfo --summary` shows what the system offers";

bool HasLayer(const InstanceFunctions& vk, const char* name) {
  uint32_t count = 0;
  vk.vkEnumerateInstanceLayerProperties(&count, nullptr);
  std::vector<VkLayerProperties> layers(count);
  vk.vkEnumerateInstanceLayerProperties(&count, layers.data());
  layers.resize(count);
  return std::any_of(layers.begin(), layers.end(), [&](const auto& layer) {
    return std::strcmp(layer.layerName, name) == 0;
  });
}

bool HasExtension(const InstanceFunctions& vk, const char* layer,
                  const char* name) {
  uint32_t count = 0;
  vk.vkEnumerateInstanceExtensionProperties(layer, &count, nullptr);
  std::vector<VkExtensionProperties> extensions(count);
  vk.vkEnumerateInstanceExtensionProperties(layer, &count, extensions.data());
  extensions.resize(count);
  return std::any_of(extensions.begin(), extensions.end(), [&](const auto& e) {
    return std::strcmp(e.extensionName, name) == 0;
  });
}

// A layer that is older than the driver reports structures and extensions which
// the driver has, and the layer has not heard of.
bool IsOfOldLayer(const VkDebugUtilsMessengerCallbackDataEXT& data) {
  constexpr const char* kUnknown[] = {"unknown VkStructureType",
                                      "is not supported by this layer"};
  return std::any_of(std::begin(kUnknown), std::end(kUnknown),
                     [&](const char* unknown) {
                       return std::strstr(data.pMessage, unknown) != nullptr;
                     });
}

VKAPI_ATTR VkBool32 VKAPI_CALL PrintMessage(
    VkDebugUtilsMessageSeverityFlagBitsEXT severity,
    VkDebugUtilsMessageTypeFlagsEXT /*types*/,
    const VkDebugUtilsMessengerCallbackDataEXT* data, void* /*user_data*/) {
  if (IsOfOldLayer(*data)) return VK_FALSE;
  const bool error = severity >= VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT;
  std::fprintf(stderr, "DML validation %s: %s\n", error ? "error" : "warning",
               data->pMessage);
  return VK_FALSE;
}

}  // namespace

Status Instance::Get(std::shared_ptr<const Instance>* instance) {
  // Leaked, so that they outlive every other static object.
  static std::mutex& mutex = *new std::mutex;
  static std::weak_ptr<const Instance>& current =
      *new std::weak_ptr<const Instance>;
  std::lock_guard<std::mutex> lock(mutex);
  *instance = current.lock();
  if (*instance != nullptr) return Status::Ok();

  std::shared_ptr<Instance> made(new Instance);
  DML_RETURN_IF_ERROR(made->OpenLoader());
  DML_RETURN_IF_ERROR(made->Create());
  made->StartDebugMessenger();
  current = made;
  *instance = std::move(made);
  return Status::Ok();
}

Instance::~Instance() {
  if (instance_ == VK_NULL_HANDLE) return;
  if (messenger_ != VK_NULL_HANDLE) {
    auto destroy = reinterpret_cast<PFN_vkDestroyDebugUtilsMessengerEXT>(
        get_proc_(instance_, "vkDestroyDebugUtilsMessengerEXT"));
    if (destroy != nullptr) destroy(instance_, messenger_, nullptr);
  }
  vk_.vkDestroyInstance(instance_, nullptr);
}

Status Instance::OpenLoader() {
  const std::string& chosen = GetEnvironment().vulkan_loader;
  const std::string name = chosen.empty() ? kLoader : chosen;
  const os::SharedLibrary library(name.c_str());
  if (!library.ok()) {
    return Error(Code::kUnavailable, "the Vulkan loader cannot be opened (",
                 library.problem(), "). ",
                 chosen.empty() ? kInstallDriver
                                : "Correct or unset TF_DIRECTML_VULKAN_LOADER");
  }
  get_proc_ = reinterpret_cast<PFN_vkGetInstanceProcAddr>(
      library.Find("vkGetInstanceProcAddr"));
  if (get_proc_ == nullptr) {
    return Error(Code::kUnavailable, name,
                 " is no Vulkan loader: it has no vkGetInstanceProcAddr");
  }
  // Absent from Vulkan 1.0's loaders, so asked for before all others.
  vk_.vkEnumerateInstanceVersion =
      reinterpret_cast<PFN_vkEnumerateInstanceVersion>(
          get_proc_(nullptr, "vkEnumerateInstanceVersion"));
  uint32_t version = VK_API_VERSION_1_0;
  if (vk_.vkEnumerateInstanceVersion != nullptr) {
    DML_RETURN_IF_VK_ERROR(vk_.vkEnumerateInstanceVersion(&version),
                           "vkEnumerateInstanceVersion");
  }
  if (version < VK_API_VERSION_1_2) {
    return Error(Code::kUnavailable, "the Vulkan loader ", name,
                 " is of version ", VK_API_VERSION_MAJOR(version), ".",
                 VK_API_VERSION_MINOR(version),
                 "; 1.2 is needed. Update it (Debian and Ubuntu: apt install "
                 "libvulkan1)");
  }
  api_version_ = std::min<uint32_t>(version, VK_API_VERSION_1_3);
#define DML_VK_GLOBAL(name)                                              \
  vk_.name = reinterpret_cast<PFN_##name>(get_proc_(nullptr, #name));    \
  if (vk_.name == nullptr) {                                             \
    return Error(Code::kUnavailable, "the Vulkan loader lacks ", #name); \
  }
#define DML_VK_INSTANCE(name)
#define DML_VK_DEVICE(name)
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/functions.inc"
  return Status::Ok();
}

Status Instance::Create() {
  auto application =
      Zeroed<VkApplicationInfo>(VK_STRUCTURE_TYPE_APPLICATION_INFO);
  application.pApplicationName = "TensorFlow";
  application.pEngineName = "tensorflow-directml";
  application.apiVersion = api_version_;

  std::vector<const char*> layers;
  std::vector<const char*> extensions;
  if (GetEnvironment().debug) {
    if (HasLayer(vk_, kValidationLayer)) {
      layers.push_back(kValidationLayer);
    } else {
      std::fprintf(stderr,
                   "DML: TF_DIRECTML_DEBUG is set, but %s is not installed "
                   "(Debian and Ubuntu: apt install "
                   "vulkan-validationlayers)\n",
                   kValidationLayer);
    }
    debug_utils_ =
        HasExtension(vk_, nullptr, VK_EXT_DEBUG_UTILS_EXTENSION_NAME) ||
        (!layers.empty() && HasExtension(vk_, kValidationLayer,
                                         VK_EXT_DEBUG_UTILS_EXTENSION_NAME));
    if (debug_utils_) extensions.push_back(VK_EXT_DEBUG_UTILS_EXTENSION_NAME);
  }

  auto create =
      Zeroed<VkInstanceCreateInfo>(VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO);
  create.pApplicationInfo = &application;
  create.enabledLayerCount = layers.size();
  create.ppEnabledLayerNames = layers.data();
  create.enabledExtensionCount = extensions.size();
  create.ppEnabledExtensionNames = extensions.data();
  const VkResult result = vk_.vkCreateInstance(&create, nullptr, &instance_);
  if (result != VK_SUCCESS) {
    instance_ = VK_NULL_HANDLE;
    return Error(Code::kUnavailable,
                 result == VK_ERROR_INCOMPATIBLE_DRIVER
                     ? "no working Vulkan driver is installed"
                     : "Vulkan cannot be started",
                 " (vkCreateInstance returned ", ResultName(result), "). ",
                 kInstallDriver);
  }
#define DML_VK_GLOBAL(name)
#define DML_VK_INSTANCE(name)                                            \
  vk_.name = reinterpret_cast<PFN_##name>(get_proc_(instance_, #name));  \
  if (vk_.name == nullptr) {                                             \
    return Error(Code::kUnavailable, "the Vulkan loader lacks ", #name); \
  }
#define DML_VK_DEVICE(name)
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/functions.inc"
  vk_.vkGetPhysicalDeviceCalibrateableTimeDomainsEXT =
      reinterpret_cast<PFN_vkGetPhysicalDeviceCalibrateableTimeDomainsEXT>(
          get_proc_(instance_,
                    "vkGetPhysicalDeviceCalibrateableTimeDomainsEXT"));
  vk_.vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR =
      get_proc_(instance_, "vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR");
  return Status::Ok();
}

void Instance::StartDebugMessenger() {
  if (!debug_utils_) return;
  auto create = reinterpret_cast<PFN_vkCreateDebugUtilsMessengerEXT>(
      get_proc_(instance_, "vkCreateDebugUtilsMessengerEXT"));
  if (create == nullptr) return;
  auto info = Zeroed<VkDebugUtilsMessengerCreateInfoEXT>(
      VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT);
  info.messageSeverity = VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT |
                         VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT;
  info.messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_GENERAL_BIT_EXT |
                     VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT |
                     VK_DEBUG_UTILS_MESSAGE_TYPE_PERFORMANCE_BIT_EXT;
  info.pfnUserCallback = PrintMessage;
  if (create(instance_, &info, nullptr, &messenger_) != VK_SUCCESS) {
    messenger_ = VK_NULL_HANDLE;
  }
}

Status Instance::PhysicalDevices(std::vector<VkPhysicalDevice>* devices) const {
  devices->clear();
  uint32_t count = 0;
  VkResult result = vk_.vkEnumeratePhysicalDevices(instance_, &count, nullptr);
  if (result >= 0 && count != 0) {
    devices->resize(count);
    result = vk_.vkEnumeratePhysicalDevices(instance_, &count, devices->data());
    devices->resize(result >= 0 ? count : 0);
  }
  if (result < 0) {
    return Error(Code::kUnavailable,
                 "the Vulkan driver does not start "
                 "(vkEnumeratePhysicalDevices returned ",
                 ResultName(result), "). ", kInstallDriver);
  }
  if (devices->empty()) {
    return Error(Code::kUnavailable, "Vulkan finds no device. ",
                 kInstallDriver);
  }
  return Status::Ok();
}

Status Instance::LoadDeviceFunctions(VkDevice device,
                                     DeviceFunctions* vk) const {
#define DML_VK_GLOBAL(name)
#define DML_VK_INSTANCE(name)
#define DML_VK_DEVICE(name)                                                 \
  vk->name =                                                                \
      reinterpret_cast<PFN_##name>(vk_.vkGetDeviceProcAddr(device, #name)); \
  if (vk->name == nullptr) {                                                \
    return Error(Code::kUnavailable, "the Vulkan driver lacks ", #name,     \
                 "; update it");                                            \
  }
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/functions.inc"
  if (debug_utils_) {
    vk->vkSetDebugUtilsObjectNameEXT =
        reinterpret_cast<PFN_vkSetDebugUtilsObjectNameEXT>(
            vk_.vkGetDeviceProcAddr(device, "vkSetDebugUtilsObjectNameEXT"));
  }
  return Status::Ok();
}

}  // namespace vulkan
}  // namespace hal
}  // namespace dml
