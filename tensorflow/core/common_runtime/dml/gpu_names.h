// /device:GPU:N and /gpu:N name /device:DML:N.
//
// TensorFlow reads every device name of a graph, of a function's body, of an
// eager op or of a call's target in one place, DeviceNameUtils, and finds
// devices by the names that the same class lists for each. Those functions are
// redirected, so the alias holds wherever a name may come from: a script, a
// frozen graph, a SavedModel. The names in the graph itself stay as they are: a
// model exported from here runs on CUDA, and the other way.
//
// Without an adapter names mean what they mean on stock TensorFlow.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_GPU_NAMES_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_GPU_NAMES_H_

#include <vector>

#include "tensorflow/core/common_runtime/dml/loaded_library.h"
#include "tensorflow/core/lib/core/status.h"

namespace tensorflow {
namespace dml {

// The mangled names of DeviceNameUtils' functions.
struct DeviceNameSymbols {
  const char* parse_full_name;
  const char* names;                     // GetNamesForDeviceMappings
  const char* local_names;               // GetLocalNamesForDeviceMappings
  const char* parse_full_or_local_name;  // null where nobody calls it
};

// Redirects DeviceNameUtils for callers in TensorFlow's libraries. The first is
// the framework, which registers devices, and reads full names; others may.
Status AliasGpuNames(const DeviceNameSymbols& symbols,
                     const std::vector<LoadedLibrary>& libraries);

// While one lives, names of DML devices read as those of GPUs in its thread:
// the alias the other way round.
class ScopedGpuType {
 public:
  ScopedGpuType();
  ~ScopedGpuType();
  ScopedGpuType(const ScopedGpuType&) = delete;
  ScopedGpuType& operator=(const ScopedGpuType&) = delete;
};

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_GPU_NAMES_H_
