/* Part of stand_in.c: buffers of several allocations (the feature
 * sparseBinding), made by adapters that are described with `sparse`, and
 * counted for others. */
/* A buffer of several allocations, by our own doing. */
typedef struct Sparse {
  VkDevice device;
  VkBuffer buffer;
  VkDeviceMemory behind;
} Sparse;
enum { kMaxSparse = 64, kPage = 65536 };
static Sparse sparse[kMaxSparse];
static uint32_t bound_allocations; /* since the beginning */

/* The one at VK_NULL_HANDLE is free. Needs the mutex. */
static Sparse* FindSparse(VkBuffer buffer) {
  for (uint32_t i = 0; i < kMaxSparse; ++i) {
    if (sparse[i].buffer == buffer) return &sparse[i];
  }
  return NULL;
}

/* How many allocations were bound to buffers made for several. */
STAND_IN_API uint32_t stand_in_bound(void) {
  pthread_mutex_lock(&mutex);
  const uint32_t count = bound_allocations;
  pthread_mutex_unlock(&mutex);
  return count;
}

static VKAPI_ATTR VkResult VKAPI_CALL
my_vkCreateBuffer(VkDevice device, const VkBufferCreateInfo* info,
                  const VkAllocationCallbacks* allocator, VkBuffer* buffer) {
  VkBufferCreateInfo real = *info;
  const int ours = OfDevice(device)->sparse &&
                   (info->flags & VK_BUFFER_CREATE_SPARSE_BINDING_BIT) != 0;
  if (ours) real.flags = 0;
  const VkResult result = next_vkCreateBuffer(device, &real, allocator, buffer);
  if (result != VK_SUCCESS || !ours) return result;
  pthread_mutex_lock(&mutex);
  *FindSparse(VK_NULL_HANDLE) = (Sparse){device, *buffer, VK_NULL_HANDLE};
  pthread_mutex_unlock(&mutex);
  return result;
}

static VKAPI_ATTR void VKAPI_CALL my_vkDestroyBuffer(
    VkDevice device, VkBuffer buffer, const VkAllocationCallbacks* allocator) {
  next_vkDestroyBuffer(device, buffer, allocator);
  if (buffer == VK_NULL_HANDLE) return;
  pthread_mutex_lock(&mutex);
  Sparse* found = FindSparse(buffer);
  if (found != NULL) {
    next_vkFreeMemory(device, found->behind, NULL);
    memset(found, 0, sizeof(*found));
  }
  pthread_mutex_unlock(&mutex);
}

/* Binds one allocation of the whole size, if those of `info` are memory that
 * there is, and leave no gap. Needs the mutex. */
static VkResult BindBehind(const VkSparseBufferMemoryBindInfo* info) {
  Sparse* found = FindSparse(info->buffer);
  if (found == NULL || found->behind != VK_NULL_HANDLE) abort();
  VkMemoryRequirements requirements;
  next_vkGetBufferMemoryRequirements(found->device, found->buffer,
                                     &requirements);
  VkDeviceSize end = 0;
  for (uint32_t i = 0; i < info->bindCount; ++i) {
    const VkSparseMemoryBind* bind = &info->pBinds[i];
    const Allocation* memory = Find(bind->memory);
    if (memory == NULL || bind->resourceOffset != end || end % kPage != 0 ||
        bind->memoryOffset + bind->size > memory->bytes) {
      abort();
    }
    end += bind->size;
    ++bound_allocations;
  }
  if (end < requirements.size) abort();
  const VkMemoryAllocateFlagsInfo flags = {
      .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO,
      .flags = VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT};
  const VkMemoryAllocateInfo allocate = {
      .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
      .pNext = &flags,
      .allocationSize = requirements.size};
  const VkResult result =
      next_vkAllocateMemory(found->device, &allocate, NULL, &found->behind);
  if (result != VK_SUCCESS) return result;
  if (OfDevice(found->device)->dirty) {
    MakeDirty(found->device, found->behind, requirements.size);
  }
  const PFN_vkBindBufferMemory bind = (PFN_vkBindBufferMemory)next_device_proc(
      found->device, "vkBindBufferMemory");
  return bind(found->device, found->buffer, found->behind, 0);
}

static VKAPI_ATTR VkResult VKAPI_CALL
my_vkQueueBindSparse(VkQueue queue, uint32_t count,
                     const VkBindSparseInfo* infos, VkFence fence) {
  VkDevice device = VK_NULL_HANDLE;
  VkResult result = VK_SUCCESS;
  pthread_mutex_lock(&mutex);
  const Sparse* first = count == 0 || infos[0].bufferBindCount == 0
                            ? NULL
                            : FindSparse(infos[0].pBufferBinds[0].buffer);
  if (first != NULL) device = first->device;
  for (uint32_t i = 0; device != VK_NULL_HANDLE && i < count; ++i) {
    for (uint32_t b = 0; b < infos[i].bufferBindCount; ++b) {
      if (result == VK_SUCCESS) result = BindBehind(&infos[i].pBufferBinds[b]);
    }
  }
  if (device == VK_NULL_HANDLE && count > 0 && infos[0].bufferBindCount > 0) {
    bound_allocations += infos[0].pBufferBinds[0].bindCount;
  }
  pthread_mutex_unlock(&mutex);
  if (device == VK_NULL_HANDLE) {
    return next_vkQueueBindSparse(queue, count, infos, fence);
  }
  const PFN_vkQueueSubmit submit =
      (PFN_vkQueueSubmit)next_device_proc(device, "vkQueueSubmit");
  for (uint32_t i = 0; i < count && result == VK_SUCCESS; ++i) {
    const VkSubmitInfo signal = {
        .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
        .pNext = infos[i].pNext, /* the values of semaphores */
        .signalSemaphoreCount = infos[i].signalSemaphoreCount,
        .pSignalSemaphores = infos[i].pSignalSemaphores};
    result = submit(queue, 1, &signal, i + 1 == count ? fence : VK_NULL_HANDLE);
  }
  return result;
}
