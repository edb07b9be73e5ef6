// libd3d12.so: what it exports. vkd3d's headers declare functions of these
// names, with Windows' calling convention; so here they have others.
#include <cstdio>
#include <mutex>

#include "luid.h"
#include "objects.h"
#include "vulkan.h"
// After it.
#include <vkd3d_d3d12sdklayers.h>

using stand_in::Adapter;
using stand_in::Fault;

namespace {

// ---- The debug layer --------------------------------------------------------

HRESULT STDMETHODCALLTYPE QueryInterface(ID3D12Debug* This, REFIID iid,
                                         void** object) {
  if (!IsEqualGUID(iid, &IID_ID3D12Debug) && !IsEqualGUID(iid, &IID_IUnknown)) {
    *object = nullptr;
    return E_NOINTERFACE;
  }
  *object = This;
  return S_OK;
}
ULONG STDMETHODCALLTYPE AddRef(ID3D12Debug*) { return 2; }
ULONG STDMETHODCALLTYPE Release(ID3D12Debug*) { return 1; }
void STDMETHODCALLTYPE EnableDebugLayer(ID3D12Debug*) {
  std::fprintf(stderr, "the stand-in's debug layer is enabled\n");
}

ID3D12Debug* TheDebugLayer() {
  static const ID3D12DebugVtbl table = {QueryInterface, AddRef, Release,
                                        EnableDebugLayer};
  static ID3D12Debug debug = {&table};
  return &debug;
}

}  // namespace

STAND_IN_API HRESULT CreateDevice(IUnknown*, D3D_FEATURE_LEVEL, REFIID,
                                  void**) __asm__("D3D12CreateDevice");
HRESULT CreateDevice(IUnknown* unknown, D3D_FEATURE_LEVEL level, REFIID iid,
                     void** object) {
  if (const HRESULT fault = Fault("D3D12CreateDevice")) return fault;
  uint64_t luid = stand_in::Adapters().front().luid;
  if (unknown != nullptr && !ReadLuid(unknown, &luid)) return E_INVALIDARG;
  Adapter* adapter = stand_in::FindAdapter(luid);
  if (adapter == nullptr) return E_INVALIDARG;
  if (adapter->unopenable != 0) return HRESULT(adapter->unopenable);

  vkd3d_application_info application{};
  application.type = VKD3D_STRUCTURE_TYPE_APPLICATION_INFO;
  application.api_version = VKD3D_API_VERSION_2_1;
  vkd3d_instance_create_info instance{};
  instance.type = VKD3D_STRUCTURE_TYPE_INSTANCE_CREATE_INFO;
  instance.next = &application;
  instance.pfn_signal_event = stand_in::SignalEvent;
  instance.wchar_size = sizeof(WCHAR);
  instance.pfn_vkGetInstanceProcAddr = stand_in::MendingVulkan();
  vkd3d_device_create_info create{};
  create.type = VKD3D_STRUCTURE_TYPE_DEVICE_CREATE_INFO;
  create.minimum_feature_level = level;
  create.instance_create_info = &instance;
  create.adapter_luid.LowPart = UINT(luid);
  create.adapter_luid.HighPart = INT(luid >> 32);
  ID3D12Device9* device = nullptr;
  // Null asks whether there could be one.
  HRESULT result = vkd3d_create_device(&create, &IID_ID3D12Device9,
                                       reinterpret_cast<void**>(&device));
  if (FAILED(result)) return result;
  stand_in::HookDevice(device);
  stand_in::Register(device, {std::make_shared<stand_in::Device>(adapter),
                              stand_in::kLocal, 0});
  result = object == nullptr
               ? S_FALSE
               : device->lpVtbl->QueryInterface(device, iid, object);
  device->lpVtbl->Release(device);
  return result;
}

STAND_IN_API HRESULT SerializeRootSignature(
    const D3D12_ROOT_SIGNATURE_DESC*, D3D_ROOT_SIGNATURE_VERSION, ID3DBlob**,
    ID3DBlob**) __asm__("D3D12SerializeRootSignature");
HRESULT SerializeRootSignature(const D3D12_ROOT_SIGNATURE_DESC* desc,
                               D3D_ROOT_SIGNATURE_VERSION version,
                               ID3DBlob** blob, ID3DBlob** error) {
  if (const HRESULT fault = Fault("D3D12SerializeRootSignature")) return fault;
  return vkd3d_serialize_root_signature(desc, version, blob, error);
}

STAND_IN_API HRESULT SerializeVersionedRootSignature(
    const D3D12_VERSIONED_ROOT_SIGNATURE_DESC*, ID3DBlob**,
    ID3DBlob**) __asm__("D3D12SerializeVersionedRootSignature");
HRESULT SerializeVersionedRootSignature(
    const D3D12_VERSIONED_ROOT_SIGNATURE_DESC* desc, ID3DBlob** blob,
    ID3DBlob** error) {
  if (const HRESULT fault = Fault("D3D12SerializeVersionedRootSignature")) {
    return fault;
  }
  return vkd3d_serialize_versioned_root_signature(desc, blob, error);
}

STAND_IN_API HRESULT
GetDebugInterface(REFIID, void**) __asm__("D3D12GetDebugInterface");
HRESULT GetDebugInterface(REFIID iid, void** debug) {
  if (const HRESULT fault = Fault("D3D12GetDebugInterface")) return fault;
  if (stand_in::Described() && stand_in::FindSettings(iid, debug) == S_OK) {
    return S_OK;
  }
  for (const Adapter& adapter : stand_in::Adapters()) {
    if (adapter.debug) return QueryInterface(TheDebugLayer(), iid, debug);
  }
  if (debug != nullptr) *debug = nullptr;
  return HRESULT(0x887a002d);  // DXGI_ERROR_SDK_COMPONENT_MISSING
}

STAND_IN_API HRESULT EnableExperimentalFeatures(
    UINT, const IID*, void*, UINT*) __asm__("D3D12EnableExperimentalFeatures");
HRESULT EnableExperimentalFeatures(UINT count, const IID*, void*, UINT*) {
  if (const HRESULT fault = Fault("D3D12EnableExperimentalFeatures")) {
    return fault;
  }
  return count == 0 ? S_OK : E_NOINTERFACE;
}
