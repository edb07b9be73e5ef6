// What a device that is gone says of why (Direct3D's "DRED"), where
// FAULT_DESCRIBED is set: a page fault, and how far one command list came.
#include <cstdlib>

#include "objects.h"

namespace stand_in {
namespace {

std::atomic<bool> breadcrumbs{false}, page_faults{false};  // enabled

// ---- What enables it, before devices are made -------------------------------

using Settings = ID3D12DeviceRemovedExtendedDataSettings;

HRESULT STDMETHODCALLTYPE QuerySettings(Settings* This, REFIID iid,
                                        void** object) {
  if (!IsEqualGUID(iid, &IID_ID3D12DeviceRemovedExtendedDataSettings) &&
      !IsEqualGUID(iid, &IID_IUnknown)) {
    *object = nullptr;
    return E_NOINTERFACE;
  }
  *object = This;
  return S_OK;
}
ULONG STDMETHODCALLTYPE AddRefSettings(Settings*) { return 2; }
ULONG STDMETHODCALLTYPE ReleaseSettings(Settings*) { return 1; }
void STDMETHODCALLTYPE EnableBreadcrumbs(Settings*, D3D12_DRED_ENABLEMENT how) {
  breadcrumbs = how == D3D12_DRED_ENABLEMENT_FORCED_ON;
}
void STDMETHODCALLTYPE EnablePageFaults(Settings*, D3D12_DRED_ENABLEMENT how) {
  page_faults = how == D3D12_DRED_ENABLEMENT_FORCED_ON;
}
void STDMETHODCALLTYPE EnableDumps(Settings*, D3D12_DRED_ENABLEMENT) {}

// ---- What a device says
// -------------------------------------------------------

using Data = ID3D12DeviceRemovedExtendedData;

// The device that it is part of.
ID3D12Device9* DeviceOf(Data* data) {
  return reinterpret_cast<Description*>(data)->device;
}

HRESULT STDMETHODCALLTYPE QueryData(Data* This, REFIID iid, void** object) {
  ID3D12Device9* device = DeviceOf(This);
  return device->lpVtbl->QueryInterface(device, iid, object);
}
ULONG STDMETHODCALLTYPE AddRefData(Data* This) {
  ID3D12Device9* device = DeviceOf(This);
  return device->lpVtbl->AddRef(device);
}
ULONG STDMETHODCALLTYPE ReleaseData(Data* This) {
  ID3D12Device9* device = DeviceOf(This);
  return device->lpVtbl->Release(device);
}

// Whether there is something to say.
HRESULT Available(Data* data, bool enabled) {
  if (!enabled) return DXGI_ERROR_UNSUPPORTED;
  return Find(DeviceOf(data)).device->removed == S_OK
             ? HRESULT(0x887a0022)  // DXGI_ERROR_NOT_CURRENTLY_AVAILABLE
             : S_OK;
}

HRESULT STDMETHODCALLTYPE
GetBreadcrumbs(Data* This, D3D12_DRED_AUTO_BREADCRUMBS_OUTPUT* output) {
  static const D3D12_AUTO_BREADCRUMB_OP history[] = {
      D3D12_AUTO_BREADCRUMB_OP_COPYBUFFERREGION,
      D3D12_AUTO_BREADCRUMB_OP_DISPATCH, D3D12_AUTO_BREADCRUMB_OP_DISPATCH};
  static const UINT32 done = 2;
  static const D3D12_AUTO_BREADCRUMB_NODE node = [] {
    D3D12_AUTO_BREADCRUMB_NODE made{};
    made.pCommandListDebugNameA = "list in a test";
    made.BreadcrumbCount = 3;
    made.pLastBreadcrumbValue = &done;
    made.pCommandHistory = history;
    return made;
  }();
  const HRESULT available = Available(This, breadcrumbs);
  if (available == S_OK) output->pHeadAutoBreadcrumbNode = &node;
  return available;
}

HRESULT STDMETHODCALLTYPE GetPageFault(Data* This,
                                       D3D12_DRED_PAGE_FAULT_OUTPUT* output) {
  static const D3D12_DRED_ALLOCATION_NODE node = [] {
    D3D12_DRED_ALLOCATION_NODE made{};
    made.ObjectNameA = "heap in a test";
    made.AllocationType = D3D12_DRED_ALLOCATION_TYPE_HEAP;
    return made;
  }();
  const HRESULT available = Available(This, page_faults);
  if (available == S_OK) *output = {0xabc000, nullptr, &node};
  return available;
}

const ID3D12DeviceRemovedExtendedDataVtbl kDataTable = {
    QueryData, AddRefData, ReleaseData, GetBreadcrumbs, GetPageFault};

}  // namespace

bool Described() { return std::getenv("FAULT_DESCRIBED") != nullptr; }

HRESULT FindSettings(REFIID iid, void** object) {
  static const ID3D12DeviceRemovedExtendedDataSettingsVtbl table = {
      QuerySettings,     AddRefSettings,   ReleaseSettings,
      EnableBreadcrumbs, EnablePageFaults, EnableDumps};
  static Settings settings = {&table};
  return QuerySettings(&settings, iid, object);
}

Data* Describe(Device* device, ID3D12Device9* object) {
  device->description.data.lpVtbl = &kDataTable;
  device->description.device = object;
  object->lpVtbl->AddRef(object);
  return &device->description.data;
}

}  // namespace stand_in
