#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/queue_fence.h"

#include <utility>

#include "tensorflow/core/common_runtime/dml/runtime/base/os/clock.h"

namespace dml {
namespace hal {
namespace d3d12 {

HRESULT QueueFence::Open(ID3D12Device* device) {
  return device->CreateFence(0, D3D12_FENCE_FLAG_NONE, uuidof<ID3D12Fence>(),
                             fence_.ReceiveVoid());
}

void QueueFence::Close() {
  fence_.Reset();
  events_.clear();
}

HRESULT QueueFence::Wait(uint64_t value, uint64_t timeout_ns, bool* reached) {
  *reached = completed() >= value;
  if (*reached) return S_OK;
  std::unique_ptr<os::Event> event = TakeEvent();
  if (event == nullptr) return E_OUTOFMEMORY;
  const uint64_t begin = os::SteadyNanoseconds();
  const HRESULT result = fence_->SetEventOnCompletion(value, event->handle());
  if (result >= 0) {
    // Of signals some are for waits that gave up.
    while (!(*reached = completed() >= value)) {
      const uint64_t waited = os::SteadyNanoseconds() - begin;
      if (waited >= timeout_ns) break;
      event->Wait(timeout_ns - waited);
    }
  }
  KeepEvent(std::move(event));
  return result;
}

std::unique_ptr<os::Event> QueueFence::TakeEvent() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!events_.empty()) {
      std::unique_ptr<os::Event> event = std::move(events_.back());
      events_.pop_back();
      return event;
    }
  }
  auto event = std::make_unique<os::Event>();
  return event->ok() ? std::move(event) : nullptr;
}

void QueueFence::KeepEvent(std::unique_ptr<os::Event> event) {
  std::lock_guard<std::mutex> lock(mutex_);
  events_.push_back(std::move(event));
}

}  // namespace d3d12
}  // namespace hal
}  // namespace dml
