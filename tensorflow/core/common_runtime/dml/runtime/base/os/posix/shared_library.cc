#include "tensorflow/core/common_runtime/dml/runtime/base/os/shared_library.h"

#include <dlfcn.h>

namespace dml {
namespace os {

SharedLibrary::SharedLibrary(const char* name)
    : handle_(dlopen(name, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE)) {
  if (handle_ != nullptr) return;
  const char* reason = dlerror();
  problem_ = reason != nullptr ? reason : name;
}

void* SharedLibrary::Find(const char* symbol) const {
  return handle_ == nullptr ? nullptr : dlsym(handle_, symbol);
}

}  // namespace os
}  // namespace dml
