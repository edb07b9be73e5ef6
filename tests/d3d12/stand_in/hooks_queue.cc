// The methods of queues and fences: where a device is lost or hangs.
#include <unistd.h>

#include <mutex>
#include <set>

#include "objects.h"

namespace stand_in {
namespace {

// The queues of all devices that live; never destroyed.
std::mutex queues_mutex;
auto& queues = *std::make_unique<std::set<ID3D12CommandQueue*>>().release();

// ---- Queues ---------------------------------------------------------------

decltype(ID3D12CommandQueueVtbl::ExecuteCommandLists) next_ExecuteCommandLists;
void STDMETHODCALLTYPE my_ExecuteCommandLists(ID3D12CommandQueue* This,
                                              UINT count,
                                              ID3D12CommandList* const* lists) {
  const std::shared_ptr<Device> device = Find(This).device;
  if (Hangs()) device->hangs = true;
  if (Problem("ExecuteCommandLists", device) != S_OK || device->hangs) return;
  next_ExecuteCommandLists(This, count, lists);
}

decltype(ID3D12CommandQueueVtbl::Signal) next_QueueSignal;
HRESULT STDMETHODCALLTYPE my_QueueSignal(ID3D12CommandQueue* This,
                                         ID3D12Fence* fence, UINT64 value) {
  const std::shared_ptr<Device> device = Find(This).device;
  if (const HRESULT problem = Problem("Signal", device)) return problem;
  return device->hangs ? S_OK : next_QueueSignal(This, fence, value);
}

decltype(ID3D12CommandQueueVtbl::Wait) next_Wait;
HRESULT STDMETHODCALLTYPE my_Wait(ID3D12CommandQueue* This, ID3D12Fence* fence,
                                  UINT64 value) {
  const std::shared_ptr<Device> device = Find(This).device;
  if (const HRESULT problem = Problem("Wait", device)) return problem;
  return device->hangs ? S_OK : next_Wait(This, fence, value);
}

decltype(ID3D12CommandQueueVtbl::GetTimestampFrequency)
    next_GetTimestampFrequency;
HRESULT STDMETHODCALLTYPE my_GetTimestampFrequency(ID3D12CommandQueue* This,
                                                   UINT64* frequency) {
  const HRESULT problem =
      Problem("GetTimestampFrequency", Find(This).device, false);
  return problem ? problem : next_GetTimestampFrequency(This, frequency);
}

decltype(ID3D12CommandQueueVtbl::GetClockCalibration) next_GetClockCalibration;
HRESULT STDMETHODCALLTYPE my_GetClockCalibration(ID3D12CommandQueue* This,
                                                 UINT64* gpu, UINT64* cpu) {
  const HRESULT problem = Problem("GetClockCalibration", Find(This).device);
  return problem ? problem : next_GetClockCalibration(This, gpu, cpu);
}

decltype(ID3D12CommandQueueVtbl::Release) next_QueueRelease;
ULONG STDMETHODCALLTYPE my_QueueRelease(ID3D12CommandQueue* This) {
  return Forget(This, [&] {
    const ULONG references = next_QueueRelease(This);
    if (references == 0) {
      std::lock_guard<std::mutex> lock(queues_mutex);
      queues.erase(This);
    }
    return references;
  });
}

// ---- Fences -----------------------------------------------------------------

bool Gone(const std::shared_ptr<Device>& device) {
  return device != nullptr && device->removed != S_OK;
}

decltype(ID3D12FenceVtbl::GetCompletedValue) next_GetCompletedValue;
UINT64 STDMETHODCALLTYPE my_GetCompletedValue(ID3D12Fence* This) {
  const std::shared_ptr<Device> device = Find(This).device;
  Problem("GetCompletedValue", device, false);
  return Gone(device) ? UINT64_MAX : next_GetCompletedValue(This);
}

decltype(ID3D12FenceVtbl::SetEventOnCompletion) next_SetEventOnCompletion;
HRESULT STDMETHODCALLTYPE my_SetEventOnCompletion(ID3D12Fence* This,
                                                  UINT64 value, HANDLE event) {
  const std::shared_ptr<Device> device = Find(This).device;
  if (const HRESULT problem = Problem("SetEventOnCompletion", device, false)) {
    return problem;
  }
  if (event == nullptr) {
    return Gone(device) ? S_OK : next_SetEventOnCompletion(This, value, event);
  }
  const HRESULT result =
      next_SetEventOnCompletion(This, value, AddEvent(device, event));
  // Also where it went meanwhile.
  if (Gone(device)) SignalAllEvents(device.get());
  return result;
}

decltype(ID3D12FenceVtbl::Signal) next_FenceSignal;
HRESULT STDMETHODCALLTYPE my_FenceSignal(ID3D12Fence* This, UINT64 value) {
  const HRESULT problem = Problem("Signal", Find(This).device);
  return problem ? problem : next_FenceSignal(This, value);
}

decltype(ID3D12FenceVtbl::Release) next_FenceRelease;
ULONG STDMETHODCALLTYPE my_FenceRelease(ID3D12Fence* This) {
  return Forget(This, [&] { return next_FenceRelease(This); });
}

// ---- The end of a device
// ------------------------------------------------------

// Waits until all that the queue has is done, at most some seconds: what waits
// for something that never came is not.
void Finish(ID3D12CommandQueue* queue) {
  ID3D12Device9* device = nullptr;
  ID3D12Fence* fence = nullptr;
  if (FAILED(queue->lpVtbl->GetDevice(queue, &IID_ID3D12Device,
                                      reinterpret_cast<void**>(&device)))) {
    return;
  }
  if (SUCCEEDED(device->lpVtbl->CreateFence(
          device, 0, D3D12_FENCE_FLAG_NONE, &IID_ID3D12Fence,
          reinterpret_cast<void**>(&fence)))) {
    next_QueueSignal(queue, fence, 1);
    for (int i = 0; i < 5000 && next_GetCompletedValue(fence) == 0; ++i) {
      usleep(1000);
    }
    fence->lpVtbl->Release(fence);
  }
  device->lpVtbl->Release(device);
}

}  // namespace

void Remove(const std::shared_ptr<Device>& device, HRESULT reason) {
  std::set<ID3D12CommandQueue*> own;
  {
    std::lock_guard<std::mutex> lock(queues_mutex);
    for (ID3D12CommandQueue* queue : queues) {
      if (Find(queue).device != device) continue;
      queue->lpVtbl->AddRef(queue);
      own.insert(queue);
    }
  }
  for (ID3D12CommandQueue* queue : own) {
    Finish(queue);
    queue->lpVtbl->Release(queue);
  }
  HRESULT none = S_OK;
  device->removed.compare_exchange_strong(none, reason);
  SignalAllEvents(device.get());
}

void HookQueue(ID3D12CommandQueue* queue) {
  static std::once_flag once;
  std::call_once(once, [&] {
    auto* table = const_cast<ID3D12CommandQueueVtbl*>(queue->lpVtbl);
    Unprotect(table, sizeof *table);
    Hook(&table->ExecuteCommandLists, &my_ExecuteCommandLists,
         &next_ExecuteCommandLists);
    Hook(&table->Signal, &my_QueueSignal, &next_QueueSignal);
    Hook(&table->Wait, &my_Wait, &next_Wait);
    Hook(&table->GetTimestampFrequency, &my_GetTimestampFrequency,
         &next_GetTimestampFrequency);
    Hook(&table->GetClockCalibration, &my_GetClockCalibration,
         &next_GetClockCalibration);
    Hook(&table->Release, &my_QueueRelease, &next_QueueRelease);
  });
  std::lock_guard<std::mutex> lock(queues_mutex);
  queues.insert(queue);
}

void HookFence(ID3D12Fence* fence) {
  static std::once_flag once;
  std::call_once(once, [&] {
    auto* table = const_cast<ID3D12FenceVtbl*>(fence->lpVtbl);
    Unprotect(table, sizeof *table);
    Hook(&table->GetCompletedValue, &my_GetCompletedValue,
         &next_GetCompletedValue);
    Hook(&table->SetEventOnCompletion, &my_SetEventOnCompletion,
         &next_SetEventOnCompletion);
    Hook(&table->Signal, &my_FenceSignal, &next_FenceSignal);
    Hook(&table->Release, &my_FenceRelease, &next_FenceRelease);
  });
}

}  // namespace stand_in
