#include "vulkan.h"

#include <dlfcn.h>

#include <cstring>
#include <vector>

#include "exact_doubles.h"

namespace stand_in {
namespace {

// The loader's: the same for all instances and devices.
PFN_vkGetInstanceProcAddr loaders_instance_function = nullptr;
PFN_vkGetDeviceProcAddr loaders_device_function = nullptr;

VKAPI_ATTR VkResult VKAPI_CALL
CreateShaderModule(VkDevice device, const VkShaderModuleCreateInfo* info,
                   const VkAllocationCallbacks* allocator,
                   VkShaderModule* module) {
  const std::vector<uint32_t> code =
      WithExactDoubles(info->pCode, info->codeSize / sizeof(uint32_t));
  VkShaderModuleCreateInfo mended = *info;
  mended.pCode = code.data();
  mended.codeSize = code.size() * sizeof(uint32_t);
  const auto create = reinterpret_cast<PFN_vkCreateShaderModule>(
      loaders_device_function(device, "vkCreateShaderModule"));
  return create(device, &mended, allocator, module);
}

VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL DeviceFunction(VkDevice device,
                                                        const char* name) {
  if (std::strcmp(name, "vkCreateShaderModule") == 0) {
    return reinterpret_cast<PFN_vkVoidFunction>(CreateShaderModule);
  }
  return loaders_device_function(device, name);
}

VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL InstanceFunction(VkInstance instance,
                                                          const char* name) {
  const PFN_vkVoidFunction found = loaders_instance_function(instance, name);
  if (found == nullptr || std::strcmp(name, "vkGetDeviceProcAddr") != 0) {
    return found;
  }
  loaders_device_function = reinterpret_cast<PFN_vkGetDeviceProcAddr>(found);
  return reinterpret_cast<PFN_vkVoidFunction>(DeviceFunction);
}

}  // namespace

PFN_vkGetInstanceProcAddr MendingVulkan() {
  static const PFN_vkGetInstanceProcAddr function = [] {
    void* const library = dlopen("libvulkan.so.1", RTLD_NOW | RTLD_LOCAL);
    if (library != nullptr) {
      loaders_instance_function = reinterpret_cast<PFN_vkGetInstanceProcAddr>(
          dlsym(library, "vkGetInstanceProcAddr"));
    }
    return loaders_instance_function == nullptr ? nullptr : InstanceFunction;
  }();
  return function;
}

}  // namespace stand_in
