/* A Vulkan loader that hands everything on to libvulkan.so.1, with drivers that
 * let programs control nothing of floating-point arithmetic
 * (VK_KHR_shader_float_controls), and whose conversions to float16 give
 * anything: in programs they are undefined values. Tests name it in
 * TF_DIRECTML_VULKAN_LOADER.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#define VK_NO_PROTOTYPES
#include <vulkan/vulkan.h>

#include "loader.h"

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

/* Numbers of the SPIR-V specification. */
enum { NOP = 0, UNDEF = 1, TYPE_FLOAT = 22, TYPE_VECTOR = 23, F_CONVERT = 115 };

static VKAPI_ATTR VkResult VKAPI_CALL
my_module(VkDevice device, const VkShaderModuleCreateInfo* info,
          const VkAllocationCallbacks* allocator, VkShaderModule* module) {
  const size_t count = info->codeSize / 4;
  uint32_t* words = malloc(info->codeSize);
  memcpy(words, info->pCode, info->codeSize);
  char* is_float16 = calloc(words[3], 1); /* the types, of all ids */
  for (size_t i = 5; i < count;) {
    uint32_t* word = words + i;
    i += word[0] >> 16;
    switch (word[0] & 0xffff) {
      case TYPE_FLOAT:
        is_float16[word[1]] = word[2] == 16;
        break;
      case TYPE_VECTOR:
        is_float16[word[1]] = is_float16[word[2]];
        break;
      case F_CONVERT:
        if (!is_float16[word[1]]) break;
        word[0] = 3u << 16 | UNDEF;
        word[3] = 1u << 16 | NOP;
        break;
    }
  }
  VkShaderModuleCreateInfo changed = *info;
  changed.pCode = words;
  VkResult result = next_module(device, &changed, allocator, module);
  free(is_float16);
  free(words);
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
  if (!OpenLoader("libvulkan.so.1")) return NULL;
  PFN_vkVoidFunction found = next_instance_proc(instance, function);
  if (strcmp(function, "vkGetPhysicalDeviceProperties2") == 0) {
    next_properties = (PFN_vkGetPhysicalDeviceProperties2)found;
    return (PFN_vkVoidFunction)my_properties;
  }
  ANSWER_DEVICE_PROC(my_device_proc)
  return found;
}
