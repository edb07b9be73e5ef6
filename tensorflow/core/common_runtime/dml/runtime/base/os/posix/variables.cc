#include "tensorflow/core/common_runtime/dml/runtime/base/os/variables.h"

#include <cstdlib>

namespace dml {
namespace os {

std::optional<std::string> Variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return value;
}

}  // namespace os
}  // namespace dml
