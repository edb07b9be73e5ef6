// The adapters as DXCore lists them: of WSL, and of Windows 10, version 2004,
// and up.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_DXCORE_ADAPTERS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_DXCORE_ADAPTERS_H_

#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/adapter_list.h"

namespace dml {
namespace hal {
namespace d3d12 {

// As ListAdapters(), where Libraries::create_adapter_factory is not null.
Status ListDxCoreAdapters(const Libraries& libraries,
                          std::vector<ListedAdapter>* adapters);

}  // namespace d3d12
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_DXCORE_ADAPTERS_H_
