// The backends that are built in, one function each.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_DRIVERS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_DRIVERS_H_

#include <memory>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"

namespace dml {
namespace hal {

// Vulkan 1.2 and up; the loader is opened at run time.
Status EnumerateVulkan(const EnumerateOptions& options,
                       std::vector<std::unique_ptr<Adapter>>* adapters);

// Direct3D 12 of shader model 6.0 and up, as WSL has it; its libraries are
// opened at run time.
Status EnumerateD3d12(const EnumerateOptions& options,
                      std::vector<std::unique_ptr<Adapter>>* adapters);

// One adapter that accepts everything and computes nothing: it measures the
// cost of the layers above it. Copies are real, dispatches do nothing.
Status EnumerateNull(const EnumerateOptions& options,
                     std::vector<std::unique_ptr<Adapter>>* adapters);

}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_DRIVERS_H_
