// The clock of the host that drivers calibrate theirs against.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_CLOCK_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_CLOCK_H_

#include <cstdint>

namespace dml {
namespace os {

// Nanoseconds since a moment that is the same for the whole machine; never runs
// backwards. On POSIX systems CLOCK_MONOTONIC.
uint64_t SteadyNanoseconds();

}  // namespace os
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_CLOCK_H_
