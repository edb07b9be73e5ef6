#include "tensorflow/core/common_runtime/dml/runtime/base/os/shared_library.h"

#include <dlfcn.h>
#include <stdlib.h>

#include <memory>

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

std::string ThisLibrary() {
  static const char here = 0;
  Dl_info info;
  if (dladdr(&here, &info) == 0 || info.dli_fname == nullptr) return "";
  const std::unique_ptr<char, void (*)(void*)> path(
      realpath(info.dli_fname, nullptr), free);
  return path != nullptr ? path.get() : info.dli_fname;
}

std::string BesideThisLibrary(const std::string& name) {
  const std::string library = ThisLibrary();
  if (library.empty()) return "";
  return library.substr(0, library.find_last_of("/") + 1) + name;
}

}  // namespace os
}  // namespace dml
