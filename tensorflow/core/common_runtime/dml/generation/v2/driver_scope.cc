#include "tensorflow/core/common_runtime/dml/generation/v2/driver_scope.h"

#include <dlfcn.h>

#include <string>

#include "tensorflow/core/common_runtime/dml/base_compat.h"
#include "tensorflow/core/common_runtime/dml/environment.h"
#include "tensorflow/core/common_runtime/dml/loaded_library.h"
#include "tensorflow/core/platform/logging.h"

namespace tensorflow {
namespace dml {
namespace {

// The part of its path by which the loader itself is known.
constexpr char kLoaderName[] = "libvulkan.so";

Status Separate(const char* loader);

// What the loader calls in place of dlopen. A library that is one's own stays
// as it was opened: the mode counts the first time only.
void* OpenSeparately(const char* path, int mode) {
  void* const handle = dlopen(path, mode | RTLD_DEEPBIND);
  // A stand-in for the loader, as tests have them, opens the loader.
  if (handle != nullptr && path != nullptr &&
      std::string(path).find(kLoaderName) != std::string::npos) {
    const Status status = Separate(kLoaderName);
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
  const std::string loader = DriverLoader();
  // Kept open: the process has one loader.
  if (dlopen(loader.c_str(), RTLD_NOW | RTLD_LOCAL) == nullptr) return;
  const Status status = Separate(loader.c_str());
  if (!status.ok()) {
    LOG(WARNING) << "drivers share TensorFlow's libraries: "
                 << MessageOf(status);
  }
}

}  // namespace dml
}  // namespace tensorflow
