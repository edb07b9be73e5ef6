// The programs of all families.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_PROGRAMS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_PROGRAMS_H_

#include "tensorflow/core/common_runtime/dml/runtime/base/span.h"
#include "tensorflow/core/common_runtime/dml/runtime/shaders/program_cache.h"

namespace dml {

// Every variant of every program, sorted by name; as long as the process lives.
// Thread-safe.
Span<const Shader> AllShaders();

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_PROGRAMS_H_
