#include "tensorflow/core/common_runtime/dml/runtime/base/os/devices.h"

#include <unistd.h>

namespace dml {
namespace os {

bool HasWindowsGraphics() { return access("/dev/dxg", F_OK) == 0; }

}  // namespace os
}  // namespace dml
