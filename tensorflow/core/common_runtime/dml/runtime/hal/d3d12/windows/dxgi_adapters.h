// The adapters as DXGI lists them, which every Windows has: for those before
// Windows 10, version 2004, where DXCore is missing.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_WINDOWS_DXGI_ADAPTERS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_WINDOWS_DXGI_ADAPTERS_H_

#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/adapter_list.h"

namespace dml {
namespace hal {
namespace d3d12 {

// As ListAdapters(), where Libraries::create_dxgi_factory is not null. DXGI
// does not tell what an adapter computes with, nor whether it is integrated:
// opening a device does.
Status ListDxgiAdapters(const Libraries& libraries,
                        std::vector<ListedAdapter>* adapters);

}  // namespace d3d12
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_WINDOWS_DXGI_ADAPTERS_H_
