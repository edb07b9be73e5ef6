// Environment: all variables of the environment that the runtime reads.
// docs/environment.md tells users of them.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_ENVIRONMENT_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_ENVIRONMENT_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace dml {

// Where no variable says otherwise.
constexpr uint32_t kDefaultFlushCommands = 128;
constexpr uint32_t kDefaultFlushMicroseconds = 500;
constexpr uint32_t kDefaultSubmissionMicroseconds = 50000;

// Values that make no sense are reported on stderr, and the default holds.
struct Environment {
  bool visible_devices_set = false;
  std::string visible_devices;  // DML_VISIBLE_DEVICES
  // CUDA_VISIBLE_DEVICES is empty or -1, which scripts say for "no GPU", and
  // DML_VISIBLE_DEVICES is not set: `visible_devices` is CUDA's then.
  bool hidden_by_cuda = false;
  bool allow_software_adapter = false;  // TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER
  std::string drivers;                  // TF_DIRECTML_DRIVERS
  // TF_DIRECTML_BACKEND: vulkan, d3d12 or null; empty: the system's.
  std::string backend;
  std::string null_adapter;   // TF_DIRECTML_NULL_ADAPTER: hal/null/profile.h
  std::string vulkan_loader;  // TF_DIRECTML_VULKAN_LOADER; empty: the system's
  bool debug = false;         // TF_DIRECTML_DEBUG
  bool tuning = true;         // TF_DIRECTML_TUNING
  bool merging = true;        // TF_DIRECTML_MERGING
  bool cooperative_matrices = true;  // TF_DIRECTML_COOPERATIVE_MATRICES
  bool transfer_queue = true;        // TF_DIRECTML_TRANSFER_QUEUE
  // TF_DIRECTML_BATCH_FLUSH_SIZE and TF_DIRECTML_BATCH_FLUSH_TIME.
  uint32_t flush_commands = kDefaultFlushCommands;
  uint32_t flush_microseconds = kDefaultFlushMicroseconds;
  // TF_DIRECTML_SUBMISSION_TIME.
  uint32_t submission_microseconds = kDefaultSubmissionMicroseconds;
  uint32_t launch_elements = INT32_MAX;  // TF_DIRECTML_LAUNCH_ELEMENTS
  // TF_DIRECTML_CACHE_DIR, or a folder below XDG_CACHE_HOME or HOME. Empty when
  // none of them is set.
  std::string cache_folder;
};

// The value of a variable, or nothing.
using VariableReader =
    std::function<std::optional<std::string>(const char* name)>;
Environment ReadEnvironment(const VariableReader& variable);

// Lines on those of `names` that look like variables of ours, and are none: the
// nearest one may be meant.
std::vector<std::string> UnknownVariables(
    const std::vector<std::string>& names);

// The process's, read when first asked for; unknown variables are reported on
// stderr then. Thread-safe.
const Environment& GetEnvironment();

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_ENVIRONMENT_H_
