#include "tensorflow/core/common_runtime/dml/runtime/base/os/variables.h"

#include "tensorflow/core/common_runtime/dml/runtime/base/os/windows/wide.h"

namespace dml {
namespace os {

std::optional<std::string> Variable(const char* name) {
  const std::wstring wide = Wide(name);
  std::wstring value(256, L'\0');
  for (;;) {
    SetLastError(ERROR_SUCCESS);
    const DWORD length = GetEnvironmentVariableW(
        wide.c_str(), value.data(), static_cast<DWORD>(value.size()));
    if (length == 0 && GetLastError() == ERROR_ENVVAR_NOT_FOUND) {
      return std::nullopt;
    }
    if (length < value.size()) return Utf8({value.data(), length});
    value.resize(length);  // with its end
  }
}

std::vector<std::string> VariableNames() {
  std::vector<std::string> names;
  wchar_t* const block = GetEnvironmentStringsW();
  if (block == nullptr) return names;
  for (const wchar_t* entry = block; *entry != L'\0';) {
    const std::wstring text = entry;
    entry += text.size() + 1;
    // Names of the current folders of drives begin with the sign itself.
    names.push_back(
        Utf8(std::wstring_view(text).substr(0, text.find(L'=', 1))));
  }
  FreeEnvironmentStringsW(block);
  return names;
}

}  // namespace os
}  // namespace dml
