#include "tensorflow/core/common_runtime/dml/runtime/base/os/variables.h"

#include <unistd.h>

#include <cstdlib>

namespace dml {
namespace os {

std::optional<std::string> Variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return value;
}

std::vector<std::string> VariableNames() {
  std::vector<std::string> names;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string text = *entry;
    names.push_back(text.substr(0, text.find('=')));
  }
  return names;
}

}  // namespace os
}  // namespace dml
