#include "tensorflow/core/common_runtime/dml/runtime/base/os/clock.h"

#include <time.h>

namespace dml {
namespace os {

uint64_t SteadyNanoseconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1000000000 + now.tv_nsec;
}

}  // namespace os
}  // namespace dml
