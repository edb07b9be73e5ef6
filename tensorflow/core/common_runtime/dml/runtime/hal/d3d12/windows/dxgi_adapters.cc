#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/windows/dxgi_adapters.h"

#include <dxgi1_4.h>

#include <string>
#include <utility>

#include "tensorflow/core/common_runtime/dml/runtime/base/os/windows/wide.h"

namespace dml {
namespace hal {
namespace d3d12 {
namespace {

AdapterProperties ReadProperties(IDXGIAdapter1* adapter,
                                 const DXGI_ADAPTER_DESC1& desc) {
  AdapterProperties properties;
  properties.name = os::Utf8(desc.Description);
  if (properties.name.empty()) properties.name = "an adapter without a name";
  properties.luid = uint64_t{static_cast<uint32_t>(desc.AdapterLuid.HighPart)}
                        << 32 |
                    desc.AdapterLuid.LowPart;
  properties.vendor_id = desc.VendorId;
  properties.device_id = desc.DeviceId;
  properties.revision = desc.Revision;
  properties.dedicated_bytes = desc.DedicatedVideoMemory;
  properties.shared_bytes = desc.SharedSystemMemory;
  properties.hardware = (desc.Flags & DXGI_ADAPTER_FLAG_SOFTWARE) == 0;
  // Of Direct3D 10's interfaces this one is asked for to learn the version.
  LARGE_INTEGER version{};
  if (adapter->CheckInterfaceSupport(__uuidof(IDXGIDevice), &version) >= 0) {
    properties.driver_version = static_cast<uint64_t>(version.QuadPart);
  }
  return properties;
}

// What ListedAdapter::query_budget is.
bool QueryBudget(IUnknown* handle, MemoryBudget* budget) {
  ComPtr<IDXGIAdapter3> adapter;
  DXGI_QUERY_VIDEO_MEMORY_INFO found{};
  if (handle->QueryInterface(__uuidof(IDXGIAdapter3), adapter.ReceiveVoid()) <
          0 ||
      !adapter ||
      adapter->QueryVideoMemoryInfo(0, DXGI_MEMORY_SEGMENT_GROUP_LOCAL,
                                    &found) < 0 ||
      found.Budget == 0) {
    return false;
  }
  budget->budget_bytes = found.Budget;
  budget->used_bytes = found.CurrentUsage;
  return true;
}

}  // namespace

Status ListDxgiAdapters(const Libraries& libraries,
                        std::vector<ListedAdapter>* adapters) {
  adapters->clear();
  ComPtr<IDXGIFactory1> factory;
  const HRESULT result = libraries.create_dxgi_factory(__uuidof(IDXGIFactory1),
                                                       factory.ReceiveVoid());
  if (result < 0 || !factory) {
    return Error(Code::kUnavailable,
                 "DXGI does not work (CreateDXGIFactory1 returned ",
                 ResultName(result), "): ", UpdateDriverHint());
  }
  // The end of the list is DXGI_ERROR_NOT_FOUND; another error ends it, too.
  for (UINT i = 0;; ++i) {
    ComPtr<IDXGIAdapter1> found;
    if (factory->EnumAdapters1(i, found.Receive()) < 0 || !found) break;
    DXGI_ADAPTER_DESC1 desc{};
    // It may have been taken out meanwhile.
    if (found->GetDesc1(&desc) < 0) continue;
    ListedAdapter adapter;
    adapter.properties = ReadProperties(found.get(), desc);
    adapter.query_budget = QueryBudget;
    adapter.handle = ComPtr<IUnknown>(std::move(found));
    adapters->push_back(std::move(adapter));
  }
  if (adapters->empty()) {
    return Error(Code::kUnavailable,
                 "DXGI lists no adapter: ", UpdateDriverHint());
  }
  return Status::Ok();
}

}  // namespace d3d12
}  // namespace hal
}  // namespace dml
