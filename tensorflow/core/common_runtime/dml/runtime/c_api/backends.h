// The backends that are built in, and which of them a process asks.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_BACKENDS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_BACKENDS_H_

#include <string>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"

namespace dml {

struct Backend {
  const char* name;   // as TF_DIRECTML_BACKEND has it
  const char* title;  // for messages
  hal::EnumerateFn enumerate;
  const char* hint;  // how to get an adapter of it
};

// In this order, until one has an adapter that can be used: the one of
// Environment::backend, or where that is empty, those of the system.
// `windows_graphics`: os::HasWindowsGraphics().
std::vector<const Backend*> BackendsToAsk(const std::string& chosen,
                                          bool windows_graphics);

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_BACKENDS_H_
