#include "tensorflow/core/common_runtime/dml/runtime/base/os/clock.h"

#include <windows.h>

namespace dml {
namespace os {

// QueryPerformanceCounter, which graphics drivers calibrate their clocks with.
uint64_t SteadyNanoseconds() {
  static const uint64_t ticks_a_second = [] {
    LARGE_INTEGER frequency;
    QueryPerformanceFrequency(&frequency);
    return static_cast<uint64_t>(frequency.QuadPart);
  }();
  LARGE_INTEGER now;
  QueryPerformanceCounter(&now);
  const uint64_t ticks = static_cast<uint64_t>(now.QuadPart);
  constexpr uint64_t kBillion = 1000000000;
  // In two parts, so that no product overflows.
  return ticks / ticks_a_second * kBillion +
         ticks % ticks_a_second * kBillion / ticks_a_second;
}

}  // namespace os
}  // namespace dml
