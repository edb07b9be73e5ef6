// The methods of a device: each may fail; what is made is known by its device.
#include <mutex>

#include "features.h"
#include "objects.h"

namespace stand_in {
namespace {

#define METHOD(name, parameters)                 \
  decltype(ID3D12Device9Vtbl::name) next_##name; \
  HRESULT STDMETHODCALLTYPE my_##name parameters

// One that only fails; `parameters` begin with `This`.
#define FAILING(name, parameters, arguments)                            \
  METHOD(name, parameters) {                                            \
    const std::shared_ptr<Device> device = Find(This).device;           \
    if (const HRESULT problem = Problem(#name, device)) return problem; \
    return next_##name arguments;                                       \
  }

// One that makes an object.
#define MAKING(name, parameters, arguments, hook, interface)            \
  METHOD(name, parameters) {                                            \
    const std::shared_ptr<Device> device = Find(This).device;           \
    if (const HRESULT problem = Problem(#name, device)) return problem; \
    const HRESULT result = next_##name arguments;                       \
    if (SUCCEEDED(result) && object != nullptr) {                       \
      hook(static_cast<interface*>(*object));                           \
      Register(*object, {device, kLocal, 0});                           \
    }                                                                   \
    return result;                                                      \
  }

MAKING(CreateCommandQueue,
       (ID3D12Device9 * This, const D3D12_COMMAND_QUEUE_DESC* desc, REFIID iid,
        void** object),
       (This, desc, iid, object), HookQueue, ID3D12CommandQueue)
MAKING(CreateCommandAllocator,
       (ID3D12Device9 * This, D3D12_COMMAND_LIST_TYPE type, REFIID iid,
        void** object),
       (This, type, iid, object), HookCommandAllocator, ID3D12CommandAllocator)
MAKING(CreateCommandList,
       (ID3D12Device9 * This, UINT mask, D3D12_COMMAND_LIST_TYPE type,
        ID3D12CommandAllocator* allocator, ID3D12PipelineState* state,
        REFIID iid, void** object),
       (This, mask, type, allocator, state, iid, object), HookCommandList,
       ID3D12GraphicsCommandList)
MAKING(CreateCommandList1,
       (ID3D12Device9 * This, UINT mask, D3D12_COMMAND_LIST_TYPE type,
        D3D12_COMMAND_LIST_FLAGS flags, REFIID iid, void** object),
       (This, mask, type, flags, iid, object), HookCommandList,
       ID3D12GraphicsCommandList)
MAKING(CreateFence,
       (ID3D12Device9 * This, UINT64 value, D3D12_FENCE_FLAGS flags, REFIID iid,
        void** object),
       (This, value, flags, iid, object), HookFence, ID3D12Fence)
MAKING(CreatePlacedResource,
       (ID3D12Device9 * This, ID3D12Heap* heap, UINT64 offset,
        const D3D12_RESOURCE_DESC* desc, D3D12_RESOURCE_STATES state,
        const D3D12_CLEAR_VALUE* clear, REFIID iid, void** object),
       (This, heap, offset, desc, state, clear, iid, object), HookResource,
       ID3D12Resource)

FAILING(CreateComputePipelineState,
        (ID3D12Device9 * This, const D3D12_COMPUTE_PIPELINE_STATE_DESC* desc,
         REFIID iid, void** object),
        (This, desc, iid, object))
FAILING(CreateRootSignature,
        (ID3D12Device9 * This, UINT mask, const void* code, SIZE_T bytes,
         REFIID iid, void** object),
        (This, mask, code, bytes, iid, object))
// vkd3d says that copy queues have timestamps, and they have, but it does not
// know the heaps of those.
METHOD(CreateQueryHeap,
       (ID3D12Device9 * This, const D3D12_QUERY_HEAP_DESC* desc, REFIID iid,
        void** object)) {
  const std::shared_ptr<Device> device = Find(This).device;
  if (const HRESULT problem = Problem("CreateQueryHeap", device)) {
    return problem;
  }
  D3D12_QUERY_HEAP_DESC known = *desc;
  if (known.Type == D3D12_QUERY_HEAP_TYPE_COPY_QUEUE_TIMESTAMP) {
    known.Type = D3D12_QUERY_HEAP_TYPE_TIMESTAMP;
  }
  return next_CreateQueryHeap(This, &known, iid, object);
}
FAILING(CreateDescriptorHeap,
        (ID3D12Device9 * This, const D3D12_DESCRIPTOR_HEAP_DESC* desc,
         REFIID iid, void** object),
        (This, desc, iid, object))
FAILING(MakeResident,
        (ID3D12Device9 * This, UINT count, ID3D12Pageable* const* objects),
        (This, count, objects))
FAILING(Evict,
        (ID3D12Device9 * This, UINT count, ID3D12Pageable* const* objects),
        (This, count, objects))
FAILING(SetResidencyPriority,
        (ID3D12Device9 * This, UINT count, ID3D12Pageable* const* objects,
         const D3D12_RESIDENCY_PRIORITY* priorities),
        (This, count, objects, priorities))
FAILING(EnqueueMakeResident,
        (ID3D12Device9 * This, D3D12_RESIDENCY_FLAGS flags, UINT count,
         ID3D12Pageable* const* objects, ID3D12Fence* fence, UINT64 value),
        (This, flags, count, objects, fence, value))

// ---- Memory -------------------------------------------------------------

Segment SegmentOf(const D3D12_HEAP_PROPERTIES& properties,
                  const Adapter& adapter) {
  if (adapter.kind != Kind::kDiscrete) return kLocal;
  switch (properties.Type) {
    case D3D12_HEAP_TYPE_UPLOAD:
    case D3D12_HEAP_TYPE_READBACK:
      return kNonLocal;
    case D3D12_HEAP_TYPE_CUSTOM:
      return properties.MemoryPoolPreference == D3D12_MEMORY_POOL_L1
                 ? kLocal
                 : kNonLocal;
    default:
      return kLocal;
  }
}

// Makes an object by `make` that has `bytes` of memory of its own.
template <typename Make>
HRESULT MakeWithMemory(const char* call, ID3D12Device9* This,
                       const D3D12_HEAP_PROPERTIES& properties, uint64_t bytes,
                       void** object, Make make) {
  const std::shared_ptr<Device> device = Find(This).device;
  if (const HRESULT problem = Problem(call, device)) return problem;
  const Segment segment = SegmentOf(properties, *device->adapter);
  if (!device->adapter->Take(segment, bytes)) return E_OUTOFMEMORY;
  const HRESULT result = make();
  if (FAILED(result) || object == nullptr) {
    device->adapter->Give(segment, bytes);
  } else {
    Register(*object, {device, segment, bytes});
  }
  return result;
}

METHOD(CreateHeap, (ID3D12Device9 * This, const D3D12_HEAP_DESC* desc,
                    REFIID iid, void** object)) {
  return MakeWithMemory(
      "CreateHeap", This, desc->Properties, desc->SizeInBytes, object, [&] {
        const HRESULT result = next_CreateHeap(This, desc, iid, object);
        if (SUCCEEDED(result) && object != nullptr) {
          HookHeap(static_cast<ID3D12Heap*>(*object));
        }
        return result;
      });
}

METHOD(CreateCommittedResource,
       (ID3D12Device9 * This, const D3D12_HEAP_PROPERTIES* properties,
        D3D12_HEAP_FLAGS flags, const D3D12_RESOURCE_DESC* desc,
        D3D12_RESOURCE_STATES state, const D3D12_CLEAR_VALUE* clear, REFIID iid,
        void** object)) {
  return MakeWithMemory(
      "CreateCommittedResource", This, *properties, desc->Width, object, [&] {
        const HRESULT result = next_CreateCommittedResource(
            This, properties, flags, desc, state, clear, iid, object);
        if (SUCCEEDED(result) && object != nullptr) {
          HookResource(static_cast<ID3D12Resource*>(*object));
        }
        return result;
      });
}

// ---- What the device says -------------------------------------------------

METHOD(CheckFeatureSupport,
       (ID3D12Device9 * This, D3D12_FEATURE feature, void* data, UINT bytes)) {
  const std::shared_ptr<Device> device = Find(This).device;
  if (const HRESULT problem = Problem("CheckFeatureSupport", device, false)) {
    return problem;
  }
  return TellFeature(*device->adapter, feature, data, bytes, [&] {
    return next_CheckFeatureSupport(This, feature, data, bytes);
  });
}

METHOD(GetDeviceRemovedReason, (ID3D12Device9 * This)) {
  const std::shared_ptr<Device> device = Find(This).device;
  if (const HRESULT problem =
          Problem("GetDeviceRemovedReason", device, false)) {
    return problem;
  }
  const HRESULT removed = device->removed;
  return removed != S_OK ? removed : next_GetDeviceRemovedReason(This);
}

METHOD(QueryInterface, (ID3D12Device9 * This, REFIID iid, void** object)) {
  if (!Described() || object == nullptr ||
      !IsEqualGUID(iid, &IID_ID3D12DeviceRemovedExtendedData)) {
    return next_QueryInterface(This, iid, object);
  }
  *object = Describe(Find(This).device.get(), This);
  return S_OK;
}

decltype(ID3D12Device9Vtbl::Release) next_Release;
ULONG STDMETHODCALLTYPE my_Release(ID3D12Device9* This) {
  return Forget(This, [&] { return next_Release(This); });
}

}  // namespace

void HookDevice(ID3D12Device9* device) {
  static std::once_flag once;
  std::call_once(once, [&] {
    auto* table = const_cast<ID3D12Device9Vtbl*>(device->lpVtbl);
    Unprotect(table, sizeof *table);
#define HOOK(name) Hook(&table->name, &my_##name, &next_##name)
    HOOK(CreateCommandQueue);
    HOOK(CreateCommandAllocator);
    HOOK(CreateCommandList);
    HOOK(CreateCommandList1);
    HOOK(CreateFence);
    HOOK(CreatePlacedResource);
    HOOK(CreateComputePipelineState);
    HOOK(CreateRootSignature);
    HOOK(CreateQueryHeap);
    HOOK(CreateDescriptorHeap);
    HOOK(MakeResident);
    HOOK(Evict);
    HOOK(SetResidencyPriority);
    HOOK(EnqueueMakeResident);
    HOOK(CreateHeap);
    HOOK(CreateCommittedResource);
    HOOK(CheckFeatureSupport);
    HOOK(GetDeviceRemovedReason);
    HOOK(QueryInterface);
    HOOK(Release);
#undef HOOK
  });
}

}  // namespace stand_in
