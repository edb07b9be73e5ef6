/* A Vulkan loader whose adapters have a second family of queues, which only
 * copy, as GPUs' copy engines do: software drivers have one queue. It hands all
 * else on to libvulkan.so.1, and both queues' work to the driver's one queue,
 * in an order that is as wrong as a driver's may be: QUEUES_LATE=transfer  what
 * is submitted to the copying queue runs when somebody waits for it, the host
 * or other work, so that work which forgot to wait comes before it;
 *   QUEUES_LATE=compute   the other queue's does.
 *
 * It ends the process where a command, a stage or a buffer is not for that
 * queue, and where a timeline jumps by more than Vulkan promises to take. A
 * test that loads the same library in its process may call what is declared
 * QUEUES_API below.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define VK_NO_PROTOTYPES
#include <vulkan/vulkan.h>

#include "../../loader.h"

#define QUEUES_API __attribute__((visibility("default")))

enum { kCompute = 0, kTransfer = 1, kFamilies = 2, kMost = 4096 };

typedef struct Held {
  uint32_t buffer_count, wait_count;
  VkCommandBuffer buffers[4];
  VkSemaphore waits[4], signal;
  uint64_t wait_values[4], signal_value;
  struct Held* next;
} Held;

typedef struct Queue {
  VkDevice device;
  uint32_t family;
  VkQueue real;
  Held* held; /* oldest first */
} Queue;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* of all below */
static Queue queues[64];
static VkCommandPool pools[kMost]; /* of the copying family */
static VkCommandBuffer buffers[kMost];
static uint64_t submitted[kFamilies], waits[kFamilies];

QUEUES_API uint64_t queues_submitted(uint32_t family) {
  return __atomic_load_n(&submitted[family], __ATOMIC_RELAXED);
}

/* Submissions that wait for others. */
QUEUES_API uint64_t queues_waits(uint32_t family) {
  return __atomic_load_n(&waits[family], __ATOMIC_RELAXED);
}

#define QUEUES_FUNCTIONS(F)                   \
  F(vkGetPhysicalDeviceQueueFamilyProperties) \
  F(vkCreateDevice)                           \
  F(vkDestroyDevice)                          \
  F(vkDeviceWaitIdle)                         \
  F(vkGetDeviceQueue)                         \
  F(vkCreateBuffer)                           \
  F(vkCreateCommandPool)                      \
  F(vkDestroyCommandPool)                     \
  F(vkAllocateCommandBuffers)                 \
  F(vkCmdBindPipeline)                        \
  F(vkCmdDispatch)                            \
  F(vkCmdDispatchBase)                        \
  F(vkCmdResetQueryPool)                      \
  F(vkCmdPipelineBarrier)                     \
  F(vkQueueSubmit)                            \
  F(vkWaitSemaphores)

#define DECLARE_NEXT(name) static PFN_##name next_##name;
QUEUES_FUNCTIONS(DECLARE_NEXT)

static void Require(int condition, const char* what) {
  if (condition) return;
  fprintf(stderr, "queues.c: %s\n", what);
  abort();
}

/* ---- Two families ------------------------------------------------------- */

static VKAPI_ATTR void VKAPI_CALL my_vkGetPhysicalDeviceQueueFamilyProperties(
    VkPhysicalDevice device, uint32_t* count,
    VkQueueFamilyProperties* families) {
  uint32_t one = 1;
  if (families == NULL) {
    *count = kFamilies;
    return;
  }
  next_vkGetPhysicalDeviceQueueFamilyProperties(device, &one, families);
  if (*count < kFamilies) return;
  *count = kFamilies;
  families[kTransfer] = families[kCompute];
  families[kTransfer].queueFlags = VK_QUEUE_TRANSFER_BIT;
  families[kTransfer].queueCount = 1;
}

static VKAPI_ATTR VkResult VKAPI_CALL
my_vkCreateDevice(VkPhysicalDevice adapter, const VkDeviceCreateInfo* info,
                  const VkAllocationCallbacks* allocator, VkDevice* device) {
  VkDeviceCreateInfo create = *info;
  Require(info->pQueueCreateInfos[0].queueFamilyIndex == kCompute,
          "the first queue is not of the first family");
  create.queueCreateInfoCount = 1;
  const VkResult result =
      next_vkCreateDevice(adapter, &create, allocator, device);
  if (result != VK_SUCCESS) return result;
  pthread_mutex_lock(&mutex);
  uint32_t q = 0;
  while (queues[q].device != VK_NULL_HANDLE) q += kFamilies;
  for (uint32_t family = 0; family < kFamilies; ++family) {
    queues[q + family] = (Queue){*device, family, VK_NULL_HANDLE, NULL};
  }
  pthread_mutex_unlock(&mutex);
  return result;
}

static Queue* Find(VkDevice device, uint32_t family) {
  Queue* queue = queues;
  while (queue->device != device || queue->family != family) ++queue;
  return queue;
}

static VKAPI_ATTR void VKAPI_CALL my_vkGetDeviceQueue(VkDevice device,
                                                      uint32_t family,
                                                      uint32_t index,
                                                      VkQueue* queue) {
  Require(index == 0, "no such queue");
  pthread_mutex_lock(&mutex);
  Queue* found = Find(device, family);
  next_vkGetDeviceQueue(device, 0, 0, &found->real);
  *queue = (VkQueue)found;
  pthread_mutex_unlock(&mutex);
}

static VKAPI_ATTR VkResult VKAPI_CALL
my_vkCreateBuffer(VkDevice device, const VkBufferCreateInfo* info,
                  const VkAllocationCallbacks* allocator, VkBuffer* buffer) {
  VkBufferCreateInfo create = *info;
  if (Find(device, kTransfer)->real != VK_NULL_HANDLE) {
    Require(info->sharingMode == VK_SHARING_MODE_CONCURRENT &&
                info->queueFamilyIndexCount == kFamilies,
            "a buffer is not for both families");
  }
  create.sharingMode = VK_SHARING_MODE_EXCLUSIVE;
  return next_vkCreateBuffer(device, &create, allocator, buffer);
}

/* ---- Commands ----------------------------------------------------------- */

static VKAPI_ATTR VkResult VKAPI_CALL my_vkCreateCommandPool(
    VkDevice device, const VkCommandPoolCreateInfo* info,
    const VkAllocationCallbacks* allocator, VkCommandPool* pool) {
  VkCommandPoolCreateInfo create = *info;
  create.queueFamilyIndex = 0;
  const VkResult result =
      next_vkCreateCommandPool(device, &create, allocator, pool);
  if (result != VK_SUCCESS || info->queueFamilyIndex == kCompute) return result;
  pthread_mutex_lock(&mutex);
  for (int i = 0; i < kMost; ++i) {
    if (pools[i] != VK_NULL_HANDLE) continue;
    pools[i] = *pool;
    break;
  }
  pthread_mutex_unlock(&mutex);
  return result;
}

static VKAPI_ATTR void VKAPI_CALL
my_vkDestroyCommandPool(VkDevice device, VkCommandPool pool,
                        const VkAllocationCallbacks* allocator) {
  pthread_mutex_lock(&mutex);
  for (int i = 0; i < kMost; ++i) {
    if (pools[i] != pool || pool == VK_NULL_HANDLE) continue;
    pools[i] = VK_NULL_HANDLE;
    buffers[i] = VK_NULL_HANDLE;
  }
  pthread_mutex_unlock(&mutex);
  next_vkDestroyCommandPool(device, pool, allocator);
}

static VKAPI_ATTR VkResult VKAPI_CALL my_vkAllocateCommandBuffers(
    VkDevice device, const VkCommandBufferAllocateInfo* info,
    VkCommandBuffer* allocated) {
  const VkResult result =
      next_vkAllocateCommandBuffers(device, info, allocated);
  pthread_mutex_lock(&mutex);
  for (int i = 0; i < kMost && result == VK_SUCCESS; ++i) {
    if (pools[i] == info->commandPool) buffers[i] = *allocated;
  }
  pthread_mutex_unlock(&mutex);
  return result;
}

static int OnlyCopies(VkCommandBuffer commands) {
  int found = 0;
  pthread_mutex_lock(&mutex);
  for (int i = 0; i < kMost; ++i) found |= buffers[i] == commands;
  pthread_mutex_unlock(&mutex);
  return found;
}

#define NOT_FOR_COPIES(name, parameters, arguments)              \
  static VKAPI_ATTR void VKAPI_CALL my_##name parameters {       \
    Require(!OnlyCopies(commands), #name " on a copying queue"); \
    next_##name arguments;                                       \
  }

NOT_FOR_COPIES(vkCmdBindPipeline,
               (VkCommandBuffer commands, VkPipelineBindPoint point,
                VkPipeline pipeline),
               (commands, point, pipeline))
NOT_FOR_COPIES(vkCmdDispatch,
               (VkCommandBuffer commands, uint32_t x, uint32_t y, uint32_t z),
               (commands, x, y, z))
NOT_FOR_COPIES(vkCmdDispatchBase,
               (VkCommandBuffer commands, uint32_t a, uint32_t b, uint32_t c,
                uint32_t x, uint32_t y, uint32_t z),
               (commands, a, b, c, x, y, z))
NOT_FOR_COPIES(vkCmdResetQueryPool,
               (VkCommandBuffer commands, VkQueryPool pool, uint32_t first,
                uint32_t count),
               (commands, pool, first, count))

static VKAPI_ATTR void VKAPI_CALL my_vkCmdPipelineBarrier(
    VkCommandBuffer commands, VkPipelineStageFlags from,
    VkPipelineStageFlags to, VkDependencyFlags flags, uint32_t memory_count,
    const VkMemoryBarrier* memory, uint32_t buffer_count,
    const VkBufferMemoryBarrier* buffer, uint32_t image_count,
    const VkImageMemoryBarrier* image) {
  const VkPipelineStageFlags no_copies =
      ~(VkPipelineStageFlags)(VK_PIPELINE_STAGE_TRANSFER_BIT |
                              VK_PIPELINE_STAGE_HOST_BIT);
  Require(from != 0 && to != 0, "a barrier without stages");
  Require(((from | to) & no_copies) == 0 || !OnlyCopies(commands),
          "a barrier's stage is not for copies");
  next_vkCmdPipelineBarrier(commands, from, to, flags, memory_count, memory,
                            buffer_count, buffer, image_count, image);
}

/* ---- Submissions -------------------------------------------------------- */

static void RunFor(VkDevice device, VkSemaphore semaphore, uint64_t value);

/* Gives the oldest one to the driver, after what it waits for. */
static void RunOldest(Queue* queue) {
  Held* held = queue->held;
  queue->held = held->next;
  for (uint32_t i = 0; i < held->wait_count; ++i) {
    RunFor(queue->device, held->waits[i], held->wait_values[i]);
  }
  const VkPipelineStageFlags stages[4] = {
      VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT,
      VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT};
  VkTimelineSemaphoreSubmitInfo values = {
      VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO,
      NULL,
      held->wait_count,
      held->wait_values,
      1,
      &held->signal_value};
  VkSubmitInfo submit = {VK_STRUCTURE_TYPE_SUBMIT_INFO,
                         &values,
                         held->wait_count,
                         held->waits,
                         stages,
                         held->buffer_count,
                         held->buffers,
                         1,
                         &held->signal};
  Require(
      next_vkQueueSubmit(queue->real, 1, &submit, VK_NULL_HANDLE) == VK_SUCCESS,
      "the driver refused a submission");
  free(held);
}

/* What makes the semaphore reach the value, as far as it was submitted. */
static void RunFor(VkDevice device, VkSemaphore semaphore, uint64_t value) {
  for (uint32_t family = 0; family < kFamilies; ++family) {
    Queue* queue = Find(device, family);
    while (queue->held != NULL && queue->held->signal == semaphore &&
           queue->held->signal_value <= value) {
      RunOldest(queue);
    }
  }
}

static VKAPI_ATTR VkResult VKAPI_CALL
my_vkQueueSubmit(VkQueue handle, uint32_t count, const VkSubmitInfo* submits,
                 VkFence fence) {
  Queue* queue = (Queue*)handle;
  const char* late = getenv("QUEUES_LATE");
  const char* names[kFamilies] = {"compute", "transfer"};
  const VkTimelineSemaphoreSubmitInfo* values = submits->pNext;
  Require(count == 1 && fence == VK_NULL_HANDLE &&
              submits->commandBufferCount <= 4 &&
              submits->waitSemaphoreCount <= 4 &&
              submits->signalSemaphoreCount == 1,
          "a submission of a kind that is not known here");
  Held* held = calloc(1, sizeof(*held));
  held->buffer_count = submits->commandBufferCount;
  memcpy(held->buffers, submits->pCommandBuffers,
         held->buffer_count * sizeof(*held->buffers));
  held->wait_count = submits->waitSemaphoreCount;
  for (uint32_t i = 0; i < held->wait_count; ++i) {
    held->waits[i] = submits->pWaitSemaphores[i];
    held->wait_values[i] = values->pWaitSemaphoreValues[i];
  }
  held->signal = submits->pSignalSemaphores[0];
  held->signal_value = values->pSignalSemaphoreValues[0];
  for (uint32_t i = 0; i < held->buffer_count; ++i) {
    Require(OnlyCopies(held->buffers[i]) == (queue->family == kTransfer),
            "a command buffer is of the other family");
  }
  const PFN_vkGetSemaphoreCounterValue counter =
      (PFN_vkGetSemaphoreCounterValue)next_device_proc(
          queue->device, "vkGetSemaphoreCounterValue");
  uint64_t reached = 0;
  Require(counter(queue->device, held->signal, &reached) != VK_SUCCESS ||
              held->signal_value - reached < (uint64_t)1 << 31,
          "a counter is to become more than a driver need take");
  pthread_mutex_lock(&mutex);
  __atomic_fetch_add(&submitted[queue->family], 1, __ATOMIC_RELAXED);
  if (held->wait_count > 0) {
    __atomic_fetch_add(&waits[queue->family], 1, __ATOMIC_RELAXED);
  }
  Held** last = &queue->held;
  while (*last != NULL) last = &(*last)->next;
  *last = held;
  if (late == NULL || strcmp(late, names[queue->family]) != 0) {
    while (queue->held != NULL) RunOldest(queue);
  }
  pthread_mutex_unlock(&mutex);
  return VK_SUCCESS;
}

static VKAPI_ATTR VkResult VKAPI_CALL my_vkWaitSemaphores(
    VkDevice device, const VkSemaphoreWaitInfo* info, uint64_t timeout) {
  pthread_mutex_lock(&mutex);
  for (uint32_t i = 0; i < info->semaphoreCount; ++i) {
    RunFor(device, info->pSemaphores[i], info->pValues[i]);
  }
  pthread_mutex_unlock(&mutex);
  return next_vkWaitSemaphores(device, info, timeout);
}

static void RunAll(VkDevice device) {
  pthread_mutex_lock(&mutex);
  for (uint32_t family = 0; family < kFamilies; ++family) {
    Queue* queue = Find(device, family);
    while (queue->held != NULL) RunOldest(queue);
  }
  pthread_mutex_unlock(&mutex);
}

static VKAPI_ATTR VkResult VKAPI_CALL my_vkDeviceWaitIdle(VkDevice device) {
  RunAll(device);
  return next_vkDeviceWaitIdle(device);
}

static VKAPI_ATTR void VKAPI_CALL
my_vkDestroyDevice(VkDevice device, const VkAllocationCallbacks* allocator) {
  RunAll(device);
  pthread_mutex_lock(&mutex);
  for (uint32_t family = 0; family < kFamilies; ++family) {
    Find(device, family)->device = VK_NULL_HANDLE;
  }
  pthread_mutex_unlock(&mutex);
  next_vkDestroyDevice(device, allocator);
}

/* ---- Looking up --------------------------------------------------------- */

static PFN_vkVoidFunction Answer(const char* function,
                                 PFN_vkVoidFunction found) {
  if (found == NULL) return NULL;
  QUEUES_FUNCTIONS(ANSWER)
  return found;
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL
my_vkGetDeviceProcAddr(VkDevice device, const char* function) {
  return Answer(function, next_device_proc(device, function));
}

QUEUES_API VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL
vkGetInstanceProcAddr(VkInstance instance, const char* function) {
  if (!OpenLoader("libvulkan.so.1")) return NULL;
  PFN_vkVoidFunction found = next_instance_proc(instance, function);
  ANSWER_DEVICE_PROC(my_vkGetDeviceProcAddr)
  return Answer(function, found);
}
