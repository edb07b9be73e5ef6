// The methods of memory, command lists and their allocators.
#include <mutex>

#include "objects.h"

namespace stand_in {
namespace {

decltype(ID3D12HeapVtbl::Release) next_HeapRelease;
ULONG STDMETHODCALLTYPE my_HeapRelease(ID3D12Heap* This) {
  return Forget(This, [&] { return next_HeapRelease(This); });
}

decltype(ID3D12ResourceVtbl::Release) next_ResourceRelease;
ULONG STDMETHODCALLTYPE my_ResourceRelease(ID3D12Resource* This) {
  return Forget(This, [&] { return next_ResourceRelease(This); });
}

decltype(ID3D12ResourceVtbl::Map) next_Map;
HRESULT STDMETHODCALLTYPE my_Map(ID3D12Resource* This, UINT subresource,
                                 const D3D12_RANGE* range, void** data) {
  const HRESULT problem = Problem("Map", Find(This).device);
  return problem ? problem : next_Map(This, subresource, range, data);
}

// Recording needs no device.
decltype(ID3D12GraphicsCommandListVtbl::Close) next_Close;
HRESULT STDMETHODCALLTYPE my_Close(ID3D12GraphicsCommandList* This) {
  const HRESULT result = next_Close(This);
  const HRESULT problem = Problem("Close", Find(This).device, false);
  return problem ? problem : result;
}

decltype(ID3D12GraphicsCommandListVtbl::Reset) next_ListReset;
HRESULT STDMETHODCALLTYPE my_ListReset(ID3D12GraphicsCommandList* This,
                                       ID3D12CommandAllocator* allocator,
                                       ID3D12PipelineState* state) {
  const HRESULT problem = Problem("Reset", Find(This).device, false);
  return problem ? problem : next_ListReset(This, allocator, state);
}

decltype(ID3D12GraphicsCommandListVtbl::Release) next_ListRelease;
ULONG STDMETHODCALLTYPE my_ListRelease(ID3D12GraphicsCommandList* This) {
  return Forget(This, [&] { return next_ListRelease(This); });
}

decltype(ID3D12CommandAllocatorVtbl::Reset) next_AllocatorReset;
HRESULT STDMETHODCALLTYPE my_AllocatorReset(ID3D12CommandAllocator* This) {
  const HRESULT problem = Problem("Reset", Find(This).device, false);
  return problem ? problem : next_AllocatorReset(This);
}

decltype(ID3D12CommandAllocatorVtbl::Release) next_AllocatorRelease;
ULONG STDMETHODCALLTYPE my_AllocatorRelease(ID3D12CommandAllocator* This) {
  return Forget(This, [&] { return next_AllocatorRelease(This); });
}

// `hook` gets the table of the object's class, writable.
template <typename Table, typename Hooks>
void HookTable(const Table* original, Hooks hook) {
  auto* table = const_cast<Table*>(original);
  Unprotect(table, sizeof *table);
  hook(table);
}

}  // namespace

void HookHeap(ID3D12Heap* heap) {
  static std::once_flag once;
  std::call_once(once, [&] {
    HookTable(heap->lpVtbl, [](ID3D12HeapVtbl* table) {
      Hook(&table->Release, &my_HeapRelease, &next_HeapRelease);
    });
  });
}

void HookResource(ID3D12Resource* resource) {
  static std::once_flag once;
  std::call_once(once, [&] {
    HookTable(resource->lpVtbl, [](ID3D12ResourceVtbl* table) {
      Hook(&table->Map, &my_Map, &next_Map);
      Hook(&table->Release, &my_ResourceRelease, &next_ResourceRelease);
    });
  });
}

void HookCommandList(ID3D12GraphicsCommandList* list) {
  static std::once_flag once;
  std::call_once(once, [&] {
    HookTable(list->lpVtbl, [](ID3D12GraphicsCommandListVtbl* table) {
      Hook(&table->Close, &my_Close, &next_Close);
      Hook(&table->Reset, &my_ListReset, &next_ListReset);
      Hook(&table->Release, &my_ListRelease, &next_ListRelease);
    });
  });
}

void HookCommandAllocator(ID3D12CommandAllocator* allocator) {
  static std::once_flag once;
  std::call_once(once, [&] {
    HookTable(allocator->lpVtbl, [](ID3D12CommandAllocatorVtbl* table) {
      Hook(&table->Reset, &my_AllocatorReset, &next_AllocatorReset);
      Hook(&table->Release, &my_AllocatorRelease, &next_AllocatorRelease);
    });
  });
}

}  // namespace stand_in
