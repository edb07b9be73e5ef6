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

}  // namespace os
}  // namespace dml
