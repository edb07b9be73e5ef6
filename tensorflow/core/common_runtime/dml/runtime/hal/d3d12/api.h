// Direct3D 12's and DXCore's types. Nothing links their libraries: they are
// opened at run time (libraries.h).
//
// A build calls methods by one of two conventions. WSL's libraries have that of
// the platform; with DML_D3D12_MS_ABI it is that of Windows, which vkd3d's
// methods have on Linux, too: for tests, whose libraries export functions as
// WSL's do.
//
// No method that returns a structure by value may be called (GetDesc(),
// GetAdapterLuid(), GetResourceAllocationInfo() and others): compilers do not
// agree where such a result goes.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_API_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_API_H_

// First, since it defines what the convention is.
#include <basetsd.h>
#ifdef DML_D3D12_MS_ABI
#undef STDMETHODCALLTYPE
#define STDMETHODCALLTYPE __attribute__((ms_abi))
#endif
// Second, since what follows takes it for granted.
#include <unknwn.h>
// Third, since the last of them knows those before only.
#include <directx/d3d12.h>
#include <directx/d3d12sdklayers.h>
#include <directx/dxcore_interface.h>
#include <dxguids/dxguids.h>

#include <string>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"

namespace dml {
namespace hal {
namespace d3d12 {

// "DXGI_ERROR_DEVICE_HUNG (0x887a0006)" and so on.
std::string ResultName(HRESULT result);

// Whether the device is gone for good.
bool IsLost(HRESULT result);

// Ok for success codes. `call` is the function that returned `result`.
Status ToStatus(HRESULT result, const char* call);

}  // namespace d3d12
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_API_H_
