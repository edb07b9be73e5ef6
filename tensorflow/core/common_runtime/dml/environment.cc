#include "tensorflow/core/common_runtime/dml/environment.h"

#include <cctype>
#include <cstdlib>
#include <string>

#include "tensorflow/core/platform/logging.h"

namespace tensorflow {
namespace dml {
namespace {

// In lower case. Empty, too, when it is not set.
std::string Variable(const char* name) {
  const char* const value = std::getenv(name);
  std::string text = value == nullptr ? "" : value;
  for (char& c : text) c = std::tolower(static_cast<unsigned char>(c));
  return text;
}

bool IsOn(const std::string& text) { return text == "1" || text == "true"; }
bool IsOff(const std::string& text) { return text == "0" || text == "false"; }

}  // namespace

bool GpuNamesEnabled() {
  const std::string value = Variable("TF_DIRECTML_GPU_NAMES");
  static const bool said = [&value] {
    if (value.empty() || IsOn(value) || IsOff(value)) return false;
    LOG(WARNING) << "ignoring TF_DIRECTML_GPU_NAMES=" << value
                 << ": it must be 0, 1, true or false";
    return true;
  }();
  (void)said;
  return !IsOff(value);
}

std::string DriverLoader() {
  const char* const chosen = std::getenv("TF_DIRECTML_VULKAN_LOADER");
  if (chosen != nullptr && *chosen != '\0') return chosen;
  return "libvulkan.so.1";
}

bool ForceGpuAllowGrowth(bool otherwise) {
  const std::string value = Variable("TF_FORCE_GPU_ALLOW_GROWTH");
  if (IsOn(value)) return true;
  if (IsOff(value)) return false;
  return otherwise;
}

}  // namespace dml
}  // namespace tensorflow
