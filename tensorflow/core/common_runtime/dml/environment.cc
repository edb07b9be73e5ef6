#include "tensorflow/core/common_runtime/dml/environment.h"

#include <cstdlib>
#include <string>

namespace tensorflow {
namespace dml {
namespace {

// Empty, too, when it is not set.
std::string Variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

bool GpuNamesEnabled() { return Variable("TF_DIRECTML_GPU_NAMES") != "0"; }

bool ForceGpuAllowGrowth(bool otherwise) {
  const std::string value = Variable("TF_FORCE_GPU_ALLOW_GROWTH");
  if (value == "true") return true;
  if (value == "false") return false;
  return otherwise;
}

}  // namespace dml
}  // namespace tensorflow
