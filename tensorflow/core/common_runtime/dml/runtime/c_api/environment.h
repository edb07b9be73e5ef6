// The environment variables that the runtime reads.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_ENVIRONMENT_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_ENVIRONMENT_H_

#include <string>

#include "tensorflow/core/common_runtime/dml/runtime/scheduler/stream.h"

namespace dml {

// Values that make no sense are reported once on stderr, and the default holds.
struct Environment {
  bool visible_devices_set = false;
  std::string visible_devices;          // DML_VISIBLE_DEVICES
  bool allow_software_adapter = false;  // TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER
  std::string backend = "vulkan";       // TF_DIRECTML_BACKEND
  bool tuning = true;                   // TF_DIRECTML_TUNING
  bool cooperative_matrices = true;     // TF_DIRECTML_COOPERATIVE_MATRICES
  // TF_DIRECTML_BATCH_FLUSH_SIZE (commands) and
  // TF_DIRECTML_BATCH_FLUSH_TIME (microseconds).
  StreamOptions stream;
};

// Read when first asked for.
const Environment& GetEnvironment();

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_ENVIRONMENT_H_
