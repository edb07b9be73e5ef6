#define INITGUID  // the one file that has the GUIDs
#include "objects.h"

#include <sys/mman.h>
#include <unistd.h>

#include <mutex>
#include <unordered_map>

namespace stand_in {
namespace {

struct Event {
  const Device* device;
  HANDLE event;
};

struct Entry {
  Object what;
  // Of this object alone: where it was, another one may be soon.
  uint64_t number = 0;
};

struct State {
  std::mutex objects_mutex;
  std::unordered_map<void*, Entry> objects;  // guarded by it
  uint64_t last_number = 0;                  // guarded by it
  std::mutex events_mutex;
  std::unordered_map<uintptr_t, Event> events;  // guarded by it
  uintptr_t last_event = 0;                     // guarded by it
};

// Never destroyed: exiting programs may call.
State& state = *std::make_unique<State>().release();

// Whether this thread takes a device away: what it calls then does not fail.
thread_local bool removing = false;

}  // namespace

void Register(void* object, Object what) {
  std::lock_guard<std::mutex> lock(state.objects_mutex);
  state.objects[object] = {std::move(what), ++state.last_number};
}

Object Find(void* object) {
  std::lock_guard<std::mutex> lock(state.objects_mutex);
  const auto found = state.objects.find(object);
  return found == state.objects.end() ? Object() : found->second.what;
}

ULONG Forget(void* object, const std::function<ULONG()>& release) {
  Entry entry;
  {
    std::lock_guard<std::mutex> lock(state.objects_mutex);
    const auto found = state.objects.find(object);
    if (found != state.objects.end()) entry = found->second;
  }
  // Without the lock: a queue's end waits for a thread of vkd3d's that may
  // release a fence, which comes here, too.
  const ULONG references = release();
  if (references != 0 || entry.number == 0) return references;
  entry.what.device->adapter->Give(entry.what.segment, entry.what.bytes);
  std::lock_guard<std::mutex> lock(state.objects_mutex);
  const auto found = state.objects.find(object);
  if (found != state.objects.end() && found->second.number == entry.number) {
    state.objects.erase(found);
  }
  return references;
}

HANDLE AddEvent(const std::shared_ptr<Device>& device, HANDLE event) {
  std::lock_guard<std::mutex> lock(state.events_mutex);
  state.events[++state.last_event] = {device.get(), event};
  return reinterpret_cast<HANDLE>(state.last_event);
}

void Signal(HANDLE event) {
  const uint64_t one = 1;
  // Full only where nobody ever reads.
  (void)!write(int(reinterpret_cast<intptr_t>(event)), &one, sizeof one);
}

HRESULT SignalEvent(HANDLE handle) {
  std::lock_guard<std::mutex> lock(state.events_mutex);
  const auto found = state.events.find(reinterpret_cast<uintptr_t>(handle));
  if (found == state.events.end()) return S_OK;
  Signal(found->second.event);
  state.events.erase(found);
  return S_OK;
}

void SignalAllEvents(const Device* device) {
  std::lock_guard<std::mutex> lock(state.events_mutex);
  for (auto at = state.events.begin(); at != state.events.end();) {
    if (at->second.device != device) {
      ++at;
      continue;
    }
    Signal(at->second.event);
    at = state.events.erase(at);
  }
}

void Unprotect(const void* table, size_t bytes) {
  const uintptr_t page = uintptr_t(sysconf(_SC_PAGESIZE));
  const uintptr_t begin = reinterpret_cast<uintptr_t>(table) / page * page;
  const uintptr_t end = reinterpret_cast<uintptr_t>(table) + bytes;
  mprotect(reinterpret_cast<void*>(begin), end - begin, PROT_READ | PROT_WRITE);
}

HRESULT Problem(const char* call, const std::shared_ptr<Device>& device,
                bool gone) {
  if (removing) return S_OK;
  const HRESULT fault = Fault(call);
  if (device == nullptr) return fault;
  switch (uint32_t(fault)) {
    case 0x887a0005:  // DXGI_ERROR_DEVICE_REMOVED
    case 0x887a0006:  // DXGI_ERROR_DEVICE_HUNG
    case 0x887a0007:  // DXGI_ERROR_DEVICE_RESET
    case 0x887a0020:  // DXGI_ERROR_DRIVER_INTERNAL_ERROR
      removing = true;
      Remove(device, fault);
      removing = false;
      return DXGI_ERROR_DEVICE_REMOVED;
    default:
      break;
  }
  if (gone && device->removed != S_OK) return DXGI_ERROR_DEVICE_REMOVED;
  return fault;
}

}  // namespace stand_in
