/* What the tests' Vulkan loaders share: the system's, which they hand calls on
 * to, and how they put functions of theirs in the place of its own. Include it
 * after <vulkan/vulkan.h>, in one file a library. */
#ifndef TENSORFLOW_DIRECTML_TESTS_LOADER_H_
#define TENSORFLOW_DIRECTML_TESTS_LOADER_H_

#include <dlfcn.h>
#include <string.h>

static PFN_vkGetInstanceProcAddr next_instance_proc;
static PFN_vkGetDeviceProcAddr next_device_proc;

/* Finds next_instance_proc, once; 0 when there is no such library. */
static int OpenLoader(const char* name) {
  if (next_instance_proc != NULL) return 1;
  void* library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return 0;
  next_instance_proc =
      (PFN_vkGetInstanceProcAddr)dlsym(library, "vkGetInstanceProcAddr");
  return 1;
}

/* In a lookup of `function` that found `found`: returns my_##name instead,
 * which may call next_##name. */
#define ANSWER(name)                                   \
  if (found != NULL && strcmp(function, #name) == 0) { \
    next_##name = (PFN_##name)found;                   \
    return (PFN_vkVoidFunction)my_##name;              \
  }

/* The same for the lookup of device functions, whose own is `mine`. */
#define ANSWER_DEVICE_PROC(mine)                       \
  if (strcmp(function, "vkGetDeviceProcAddr") == 0) {  \
    next_device_proc = (PFN_vkGetDeviceProcAddr)found; \
    return (PFN_vkVoidFunction)mine;                   \
  }

#endif /* TENSORFLOW_DIRECTML_TESTS_LOADER_H_ */
