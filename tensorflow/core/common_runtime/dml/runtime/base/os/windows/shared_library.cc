#include "tensorflow/core/common_runtime/dml/runtime/base/os/shared_library.h"

#include "tensorflow/core/common_runtime/dml/runtime/base/os/windows/wide.h"

namespace dml {
namespace os {

SharedLibrary::SharedLibrary(const char* name) {
  const std::wstring wide = Wide(name);
  // Never from the current folder, where anybody may have left one. What a
  // library at a path needs may lie beside it.
  const bool path = wide.find_first_of(L"/\\") != std::wstring::npos;
  handle_ = LoadLibraryExW(
      wide.c_str(), nullptr,
      path ? LOAD_LIBRARY_SEARCH_DEFAULT_DIRS | LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR
           : LOAD_LIBRARY_SEARCH_DEFAULT_DIRS);
  if (handle_ == nullptr) {
    problem_ = std::string(name) + ": " + ErrorText(GetLastError());
  }
}

void* SharedLibrary::Find(const char* symbol) const {
  if (handle_ == nullptr) return nullptr;
  return reinterpret_cast<void*>(
      GetProcAddress(static_cast<HMODULE>(handle_), symbol));
}

std::string ThisLibrary() {
  static const char here = 0;
  HMODULE module = nullptr;
  if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
                              GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                          reinterpret_cast<const wchar_t*>(&here), &module)) {
    return "";
  }
  std::wstring path(MAX_PATH, L'\0');
  for (;;) {
    const DWORD length = GetModuleFileNameW(module, path.data(),
                                            static_cast<DWORD>(path.size()));
    if (length < path.size()) return Utf8({path.data(), length});
    path.resize(2 * path.size());
  }
}

std::string BesideThisLibrary(const std::string& name) {
  const std::string library = ThisLibrary();
  if (library.empty()) return "";
  return library.substr(0, library.find_last_of("/\\") + 1) + name;
}

}  // namespace os
}  // namespace dml
