/* A Vulkan loader whose adapters are what a test describes. What they compute
 * is computed by the first adapter of the loader behind it.
 *
 *   STAND_IN_ADAPTERS  the adapters: statements, each ended by ';' or the end.
 *     adapter KIND        begins another adapter: discrete, integrated or
 *                         software. What comes before the first belongs to an
 *                         adapter of the real one's kind.
 *     name TEXT           as the driver gives it
 *     driver TEXT         the driver's name
 *     uuid NUMBER         every byte of the device's UUID
 *     device NUMBER       its PCI device ID
 *     pci NUMBER          the bus of its PCI address, all else 0; without it
 *                         the adapter lacks VK_EXT_pci_bus_info
 *     id NUMBER           its driver's VkDriverId
 *     conformance NUMBER  the minor version of the tests that it passed
 *     unopenable NUMBER   what vkCreateDevice returns
 *     heap SIZE [local]   another memory heap; allocations beyond it fail
 *     type HEAP FLAGS     another memory type: any of local, visible,
 *                         coherent, cached
 *     budget HEAP SIZE    VK_EXT_memory_budget says so, and of other heaps
 *                         their size; else the adapter lacks the extension
 *     allocation SIZE     maxMemoryAllocationSize
 *     refused SIZE        larger allocations fail
 *     buffer SIZE         maxBufferSize
 *     sparse              buffers may be bound to several allocations; each
 *                         has one of its own behind, which counts for nothing
 *     whole               buffers are bound to one allocation each
 *     lacks EXTENSION     a device extension that the adapter has not
 *     dirty               what it allocates holds bytes of 0xFF, which are NaN;
 *                         a software driver's memory is zero
 *   SIZE is a number of bytes, or of 2^10, 2^20 or 2^30 with K, M or G.
 *   Adapters without heaps and types have the real one's. A discrete or
 *   integrated one is opened by the process that made the instance alone: the
 *   files of a GPU that its driver opens then are no other process's.
 *
 *   STAND_IN_LOADER    the loader behind; libvulkan.so.1 by default. It may be
 *                      ../../faulty_loader.c, which fails calls.
 *
 * A test that loads the same library in its process may call what is declared
 * STAND_IN_API below. Thread-safe but for vkGetInstanceProcAddr.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#define VK_NO_PROTOTYPES
#include <vulkan/vulkan.h>

#include "../../loader.h"

#define STAND_IN_API __attribute__((visibility("default")))

enum { kMaxAdapters = 8, kMaxLacking = 8, kMaxAllocations = 4096 };

typedef struct Adapter {
  VkPhysicalDevice real;
  VkPhysicalDeviceType
      kind; /* VK_PHYSICAL_DEVICE_TYPE_MAX_ENUM: the real one */
  char name[VK_MAX_PHYSICAL_DEVICE_NAME_SIZE];
  char driver[VK_MAX_DRIVER_NAME_SIZE];
  int uuid, device;    /* -1: the real one */
  int pci;             /* -1: none */
  int id, conformance; /* -1: the real one */
  int unopenable;
  VkPhysicalDeviceMemoryProperties memory;
  VkDeviceSize used[VK_MAX_MEMORY_HEAPS];
  VkDeviceSize budget[VK_MAX_MEMORY_HEAPS];
  int has_budget;
  VkDeviceSize allocation, refused, buffer; /* 0: as the real one */
  int sparse, whole; /* neither: as the real one */
  int dirty;
  char lacks[kMaxLacking][VK_MAX_EXTENSION_NAME_SIZE];
  uint32_t lack_count;
} Adapter;

typedef struct Allocation {
  VkDeviceMemory memory;
  Adapter* adapter;
  uint32_t type;
  VkDeviceSize bytes;
} Allocation;

static Adapter adapters[kMaxAdapters];
static uint32_t adapter_count;
static Allocation allocations[kMaxAllocations];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* of both */

/* The adapter of each device; one device an adapter and test is usual. */
enum { kMaxDevices = 64 };
static struct {
  VkDevice device;
  Adapter* adapter;
} devices[kMaxDevices];

#include "description.h"

/* ---- For tests in the same process -------------------------------------- */

/* From now on VK_EXT_memory_budget says so. */
STAND_IN_API void stand_in_set_budget(uint32_t adapter, uint32_t heap,
                                      uint64_t bytes) {
  pthread_mutex_lock(&mutex);
  adapters[adapter].budget[heap] = bytes;
  pthread_mutex_unlock(&mutex);
}

/* Of a memory type, what is allocated now. */
STAND_IN_API uint64_t stand_in_allocated(uint32_t adapter, uint32_t type) {
  uint64_t bytes = 0;
  pthread_mutex_lock(&mutex);
  for (uint32_t i = 0; i < kMaxAllocations; ++i) {
    const Allocation* a = &allocations[i];
    if (a->memory != VK_NULL_HANDLE && a->adapter == &adapters[adapter] &&
        a->type == type) {
      bytes += a->bytes;
    }
  }
  pthread_mutex_unlock(&mutex);
  return bytes;
}

/* How many devices of an adapter there are now. */
STAND_IN_API uint32_t stand_in_devices(uint32_t adapter) {
  uint32_t count = 0;
  pthread_mutex_lock(&mutex);
  for (int i = 0; i < kMaxDevices; ++i) {
    count += devices[i].device != VK_NULL_HANDLE &&
             devices[i].adapter == &adapters[adapter];
  }
  pthread_mutex_unlock(&mutex);
  return count;
}

/* ---- The loader behind -------------------------------------------------- */

/* Functions that are answered here, and what answers behind. */
#define STAND_IN_FUNCTIONS(F)                       \
  F(vkCreateInstance)                               \
  F(vkEnumeratePhysicalDevices)                     \
  F(vkGetPhysicalDeviceProperties)                  \
  F(vkGetPhysicalDeviceProperties2)                 \
  F(vkGetPhysicalDeviceFeatures2)                   \
  F(vkGetPhysicalDeviceMemoryProperties2)           \
  F(vkGetPhysicalDeviceQueueFamilyProperties)       \
  F(vkEnumerateDeviceExtensionProperties)           \
  F(vkGetPhysicalDeviceCalibrateableTimeDomainsEXT) \
  F(vkCreateDevice)                                 \
  F(vkDestroyDevice)                                \
  F(vkAllocateMemory)                               \
  F(vkFreeMemory)                                   \
  F(vkMapMemory)                                    \
  F(vkGetBufferMemoryRequirements)                  \
  F(vkCreateBuffer)                                 \
  F(vkDestroyBuffer)                                \
  F(vkQueueBindSparse)

#define DECLARE_NEXT(name) static PFN_##name next_##name;
STAND_IN_FUNCTIONS(DECLARE_NEXT)

/* Physical devices are ours: they point to their description. */
static Adapter* Ours(VkPhysicalDevice device) { return (Adapter*)device; }

static Adapter* OfDevice(VkDevice device) {
  for (int i = 0; i < kMaxDevices; ++i) {
    if (devices[i].device == device) return devices[i].adapter;
  }
  return &adapters[0];
}

static int HasTypes(const Adapter* adapter) {
  return adapter->memory.memoryTypeCount > 0;
}

static pid_t instance_process;

static VKAPI_ATTR VkResult VKAPI_CALL my_vkCreateInstance(
    const VkInstanceCreateInfo* info, const VkAllocationCallbacks* allocator,
    VkInstance* instance) {
  instance_process = getpid();
  return next_vkCreateInstance(info, allocator, instance);
}

static VKAPI_ATTR VkResult VKAPI_CALL my_vkEnumeratePhysicalDevices(
    VkInstance instance, uint32_t* count, VkPhysicalDevice* found) {
  VkPhysicalDevice real = VK_NULL_HANDLE;
  uint32_t one = 1;
  const VkResult result =
      next_vkEnumeratePhysicalDevices(instance, &one, &real);
  if (result < 0) return result;
  if (one == 0) {
    *count = 0;
    return VK_SUCCESS;
  }
  if (found == NULL) {
    *count = adapter_count;
    return VK_SUCCESS;
  }
  if (*count > adapter_count) *count = adapter_count;
  for (uint32_t i = 0; i < *count; ++i) {
    adapters[i].real = real;
    found[i] = (VkPhysicalDevice)&adapters[i];
  }
  return *count < adapter_count ? VK_INCOMPLETE : VK_SUCCESS;
}

static void Alter(const Adapter* adapter, VkPhysicalDeviceProperties* p) {
  if (adapter->kind != VK_PHYSICAL_DEVICE_TYPE_MAX_ENUM) {
    p->deviceType = adapter->kind;
  }
  if (adapter->name[0] != '\0') {
    memcpy(p->deviceName, adapter->name, sizeof(adapter->name));
  }
  if (adapter->device >= 0) p->deviceID = (uint32_t)adapter->device;
}

static VKAPI_ATTR void VKAPI_CALL my_vkGetPhysicalDeviceProperties(
    VkPhysicalDevice device, VkPhysicalDeviceProperties* properties) {
  next_vkGetPhysicalDeviceProperties(Ours(device)->real, properties);
  Alter(Ours(device), properties);
}

static VKAPI_ATTR void VKAPI_CALL my_vkGetPhysicalDeviceProperties2(
    VkPhysicalDevice device, VkPhysicalDeviceProperties2* properties) {
  const Adapter* adapter = Ours(device);
  next_vkGetPhysicalDeviceProperties2(adapter->real, properties);
  Alter(adapter, &properties->properties);
  for (VkBaseOutStructure* s = properties->pNext; s != NULL; s = s->pNext) {
    if (s->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_PROPERTIES) {
      VkPhysicalDeviceVulkan11Properties* v11 = (void*)s;
      if (adapter->uuid >= 0)
        memset(v11->deviceUUID, adapter->uuid, VK_UUID_SIZE);
      if (adapter->allocation > 0) {
        v11->maxMemoryAllocationSize = adapter->allocation;
      }
    } else if (s->sType ==
               VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_PROPERTIES) {
      VkPhysicalDeviceVulkan12Properties* v12 = (void*)s;
      if (adapter->driver[0] != '\0') {
        memcpy(v12->driverName, adapter->driver, sizeof(adapter->driver));
      }
      if (adapter->id >= 0) v12->driverID = (VkDriverId)adapter->id;
      if (adapter->conformance >= 0) {
        v12->conformanceVersion =
            (VkConformanceVersion){1, (uint8_t)adapter->conformance, 0, 0};
      }
    } else if (s->sType ==
               VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PCI_BUS_INFO_PROPERTIES_EXT) {
      VkPhysicalDevicePCIBusInfoPropertiesEXT* pci = (void*)s;
      pci->pciDomain = pci->pciDevice = pci->pciFunction = 0;
      pci->pciBus = (uint32_t)adapter->pci;
    } else if (s->sType ==
               VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_PROPERTIES) {
      VkPhysicalDeviceVulkan13Properties* v13 = (void*)s;
      if (adapter->buffer > 0) v13->maxBufferSize = adapter->buffer;
    } else if (s->sType ==
               VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_4_PROPERTIES) {
      VkPhysicalDeviceMaintenance4Properties* m4 = (void*)s;
      if (adapter->buffer > 0) m4->maxBufferSize = adapter->buffer;
    }
  }
}

static VKAPI_ATTR void VKAPI_CALL my_vkGetPhysicalDeviceFeatures2(
    VkPhysicalDevice device, VkPhysicalDeviceFeatures2* features) {
  next_vkGetPhysicalDeviceFeatures2(Ours(device)->real, features);
  if (Ours(device)->sparse) features->features.sparseBinding = VK_TRUE;
  if (Ours(device)->whole) features->features.sparseBinding = VK_FALSE;
}

static VKAPI_ATTR void VKAPI_CALL my_vkGetPhysicalDeviceQueueFamilyProperties(
    VkPhysicalDevice device, uint32_t* count,
    VkQueueFamilyProperties* families) {
  next_vkGetPhysicalDeviceQueueFamilyProperties(Ours(device)->real, count,
                                                families);
  for (uint32_t i = 0; families != NULL && Ours(device)->sparse && i < *count;
       ++i) {
    families[i].queueFlags |= VK_QUEUE_SPARSE_BINDING_BIT;
  }
}

static VKAPI_ATTR VkResult VKAPI_CALL
my_vkGetPhysicalDeviceCalibrateableTimeDomainsEXT(VkPhysicalDevice device,
                                                  uint32_t* count,
                                                  VkTimeDomainEXT* domains) {
  return next_vkGetPhysicalDeviceCalibrateableTimeDomainsEXT(Ours(device)->real,
                                                             count, domains);
}

static VKAPI_ATTR void VKAPI_CALL my_vkGetPhysicalDeviceMemoryProperties2(
    VkPhysicalDevice device, VkPhysicalDeviceMemoryProperties2* properties) {
  Adapter* adapter = Ours(device);
  next_vkGetPhysicalDeviceMemoryProperties2(adapter->real, properties);
  if (!HasTypes(adapter)) return;
  properties->memoryProperties = adapter->memory;
  for (VkBaseOutStructure* s = properties->pNext; s != NULL; s = s->pNext) {
    if (s->sType !=
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT) {
      continue;
    }
    VkPhysicalDeviceMemoryBudgetPropertiesEXT* budget = (void*)s;
    pthread_mutex_lock(&mutex);
    memcpy(budget->heapBudget, adapter->budget, sizeof(adapter->budget));
    memcpy(budget->heapUsage, adapter->used, sizeof(adapter->used));
    pthread_mutex_unlock(&mutex);
  }
}

static VKAPI_ATTR VkResult VKAPI_CALL my_vkEnumerateDeviceExtensionProperties(
    VkPhysicalDevice device, const char* layer, uint32_t* count,
    VkExtensionProperties* found) {
  static const char kBudget[] = VK_EXT_MEMORY_BUDGET_EXTENSION_NAME;
  static const char kPci[] = VK_EXT_PCI_BUS_INFO_EXTENSION_NAME;
  const Adapter* adapter = Ours(device);
  uint32_t room = *count;
  VkResult result = next_vkEnumerateDeviceExtensionProperties(
      adapter->real, layer, count, found);
  if (found == NULL) {
    *count += 2;
    return result;
  }
  for (uint32_t i = 0; i < *count; ++i) {
    int lacks =
        HasTypes(adapter) && strcmp(found[i].extensionName, kBudget) == 0;
    for (uint32_t l = 0; l < adapter->lack_count; ++l) {
      lacks |= strcmp(found[i].extensionName, adapter->lacks[l]) == 0;
    }
    lacks |= strcmp(found[i].extensionName, kPci) == 0;
    if (lacks) found[i--] = found[--*count];
  }
  if (adapter->has_budget && *count < room) {
    memset(&found[*count], 0, sizeof(found[*count]));
    memcpy(found[(*count)++].extensionName, kBudget, sizeof(kBudget));
  }
  if (adapter->pci >= 0 && *count < room) {
    memset(&found[*count], 0, sizeof(found[*count]));
    memcpy(found[(*count)++].extensionName, kPci, sizeof(kPci));
  }
  return result;
}

static VKAPI_ATTR VkResult VKAPI_CALL
my_vkCreateDevice(VkPhysicalDevice physical, const VkDeviceCreateInfo* info,
                  const VkAllocationCallbacks* allocator, VkDevice* device) {
  Adapter* adapter = Ours(physical);
  if (adapter->unopenable != 0) return (VkResult)adapter->unopenable;
  if ((adapter->kind == VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU ||
       adapter->kind == VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU) &&
      getpid() != instance_process) {
    fprintf(stderr, "stand_in.c: the GPU's file is another process's\n");
    return VK_ERROR_INITIALIZATION_FAILED;
  }
  VkDeviceCreateInfo real = *info;
  const char** names = calloc(info->enabledExtensionCount + 1, sizeof(*names));
  real.enabledExtensionCount = 0;
  for (uint32_t i = 0; i < info->enabledExtensionCount; ++i) {
    const char* name = info->ppEnabledExtensionNames[i];
    const int own = adapter->has_budget &&
                    strcmp(name, VK_EXT_MEMORY_BUDGET_EXTENSION_NAME) == 0;
    if (!own) names[real.enabledExtensionCount++] = name;
  }
  real.ppEnabledExtensionNames = names;
  for (VkBaseOutStructure* s = (void*)info->pNext; s != NULL && adapter->sparse;
       s = s->pNext) {
    if (s->sType != VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2) continue;
    ((VkPhysicalDeviceFeatures2*)s)->features.sparseBinding = VK_FALSE;
  }
  const VkResult result =
      next_vkCreateDevice(adapter->real, &real, allocator, device);
  free(names);
  if (result != VK_SUCCESS) return result;
  pthread_mutex_lock(&mutex);
  for (int i = 0; i < kMaxDevices; ++i) {
    if (devices[i].device == VK_NULL_HANDLE) {
      devices[i].device = *device;
      devices[i].adapter = adapter;
      break;
    }
  }
  pthread_mutex_unlock(&mutex);
  return result;
}

static VKAPI_ATTR void VKAPI_CALL
my_vkDestroyDevice(VkDevice device, const VkAllocationCallbacks* allocator) {
  pthread_mutex_lock(&mutex);
  for (int i = 0; i < kMaxDevices; ++i) {
    if (devices[i].device == device) devices[i].device = VK_NULL_HANDLE;
  }
  pthread_mutex_unlock(&mutex);
  next_vkDestroyDevice(device, allocator);
}

/* ---- Memory ------------------------------------------------------------- */

static Allocation* Find(VkDeviceMemory memory) {
  for (uint32_t i = 0; i < kMaxAllocations; ++i) {
    if (allocations[i].memory == memory) return &allocations[i];
  }
  return NULL;
}

/* As a driver may that has given the memory out before. */
static void MakeDirty(VkDevice device, VkDeviceMemory memory,
                      VkDeviceSize bytes) {
  const PFN_vkUnmapMemory unmap =
      (PFN_vkUnmapMemory)next_device_proc(device, "vkUnmapMemory");
  void* host = NULL;
  if (next_vkMapMemory(device, memory, 0, VK_WHOLE_SIZE, 0, &host) !=
      VK_SUCCESS) {
    Fail("cannot map", "dirty");
  }
  memset(host, 0xFF, bytes);
  unmap(device, memory);
}

#include "several_allocations.h"

static VKAPI_ATTR void VKAPI_CALL my_vkGetBufferMemoryRequirements(
    VkDevice device, VkBuffer buffer, VkMemoryRequirements* requirements) {
  next_vkGetBufferMemoryRequirements(device, buffer, requirements);
  const Adapter* adapter = OfDevice(device);
  pthread_mutex_lock(&mutex);
  if (FindSparse(buffer) != NULL) {
    requirements->alignment = kPage;
    requirements->size = (requirements->size + kPage - 1) / kPage * kPage;
  }
  pthread_mutex_unlock(&mutex);
  if (HasTypes(adapter)) {
    requirements->memoryTypeBits = (1u << adapter->memory.memoryTypeCount) - 1;
  }
}

static VKAPI_ATTR VkResult VKAPI_CALL my_vkAllocateMemory(
    VkDevice device, const VkMemoryAllocateInfo* info,
    const VkAllocationCallbacks* allocator, VkDeviceMemory* memory) {
  Adapter* adapter = OfDevice(device);
  VkMemoryAllocateInfo real = *info;
  VkResult result = VK_ERROR_OUT_OF_DEVICE_MEMORY;
  if (adapter->refused > 0 && info->allocationSize > adapter->refused) {
    return result;
  }
  pthread_mutex_lock(&mutex);
  Allocation* note = NULL;
  for (uint32_t i = 0; i < kMaxAllocations && note == NULL; ++i) {
    if (allocations[i].memory == VK_NULL_HANDLE) note = &allocations[i];
  }
  uint32_t heap = 0;
  int room = note != NULL;
  if (HasTypes(adapter)) {
    heap = adapter->memory.memoryTypes[info->memoryTypeIndex].heapIndex;
    room &= info->allocationSize <=
            adapter->memory.memoryHeaps[heap].size - adapter->used[heap];
    real.memoryTypeIndex = 0; /* all that software adapters have */
  }
  if (room) result = next_vkAllocateMemory(device, &real, allocator, memory);
  if (result == VK_SUCCESS) {
    adapter->used[heap] += info->allocationSize;
    *note = (Allocation){*memory, adapter, info->memoryTypeIndex,
                         info->allocationSize};
  }
  pthread_mutex_unlock(&mutex);
  if (result == VK_SUCCESS && adapter->dirty) {
    MakeDirty(device, *memory, info->allocationSize);
  }
  return result;
}

static VKAPI_ATTR void VKAPI_CALL
my_vkFreeMemory(VkDevice device, VkDeviceMemory memory,
                const VkAllocationCallbacks* allocator) {
  pthread_mutex_lock(&mutex);
  Allocation* found = memory == VK_NULL_HANDLE ? NULL : Find(memory);
  if (found != NULL) {
    Adapter* adapter = found->adapter;
    const uint32_t heap =
        HasTypes(adapter) ? adapter->memory.memoryTypes[found->type].heapIndex
                          : 0;
    adapter->used[heap] -= found->bytes;
    found->memory = VK_NULL_HANDLE;
  }
  next_vkFreeMemory(device, memory, allocator);
  pthread_mutex_unlock(&mutex);
}

static VKAPI_ATTR VkResult VKAPI_CALL
my_vkMapMemory(VkDevice device, VkDeviceMemory memory, VkDeviceSize offset,
               VkDeviceSize size, VkMemoryMapFlags flags, void** host) {
  pthread_mutex_lock(&mutex);
  const Allocation* found = Find(memory);
  const int hidden =
      found != NULL && HasTypes(found->adapter) &&
      !(found->adapter->memory.memoryTypes[found->type].propertyFlags &
        VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT);
  pthread_mutex_unlock(&mutex);
  if (hidden) return VK_ERROR_MEMORY_MAP_FAILED;
  return next_vkMapMemory(device, memory, offset, size, flags, host);
}

/* ---- Looking up --------------------------------------------------------- */

static PFN_vkVoidFunction Answer(const char* function,
                                 PFN_vkVoidFunction found) {
  if (found == NULL) return NULL;
  STAND_IN_FUNCTIONS(ANSWER)
  return found;
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL
my_vkGetDeviceProcAddr(VkDevice device, const char* function) {
  return Answer(function, next_device_proc(device, function));
}

STAND_IN_API VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL
vkGetInstanceProcAddr(VkInstance instance, const char* function) {
  if (next_instance_proc == NULL) {
    const char* loader = getenv("STAND_IN_LOADER");
    if (!OpenLoader(loader != NULL ? loader : "libvulkan.so.1")) return NULL;
    ReadDescription();
  }
  PFN_vkVoidFunction found = next_instance_proc(instance, function);
  ANSWER_DEVICE_PROC(my_vkGetDeviceProcAddr)
  /* Cooperative matrices would need the real adapter's handle. */
  if (strstr(function, "CooperativeMatrix") != NULL) return NULL;
  return Answer(function, found);
}
