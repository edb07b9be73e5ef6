/* A Vulkan loader that hands everything on to libvulkan.so.1, with drivers that
 * let programs control nothing of floating-point arithmetic
 * (VK_KHR_shader_float_controls), and that round to float16 toward zero:
 * programs get an execution mode that says so. Tests name it in
 * TF_DIRECTML_VULKAN_LOADER.
 */
#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#define VK_NO_PROTOTYPES
#include <vulkan/vulkan.h>

static PFN_vkGetInstanceProcAddr next_instance_proc;
static PFN_vkGetDeviceProcAddr next_device_proc;
static PFN_vkGetPhysicalDeviceProperties2 next_properties;
static PFN_vkCreateShaderModule next_module;

static VKAPI_ATTR void VKAPI_CALL my_properties(
    VkPhysicalDevice adapter, VkPhysicalDeviceProperties2* properties) {
  next_properties(adapter, properties);
  for (VkBaseOutStructure* next = properties->pNext; next; next = next->pNext) {
    if (next->sType != VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_PROPERTIES)
      continue;
    VkPhysicalDeviceVulkan12Properties* v12 = (void*)next;
    const size_t begin = offsetof(VkPhysicalDeviceVulkan12Properties,
                                  shaderSignedZeroInfNanPreserveFloat16);
    const size_t end = offsetof(VkPhysicalDeviceVulkan12Properties,
                                maxUpdateAfterBindDescriptorsInAllPools);
    memset((char*)v12 + begin, 0, end - begin);
  }
}

static VKAPI_ATTR VkResult VKAPI_CALL
my_module(VkDevice device, const VkShaderModuleCreateInfo* info,
          const VkAllocationCallbacks* allocator, VkShaderModule* module) {
  const uint32_t* words = info->pCode;
  const size_t count = info->codeSize / 4;
  uint32_t* edited = malloc(4 * (count + 6));
  size_t length = 5; /* the header */
  memcpy(edited, words, 4 * length);
  edited[length++] = 2u << 16 | 17; /* OpCapability RoundingModeRTZ */
  edited[length++] = 4468;
  for (size_t i = 5; i < count; i += words[i] >> 16) {
    memcpy(edited + length, words + i, 4 * (words[i] >> 16));
    length += words[i] >> 16;
    if ((words[i] & 0xffff) != 15) continue; /* OpEntryPoint, of which is one */
    edited[length++] = 4u << 16 | 16;        /* OpExecutionMode */
    edited[length++] = words[i + 2];
    edited[length++] = 4463; /* RoundingModeRTZ */
    edited[length++] = 16;
  }
  VkShaderModuleCreateInfo changed = *info;
  changed.codeSize = 4 * length;
  changed.pCode = edited;
  VkResult result = next_module(device, &changed, allocator, module);
  free(edited);
  return result;
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL
my_device_proc(VkDevice device, const char* function) {
  PFN_vkVoidFunction found = next_device_proc(device, function);
  if (strcmp(function, "vkCreateShaderModule") != 0) return found;
  next_module = (PFN_vkCreateShaderModule)found;
  return (PFN_vkVoidFunction)my_module;
}

VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL
vkGetInstanceProcAddr(VkInstance instance, const char* function) {
  if (next_instance_proc == NULL) {
    void* library = dlopen("libvulkan.so.1", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) return NULL;
    next_instance_proc =
        (PFN_vkGetInstanceProcAddr)dlsym(library, "vkGetInstanceProcAddr");
  }
  PFN_vkVoidFunction found = next_instance_proc(instance, function);
  if (strcmp(function, "vkGetPhysicalDeviceProperties2") == 0) {
    next_properties = (PFN_vkGetPhysicalDeviceProperties2)found;
    return (PFN_vkVoidFunction)my_properties;
  }
  if (strcmp(function, "vkGetDeviceProcAddr") == 0) {
    next_device_proc = (PFN_vkGetDeviceProcAddr)found;
    return (PFN_vkVoidFunction)my_device_proc;
  }
  return found;
}
