// The variables of the environment that the glue reads itself, anew in each
// call. What the runtime reads is in runtime/base/environment.h;
// docs/environment.md tells users of both.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_ENVIRONMENT_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_ENVIRONMENT_H_

#include <string>

namespace tensorflow {
namespace dml {

// Switches are 0, 1, true or false, in any case.

// False if TF_DIRECTML_GPU_NAMES is off. Logs once that it makes no sense.
bool GpuNamesEnabled();

// What TF_FORCE_GPU_ALLOW_GROWTH says, if anything; else `otherwise`.
bool ForceGpuAllowGrowth(bool otherwise);

// The library by which the runtime opens drivers: what
// TF_DIRECTML_VULKAN_LOADER says, or the system's.
std::string DriverLoader();

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_ENVIRONMENT_H_
