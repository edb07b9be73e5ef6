// Libraries: Direct3D 12 and DXCore, or DXGI in its place, opened at run time.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_LIBRARIES_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_LIBRARIES_H_

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/api.h"

namespace dml {
namespace hal {
namespace d3d12 {

using CreateAdapterFactoryFn = HRESULT(STDAPICALLTYPE*)(REFIID, void**);

// Immutable once made, thus thread-safe; never closed.
//
// They are looked for as the system finds libraries (LD_LIBRARY_PATH,
// ldconfig), then in /usr/lib/wsl/lib, where WSL puts them; on Windows, which
// has them itself, in its own folder.
struct Libraries {
  PFN_D3D12_CREATE_DEVICE create_device = nullptr;
  PFN_D3D12_SERIALIZE_ROOT_SIGNATURE serialize_root_signature = nullptr;
  PFN_D3D12_GET_DEBUG_INTERFACE get_debug_interface = nullptr;  // may be null
  // Of DXCore. Null only where DXGI's is not.
  CreateAdapterFactoryFn create_adapter_factory = nullptr;
  // Of DXGI, CreateDXGIFactory1: on a Windows without DXCore.
  CreateAdapterFactoryFn create_dxgi_factory = nullptr;

  // kUnavailable says what is missing and how to get it.
  static Status Open(Libraries* libraries);
};

// What else to do where the system's list of adapters does not work, or is
// empty: text for an error message.
const char* UpdateDriverHint();

}  // namespace d3d12
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_LIBRARIES_H_
