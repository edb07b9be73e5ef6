#include "tensorflow/core/common_runtime/dml/runtime/base/os/forks.h"

namespace dml {
namespace os {

// Windows forks no process.
NoForks::NoForks() {}
NoForks::~NoForks() {}

}  // namespace os
}  // namespace dml
