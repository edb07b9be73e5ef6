/* A Vulkan loader that fails on demand: it hands everything on to
 * libvulkan.so.1, except that
 *   FAULT_CALL=vkQueueSubmit FAULT_RESULT=-4 FAULT_AFTER=2 FAULT_COUNT=1
 *       makes all calls of that function but the first two return that result,
 *       or so many of them, where FAULT_COUNT is set; fault_arm() of faults.h
 *       does the same again and again within a process. faulty_calls.h lists
 *       the functions;
 *   FAULT_FEATURE=shaderInt64
 *       makes every adapter lack that feature;
 *   FAULT_SLOW=vkWaitSemaphores FAULT_MILLISECONDS=50
 *       makes all calls of that function take so long first;
 *   FAULT_EXIT=vkCreateDevice
 *       makes it a driver whose handlers of the exit, registered by the first call
 *       of that function, leave it in no state to be called: such a call ends the
 *       process;
 *   FAULT_EXTENSION=VK_EXT_memory_budget
 *       makes every adapter lack that extension;
 *   FAULT_FUNCTION=vkGetCalibratedTimestampsEXT
 *       makes every device lack that function;
 *   FAULT_TIMESTAMPS=1
 *       makes every queue lack timestamps;
 *   FAULT_DESCRIBED=1
 *       makes every adapter have VK_EXT_device_fault, which describes a fault;
 *   FAULT_CALL=vkEnumerateInstanceVersion
 *       makes it a loader of Vulkan 1.1.
 * Tests name it in TF_DIRECTML_VULKAN_LOADER.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#define VK_NO_PROTOTYPES
#include <vulkan/vulkan.h>

#include "faults.h"
#include "faulty_calls.h"
#include "loader.h"

static PFN_vkGetPhysicalDeviceFeatures2 next_features;
static PFN_vkEnumerateDeviceExtensionProperties next_extensions;
static PFN_vkGetPhysicalDeviceQueueFamilyProperties next_families;

static int described(void) { return getenv("FAULT_DESCRIBED") != NULL; }

/* Whether this call of `name` is to fail; then with `*result`. */
static int fails(const char* name, VkResult* result) {
  static int calls = 0;
  int armed;
  if (armed_fails(name, &armed)) {
    *result = (VkResult)armed;
    return 1;
  }
  const char* call = getenv("FAULT_CALL");
  const char* after = getenv("FAULT_AFTER");
  const char* count = getenv("FAULT_COUNT");
  if (call == NULL || strcmp(call, name) != 0) return 0;
  *result = (VkResult)atoi(getenv("FAULT_RESULT"));
  const int begin = after != NULL ? atoi(after) : 0;
  const int number = __atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED);
  return number >= begin && (count == NULL || number < begin + atoi(count));
}

/* Whether the handler of the exit ran. */
static int gone;

static void exit_handler(void) {
  __atomic_store_n(&gone, 1, __ATOMIC_SEQ_CST);
  usleep(300 * 1000); /* so that whoever goes on shows */
}

/* Before each call of `name`. */
static void enter(const char* name) {
  static int registered = 0;
  const char* slow = getenv("FAULT_SLOW");
  if (__atomic_load_n(&gone, __ATOMIC_SEQ_CST)) {
    fprintf(stderr, "%s was called after the driver's exit\n", name);
    abort();
  }
  if (slow != NULL && strcmp(slow, name) == 0) {
    usleep(1000 * atoi(getenv("FAULT_MILLISECONDS")));
  }
  const char* exits = getenv("FAULT_EXIT");
  if (exits != NULL && strcmp(exits, name) == 0 &&
      !__atomic_exchange_n(&registered, 1, __ATOMIC_SEQ_CST)) {
    atexit(exit_handler);
  }
}

#define WRAP(name, parameters, arguments)                          \
  static PFN_##name next_##name;                                   \
  static VKAPI_ATTR VkResult VKAPI_CALL my_##name parameters {     \
    VkResult result;                                               \
    enter(#name);                                                  \
    return fails(#name, &result) ? result : next_##name arguments; \
  }
#define ANSWER_CALL(name, parameters, arguments) ANSWER(name)

EACH_INSTANCE_CALL(WRAP)
EACH_DEVICE_CALL(WRAP)

/* The driver below need not know VK_EXT_device_fault. */
static PFN_vkCreateDevice next_vkCreateDevice;
static VKAPI_ATTR VkResult VKAPI_CALL my_vkCreateDevice(
    VkPhysicalDevice adapter, const VkDeviceCreateInfo* info,
    const VkAllocationCallbacks* allocator, VkDevice* device) {
  VkResult result;
  const char* names[64];
  VkDeviceCreateInfo create = *info;
  if (fails("vkCreateDevice", &result)) return result;
  if (described()) {
    create.enabledExtensionCount = 0;
    create.ppEnabledExtensionNames = names;
    for (uint32_t i = 0; i < info->enabledExtensionCount; ++i) {
      const char* name = info->ppEnabledExtensionNames[i];
      if (strcmp(name, VK_EXT_DEVICE_FAULT_EXTENSION_NAME) != 0) {
        names[create.enabledExtensionCount++] = name;
      }
    }
    for (VkBaseOutStructure* at = (void*)&create; at; at = at->pNext) {
      while (at->pNext &&
             at->pNext->sType ==
                 VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FAULT_FEATURES_EXT) {
        at->pNext = at->pNext->pNext;
      }
    }
  }
  return next_vkCreateDevice(adapter, &create, allocator, device);
}

static VKAPI_ATTR VkResult VKAPI_CALL my_vkGetDeviceFaultInfoEXT(
    VkDevice device, VkDeviceFaultCountsEXT* counts,
    VkDeviceFaultInfoEXT* info) {
  (void)device;
  if (info == NULL) {
    counts->addressInfoCount = 2;
    counts->vendorInfoCount = 1;
    counts->vendorBinarySize = 100;
    return VK_SUCCESS;
  }
  strcpy(info->description, "page fault in a test");
  info->pAddressInfos[0].addressType =
      VK_DEVICE_FAULT_ADDRESS_TYPE_WRITE_INVALID_EXT;
  info->pAddressInfos[0].reportedAddress = 0xabc000;
  info->pAddressInfos[0].addressPrecision = 4096;
  info->pAddressInfos[1].addressType = VK_DEVICE_FAULT_ADDRESS_TYPE_NONE_EXT;
  strcpy(info->pVendorInfos[0].description, "wave hung");
  info->pVendorInfos[0].vendorFaultCode = 7;
  info->pVendorInfos[0].vendorFaultData = 0x1f;
  return VK_INCOMPLETE; /* there was a binary, too */
}

static VKAPI_ATTR VkResult VKAPI_CALL
my_vkEnumerateInstanceVersion(uint32_t* version) {
  *version = VK_API_VERSION_1_1;
  return VK_SUCCESS;
}

static VKAPI_ATTR VkResult VKAPI_CALL my_vkEnumerateDeviceExtensionProperties(
    VkPhysicalDevice adapter, const char* layer, uint32_t* count,
    VkExtensionProperties* extensions) {
  const char* lacking = getenv("FAULT_EXTENSION");
  const uint32_t more = described();
  if (extensions != NULL) *count -= more;
  VkResult result = next_extensions(adapter, layer, count, extensions);
  if (extensions != NULL && more) {
    strcpy(extensions[*count].extensionName,
           VK_EXT_DEVICE_FAULT_EXTENSION_NAME);
  }
  *count += more;
  if (extensions == NULL || lacking == NULL) return result;
  for (uint32_t i = 0; i < *count; ++i) {
    if (strcmp(lacking, extensions[i].extensionName) == 0) {
      extensions[i].extensionName[0] = '\0';
    }
  }
  return result;
}

static VKAPI_ATTR void VKAPI_CALL my_vkGetPhysicalDeviceQueueFamilyProperties(
    VkPhysicalDevice adapter, uint32_t* count,
    VkQueueFamilyProperties* families) {
  next_families(adapter, count, families);
  if (families == NULL) return;
  for (uint32_t i = 0; i < *count; ++i) families[i].timestampValidBits = 0;
}

static VKAPI_ATTR void VKAPI_CALL my_vkGetPhysicalDeviceFeatures2(
    VkPhysicalDevice adapter, VkPhysicalDeviceFeatures2* features) {
  const char* lacking = getenv("FAULT_FEATURE");
  next_features(adapter, features);
  for (VkBaseOutStructure* next = features->pNext; next && described();
       next = next->pNext) {
    if (next->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FAULT_FEATURES_EXT) {
      ((VkPhysicalDeviceFaultFeaturesEXT*)next)->deviceFault = VK_TRUE;
    }
  }
  if (lacking == NULL) return;
#define LACK(structure, feature) \
  if (strcmp(lacking, #feature) == 0) structure->feature = VK_FALSE;
  LACK((&features->features), shaderInt16)
  LACK((&features->features), shaderInt64)
  LACK((&features->features), shaderFloat64)
  for (VkBaseOutStructure* next = features->pNext; next; next = next->pNext) {
    if (next->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES) {
      LACK(((VkPhysicalDeviceVulkan11Features*)next), storageBuffer16BitAccess)
    }
    if (next->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES) {
      VkPhysicalDeviceVulkan12Features* v12 = (void*)next;
      LACK(v12, storageBuffer8BitAccess)
      LACK(v12, shaderInt8)
      LACK(v12, shaderSubgroupExtendedTypes)
      LACK(v12, scalarBlockLayout)
      LACK(v12, bufferDeviceAddress)
      LACK(v12, timelineSemaphore)
    }
  }
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL
my_vkGetDeviceProcAddr(VkDevice device, const char* function) {
  const char* lacking = getenv("FAULT_FUNCTION");
  PFN_vkVoidFunction found = next_device_proc(device, function);
  if (lacking != NULL && strcmp(lacking, function) == 0) return NULL;
  if (described() && strcmp(function, "vkGetDeviceFaultInfoEXT") == 0) {
    return (PFN_vkVoidFunction)my_vkGetDeviceFaultInfoEXT;
  }
  EACH_DEVICE_CALL(ANSWER_CALL)
  return found;
}

VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL
vkGetInstanceProcAddr(VkInstance instance, const char* function) {
  const char* call = getenv("FAULT_CALL");
  if (!OpenLoader("libvulkan.so.1")) return NULL;
  PFN_vkVoidFunction found = next_instance_proc(instance, function);
  EACH_INSTANCE_CALL(ANSWER_CALL)
  ANSWER(vkCreateDevice)
  if (strcmp(function, "vkEnumerateInstanceVersion") == 0 && call != NULL &&
      strcmp(call, function) == 0) {
    return (PFN_vkVoidFunction)my_vkEnumerateInstanceVersion;
  }
  if (strcmp(function, "vkGetPhysicalDeviceFeatures2") == 0 &&
      (getenv("FAULT_FEATURE") != NULL || described())) {
    next_features = (PFN_vkGetPhysicalDeviceFeatures2)found;
    return (PFN_vkVoidFunction)my_vkGetPhysicalDeviceFeatures2;
  }
  if (strcmp(function, "vkEnumerateDeviceExtensionProperties") == 0 &&
      (getenv("FAULT_EXTENSION") != NULL || described())) {
    next_extensions = (PFN_vkEnumerateDeviceExtensionProperties)found;
    return (PFN_vkVoidFunction)my_vkEnumerateDeviceExtensionProperties;
  }
  if (strcmp(function, "vkGetPhysicalDeviceQueueFamilyProperties") == 0 &&
      getenv("FAULT_TIMESTAMPS") != NULL) {
    next_families = (PFN_vkGetPhysicalDeviceQueueFamilyProperties)found;
    return (PFN_vkVoidFunction)my_vkGetPhysicalDeviceQueueFamilyProperties;
  }
  ANSWER_DEVICE_PROC(my_vkGetDeviceProcAddr)
  return found;
}
