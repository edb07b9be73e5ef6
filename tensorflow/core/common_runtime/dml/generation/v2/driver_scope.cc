#include "tensorflow/core/common_runtime/dml/generation/v2/driver_scope.h"

#include <dlfcn.h>

#include <cstdlib>
#include <string>

#include "tensorflow/core/common_runtime/dml/base_compat.h"
#include "tensorflow/core/common_runtime/dml/loaded_library.h"
#include "tensorflow/core/platform/logging.h"

namespace tensorflow {
namespace dml {
namespace {

constexpr char kVulkanLoader[] = "libvulkan.so.1";

Status Separate(const char* loader);

// What the loader calls in place of dlopen. A library that is one's own stays
// as it was opened: the mode counts the first time only.
void* OpenSeparately(const char* path, int mode) {
  void* const handle = dlopen(path, mode | RTLD_DEEPBIND);
  // A stand-in for the loader, as tests have them, opens the loader.
  if (handle != nullptr && path != nullptr &&
      std::string(path).find(kVulkanLoader) != std::string::npos) {
    const Status status = Separate(kVulkanLoader);
    if (!status.ok()) LOG(WARNING) << MessageOf(status);
  }
  return handle;
}

Status Separate(const char* loader) {
  LoadedLibrary library;
  TF_RETURN_IF_ERROR(LoadedLibrary::Find(loader, &library));
  // Any original will do: the replacement calls this library's own.
  return library.RedirectAny("dlopen",
                             reinterpret_cast<void*>(&OpenSeparately));
}

}  // namespace

void SeparateDrivers() {
  const char* chosen = std::getenv("TF_DIRECTML_VULKAN_LOADER");
  const bool has_choice = chosen != nullptr && *chosen != '\0';
  const char* const loader = has_choice ? chosen : kVulkanLoader;
  // Kept open: the process has one loader.
  if (dlopen(loader, RTLD_NOW | RTLD_LOCAL) == nullptr) return;
  const Status status = Separate(loader);
  if (!status.ok()) {
    LOG(WARNING) << "Vulkan drivers share TensorFlow's libraries: "
                 << MessageOf(status);
  }
}

}  // namespace dml
}  // namespace tensorflow
