#include "tensorflow/core/common_runtime/dml/runtime/base/os/devices.h"

namespace dml {
namespace os {

bool HasWindowsGraphics() { return true; }

}  // namespace os
}  // namespace dml
