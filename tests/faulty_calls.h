/* Part of faulty_loader.c: the functions of Vulkan that it makes fail, and does
 * nothing else to. EACH(name, parameters, arguments). */
#define EACH_INSTANCE_CALL(EACH)                                            \
  EACH(vkEnumeratePhysicalDevices,                                          \
       (VkInstance instance, uint32_t * count, VkPhysicalDevice * devices), \
       (instance, count, devices))

#define EACH_DEVICE_CALL(EACH)                                               \
  EACH(vkAllocateMemory,                                                     \
       (VkDevice device, const VkMemoryAllocateInfo* info,                   \
        const VkAllocationCallbacks* allocator, VkDeviceMemory* memory),     \
       (device, info, allocator, memory))                                    \
  EACH(vkMapMemory,                                                          \
       (VkDevice device, VkDeviceMemory memory, VkDeviceSize offset,         \
        VkDeviceSize size, VkMemoryMapFlags flags, void** data),             \
       (device, memory, offset, size, flags, data))                          \
  EACH(vkCreateBuffer,                                                       \
       (VkDevice device, const VkBufferCreateInfo* info,                     \
        const VkAllocationCallbacks* allocator, VkBuffer* buffer),           \
       (device, info, allocator, buffer))                                    \
  EACH(vkBindBufferMemory,                                                   \
       (VkDevice device, VkBuffer buffer, VkDeviceMemory memory,             \
        VkDeviceSize offset),                                                \
       (device, buffer, memory, offset))                                     \
  EACH(vkCreateShaderModule,                                                 \
       (VkDevice device, const VkShaderModuleCreateInfo* info,               \
        const VkAllocationCallbacks* allocator, VkShaderModule* module),     \
       (device, info, allocator, module))                                    \
  EACH(vkCreatePipelineLayout,                                               \
       (VkDevice device, const VkPipelineLayoutCreateInfo* info,             \
        const VkAllocationCallbacks* allocator, VkPipelineLayout* layout),   \
       (device, info, allocator, layout))                                    \
  EACH(vkCreateComputePipelines,                                             \
       (VkDevice device, VkPipelineCache cache, uint32_t count,              \
        const VkComputePipelineCreateInfo* infos,                            \
        const VkAllocationCallbacks* allocator, VkPipeline* pipelines),      \
       (device, cache, count, infos, allocator, pipelines))                  \
  EACH(vkCreatePipelineCache,                                                \
       (VkDevice device, const VkPipelineCacheCreateInfo* info,              \
        const VkAllocationCallbacks* allocator, VkPipelineCache* cache),     \
       (device, info, allocator, cache))                                     \
  EACH(vkGetPipelineCacheData,                                               \
       (VkDevice device, VkPipelineCache cache, size_t * size, void* data),  \
       (device, cache, size, data))                                          \
  EACH(vkMergePipelineCaches,                                                \
       (VkDevice device, VkPipelineCache target, uint32_t count,             \
        const VkPipelineCache* sources),                                     \
       (device, target, count, sources))                                     \
  EACH(vkCreateSemaphore,                                                    \
       (VkDevice device, const VkSemaphoreCreateInfo* info,                  \
        const VkAllocationCallbacks* allocator, VkSemaphore* semaphore),     \
       (device, info, allocator, semaphore))                                 \
  EACH(vkGetSemaphoreCounterValue,                                           \
       (VkDevice device, VkSemaphore semaphore, uint64_t * value),           \
       (device, semaphore, value))                                           \
  EACH(vkWaitSemaphores,                                                     \
       (VkDevice device, const VkSemaphoreWaitInfo* info, uint64_t timeout), \
       (device, info, timeout))                                              \
  EACH(vkCreateCommandPool,                                                  \
       (VkDevice device, const VkCommandPoolCreateInfo* info,                \
        const VkAllocationCallbacks* allocator, VkCommandPool* pool),        \
       (device, info, allocator, pool))                                      \
  EACH(vkResetCommandPool,                                                   \
       (VkDevice device, VkCommandPool pool, VkCommandPoolResetFlags flags), \
       (device, pool, flags))                                                \
  EACH(vkAllocateCommandBuffers,                                             \
       (VkDevice device, const VkCommandBufferAllocateInfo* info,            \
        VkCommandBuffer* buffers),                                           \
       (device, info, buffers))                                              \
  EACH(vkBeginCommandBuffer,                                                 \
       (VkCommandBuffer buffer, const VkCommandBufferBeginInfo* info),       \
       (buffer, info))                                                       \
  EACH(vkEndCommandBuffer, (VkCommandBuffer buffer), (buffer))               \
  EACH(vkCreateQueryPool,                                                    \
       (VkDevice device, const VkQueryPoolCreateInfo* info,                  \
        const VkAllocationCallbacks* allocator, VkQueryPool* pool),          \
       (device, info, allocator, pool))                                      \
  EACH(vkGetQueryPoolResults,                                                \
       (VkDevice device, VkQueryPool pool, uint32_t first, uint32_t count,   \
        size_t size, void* data, VkDeviceSize stride,                        \
        VkQueryResultFlags flags),                                           \
       (device, pool, first, count, size, data, stride, flags))              \
  EACH(vkQueueSubmit,                                                        \
       (VkQueue queue, uint32_t count, const VkSubmitInfo* submits,          \
        VkFence fence),                                                      \
       (queue, count, submits, fence))
