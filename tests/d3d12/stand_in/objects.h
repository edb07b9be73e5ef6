// What is known of vkd3d's objects beside what they know themselves: whose
// device they are, and what a device that is gone or hangs owes to who waits.
#ifndef TENSORFLOW_DIRECTML_TESTS_D3D12_STAND_IN_OBJECTS_H_
#define TENSORFLOW_DIRECTML_TESTS_D3D12_STAND_IN_OBJECTS_H_

#define CINTERFACE  // methods by their tables
#define NOMINMAX
#include <vkd3d.h>

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "stand_in.h"

namespace stand_in {

// Why a device is gone, as it says itself: see described.cc.
struct Description {
  ID3D12DeviceRemovedExtendedData data;  // first
  ID3D12Device9* device;
};

// Of a device that lives. Thread-safe.
struct Device {
  explicit Device(Adapter* adapter) : adapter(adapter) { ++adapter->devices; }
  ~Device() { --adapter->devices; }
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;
  Adapter* const adapter;
  Description description{};
  std::atomic<HRESULT> removed{S_OK};  // GetDeviceRemovedReason()
  std::atomic<bool> hangs{false};
};

// What `object` was registered with.
struct Object {
  std::shared_ptr<Device> device;
  Segment segment = kLocal;
  uint64_t bytes = 0;  // that it counts in the adapter's memory
};

void Register(void* object, Object what);
// Without a device where nobody registered it.
Object Find(void* object);
// Calls `release`, which may wait for other threads that come here; where it
// returns 0, `object` is forgotten, and its memory counts no more. What was
// meanwhile made at the same address is not.
ULONG Forget(void* object, const std::function<ULONG()>& release);

// Events. Gives the handle that vkd3d is to signal for `event`, an eventfd.
HANDLE AddEvent(const std::shared_ptr<Device>& device, HANDLE event);
// What vkd3d calls.
HRESULT SignalEvent(HANDLE handle);
// Signals what waits for the device's fences; later calls of vkd3d for it do
// nothing.
void SignalAllEvents(const Device* device);
// Writes to an eventfd.
void Signal(HANDLE event);

// ---- Tables of methods ------------------------------------------------------

// Makes the pages writable that hold `bytes` of a table.
void Unprotect(const void* table, size_t bytes);

// In the class' own table, since vkd3d compares the address of it.
template <typename Method>
void Hook(Method* slot, Method mine, Method* next) {
  if (*slot == mine) return;
  *next = *slot;
  *slot = mine;
}

// Each hooks the table of an object's class, once; see hooks_*.cc.
void HookDevice(ID3D12Device9* device);
void HookQueue(ID3D12CommandQueue* queue);
void HookFence(ID3D12Fence* fence);
void HookHeap(ID3D12Heap* heap);
void HookResource(ID3D12Resource* resource);
void HookCommandList(ID3D12GraphicsCommandList* list);
void HookCommandAllocator(ID3D12CommandAllocator* allocator);

// Takes the device away, once everything that it has queued is done.
void Remove(const std::shared_ptr<Device>& device, HRESULT reason);

// Whether devices can say why they are gone.
bool Described();
// The object that enables it, where it has that interface.
HRESULT FindSettings(REFIID iid, void** object);
// The object that says it, with a reference; `object` is the device itself.
ID3D12DeviceRemovedExtendedData* Describe(Device* device,
                                          ID3D12Device9* object);

// To be called by each call of that name: what it is to return, or 0. `gone`:
// whether a device that is gone fails it.
HRESULT Problem(const char* call, const std::shared_ptr<Device>& device,
                bool gone = true);

}  // namespace stand_in

#endif  // TENSORFLOW_DIRECTML_TESTS_D3D12_STAND_IN_OBJECTS_H_
