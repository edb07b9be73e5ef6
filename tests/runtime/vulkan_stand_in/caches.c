/* A Vulkan loader whose pipeline caches hold something, as those of GPUs'
 * drivers do: the software driver's are empty. It hands all else on to
 * libvulkan.so.1. A cache's data is the header that Vulkan describes, then a
 * number of 8 bytes for each pipeline: a hash of its program.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#define VK_NO_PROTOTYPES
#include <vulkan/vulkan.h>

#include "../../loader.h"

enum { kMax = 4096 };

typedef struct Cache {
  uint32_t count;
  uint64_t pipelines[kMax];
} Cache;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* of all below */
static struct {
  VkShaderModule module;
  uint64_t hash;
} modules[kMax];

#define CACHES_FUNCTIONS(F) \
  F(vkCreatePipelineCache)  \
  F(vkDestroyPipelineCache) \
  F(vkMergePipelineCaches)  \
  F(vkGetPipelineCacheData) \
  F(vkCreateShaderModule)   \
  F(vkDestroyShaderModule)  \
  F(vkCreateComputePipelines)

#define DECLARE_NEXT(name) static PFN_##name next_##name;
CACHES_FUNCTIONS(DECLARE_NEXT)

static uint64_t Hash(uint64_t hash, const void* data, size_t bytes) {
  const unsigned char* byte = data;
  for (size_t i = 0; i < bytes; ++i) hash = (hash ^ byte[i]) * 0x100000001b3;
  return hash;
}

static void Add(Cache* cache, uint64_t pipeline) {
  for (uint32_t i = 0; i < cache->count; ++i) {
    if (cache->pipelines[i] == pipeline) return;
  }
  if (cache->count < kMax) cache->pipelines[cache->count++] = pipeline;
}

static VKAPI_ATTR VkResult VKAPI_CALL my_vkCreatePipelineCache(
    VkDevice device, const VkPipelineCacheCreateInfo* info,
    const VkAllocationCallbacks* allocator, VkPipelineCache* made) {
  const size_t header = sizeof(VkPipelineCacheHeaderVersionOne);
  Cache* cache = calloc(1, sizeof(*cache));
  for (size_t at = header; at + 8 <= info->initialDataSize; at += 8) {
    uint64_t pipeline;
    memcpy(&pipeline, (const char*)info->pInitialData + at, 8);
    Add(cache, pipeline);
  }
  *made = (VkPipelineCache)cache;
  return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL
my_vkDestroyPipelineCache(VkDevice device, VkPipelineCache cache,
                          const VkAllocationCallbacks* allocator) {
  free((Cache*)cache);
}

static VKAPI_ATTR VkResult VKAPI_CALL
my_vkMergePipelineCaches(VkDevice device, VkPipelineCache to, uint32_t count,
                         const VkPipelineCache* from) {
  pthread_mutex_lock(&mutex);
  for (uint32_t i = 0; i < count; ++i) {
    const Cache* cache = (const Cache*)from[i];
    for (uint32_t p = 0; p < cache->count; ++p) {
      Add((Cache*)to, cache->pipelines[p]);
    }
  }
  pthread_mutex_unlock(&mutex);
  return VK_SUCCESS;
}

static VKAPI_ATTR VkResult VKAPI_CALL my_vkGetPipelineCacheData(
    VkDevice device, VkPipelineCache handle, size_t* size, void* data) {
  const Cache* cache = (const Cache*)handle;
  VkPipelineCacheHeaderVersionOne header = {sizeof(header)};
  header.headerVersion = VK_PIPELINE_CACHE_HEADER_VERSION_ONE;
  pthread_mutex_lock(&mutex);
  const size_t whole = sizeof(header) + 8 * (size_t)cache->count;
  if (data != NULL && *size >= whole) {
    memcpy(data, &header, sizeof(header));
    memcpy((char*)data + sizeof(header), cache->pipelines, 8 * cache->count);
  }
  const VkResult result =
      data != NULL && *size < whole ? VK_INCOMPLETE : VK_SUCCESS;
  *size = result == VK_SUCCESS ? whole : 0;
  pthread_mutex_unlock(&mutex);
  return result;
}

static VKAPI_ATTR VkResult VKAPI_CALL my_vkCreateShaderModule(
    VkDevice device, const VkShaderModuleCreateInfo* info,
    const VkAllocationCallbacks* allocator, VkShaderModule* module) {
  const VkResult result =
      next_vkCreateShaderModule(device, info, allocator, module);
  if (result != VK_SUCCESS) return result;
  pthread_mutex_lock(&mutex);
  for (uint32_t i = 0; i < kMax; ++i) {
    if (modules[i].module != VK_NULL_HANDLE) continue;
    modules[i].module = *module;
    modules[i].hash = Hash(0xcbf29ce484222325, info->pCode, info->codeSize);
    break;
  }
  pthread_mutex_unlock(&mutex);
  return result;
}

static VKAPI_ATTR void VKAPI_CALL
my_vkDestroyShaderModule(VkDevice device, VkShaderModule module,
                         const VkAllocationCallbacks* allocator) {
  pthread_mutex_lock(&mutex);
  for (uint32_t i = 0; i < kMax; ++i) {
    if (modules[i].module == module) modules[i].module = VK_NULL_HANDLE;
  }
  pthread_mutex_unlock(&mutex);
  next_vkDestroyShaderModule(device, module, allocator);
}

static VKAPI_ATTR VkResult VKAPI_CALL my_vkCreateComputePipelines(
    VkDevice device, VkPipelineCache cache, uint32_t count,
    const VkComputePipelineCreateInfo* infos,
    const VkAllocationCallbacks* allocator, VkPipeline* pipelines) {
  const VkResult result = next_vkCreateComputePipelines(
      device, VK_NULL_HANDLE, count, infos, allocator, pipelines);
  if (result != VK_SUCCESS || cache == VK_NULL_HANDLE) return result;
  pthread_mutex_lock(&mutex);
  for (uint32_t p = 0; p < count; ++p) {
    const VkSpecializationInfo* s = infos[p].stage.pSpecializationInfo;
    for (uint32_t i = 0; i < kMax; ++i) {
      if (modules[i].module != infos[p].stage.module) continue;
      Add((Cache*)cache, s == NULL
                             ? modules[i].hash
                             : Hash(modules[i].hash, s->pData, s->dataSize));
    }
  }
  pthread_mutex_unlock(&mutex);
  return result;
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL
my_vkGetDeviceProcAddr(VkDevice device, const char* function) {
  PFN_vkVoidFunction found = next_device_proc(device, function);
  CACHES_FUNCTIONS(ANSWER)
  return found;
}

__attribute__((visibility("default"))) VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL
vkGetInstanceProcAddr(VkInstance instance, const char* function) {
  if (!OpenLoader("libvulkan.so.1")) return NULL;
  PFN_vkVoidFunction found = next_instance_proc(instance, function);
  ANSWER_DEVICE_PROC(my_vkGetDeviceProcAddr)
  return found;
}
