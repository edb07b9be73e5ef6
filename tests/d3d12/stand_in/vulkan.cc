// libvulkan.so.1 for vkd3d: the machine's, but for what exact_doubles.h mends.
//
// The machine's is libvulkan_machine.so here, a link that ci/d3d12/prepare.py makes.
#include <dlfcn.h>
#include <vulkan/vulkan.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "exact_doubles.h"

namespace {

PFN_vkGetInstanceProcAddr Machine() {
  static const auto function = [] {
    void* library = dlopen("libvulkan_machine.so", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
      std::fprintf(stderr, "stand-in: %s\n", dlerror());
      std::abort();
    }
    return reinterpret_cast<PFN_vkGetInstanceProcAddr>(
        dlsym(library, "vkGetInstanceProcAddr"));
  }();
  return function;
}

PFN_vkGetDeviceProcAddr machine_device_function = nullptr;

VkResult CreateShaderModule(VkDevice device, const VkShaderModuleCreateInfo* info,
                            const VkAllocationCallbacks* allocator,
                            VkShaderModule* module) {
  const std::vector<uint32_t> code = stand_in::WithExactDoubles(
      info->pCode, info->codeSize / sizeof(uint32_t));
  VkShaderModuleCreateInfo mended = *info;
  mended.pCode = code.data();
  mended.codeSize = code.size() * sizeof(uint32_t);
  const auto create = reinterpret_cast<PFN_vkCreateShaderModule>(
      machine_device_function(device, "vkCreateShaderModule"));
  return create(device, &mended, allocator, module);
}

PFN_vkVoidFunction DeviceFunction(VkDevice device, const char* name) {
  if (std::strcmp(name, "vkCreateShaderModule") == 0) {
    return reinterpret_cast<PFN_vkVoidFunction>(CreateShaderModule);
  }
  return machine_device_function(device, name);
}

}  // namespace

extern "C" __attribute__((visibility("default"))) PFN_vkVoidFunction
vkGetInstanceProcAddr(VkInstance instance, const char* name) {
  const PFN_vkVoidFunction found = Machine()(instance, name);
  if (found == nullptr) return nullptr;
  if (std::strcmp(name, "vkGetInstanceProcAddr") == 0) {
    return reinterpret_cast<PFN_vkVoidFunction>(vkGetInstanceProcAddr);
  }
  // The loader's function is the same for all instances.
  if (std::strcmp(name, "vkGetDeviceProcAddr") == 0) {
    machine_device_function = reinterpret_cast<PFN_vkGetDeviceProcAddr>(found);
    return reinterpret_cast<PFN_vkVoidFunction>(DeviceFunction);
  }
  return found;
}
