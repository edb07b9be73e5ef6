#include "luid.h"

#include "windows_abi.h"
// After it.
#include <directx/dxcore.h>
#include <dxguids/dxguids.h>

bool ReadLuid(void* unknown, uint64_t* luid) {
  const IID iid = uuidof<IDXCoreAdapter>();
  void* object = nullptr;
  if (static_cast<IUnknown*>(unknown)->QueryInterface(iid, &object) < 0) {
    return false;
  }
  auto* adapter = static_cast<IDXCoreAdapter*>(object);
  const HRESULT result = adapter->GetProperty(
      DXCoreAdapterProperty::InstanceLuid, sizeof *luid, luid);
  adapter->Release();
  return result >= 0;
}
