// What becomes of the process that uses the runtime: forks.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_PROCESS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_PROCESS_H_

#include "tensorflow/core/common_runtime/dml/runtime/base/os/forks.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/thread_state.h"

namespace dml {

// From now on, for the life of this process, what forks from it is
// os::Forked().
void ForbidForks();

// What every call fails with where os::Forked(); it has the way out.
const Status& ForkedStatus();

// The same as the code that a C function returns.
inline dml_code ReportForked() { return Report(ForkedStatus()); }

}  // namespace dml

// First in each C function that takes a lock or an object: in a forked process
// both are as whatever thread of the parent left them.
#define DML_RETURN_IF_FORKED(...)                \
  do {                                           \
    if (::dml::os::Forked()) return __VA_ARGS__; \
  } while (false)

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_PROCESS_H_
