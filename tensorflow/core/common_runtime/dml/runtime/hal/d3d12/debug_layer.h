// The debug layer of Direct3D 12, and what DRED keeps for the case that a
// device is removed; both under TF_DIRECTML_DEBUG.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_DEBUG_LAYER_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_DEBUG_LAYER_H_

#include <mutex>

#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/com.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/libraries.h"

namespace dml {
namespace hal {
namespace d3d12 {

// Before the first device of the process; says on stderr what is not there.
// Without TF_DIRECTML_DEBUG it does nothing.
void StartDebugging(const Libraries& libraries);

// Hands the debug layer's findings on to stderr. Thread-safe.
class DebugMessages {
 public:
  // Of a device whose layer is on; else Print() has nothing to do.
  void Open(ID3D12Device* device);
  void Close();
  // What came since the last call.
  void Print();

 private:
  std::mutex mutex_;
  ComPtr<ID3D12InfoQueue> queue_;
};

}  // namespace d3d12
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_DEBUG_LAYER_H_
