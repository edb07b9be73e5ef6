// QueueFence: the counter of a queue's work.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_QUEUE_FENCE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_QUEUE_FENCE_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/os/event.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/api.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/com.h"

namespace dml {
namespace hal {
namespace d3d12 {

// What a fence shows when its device was removed.
constexpr uint64_t kRemovedValue = ~uint64_t{0};

// Thread-safe but for Open() and Close().
class QueueFence {
 public:
  HRESULT Open(ID3D12Device* device);
  // When the device does nothing any more.
  void Close();

  ID3D12Fence* handle() const { return fence_.get(); }
  uint64_t completed() const { return fence_->GetCompletedValue(); }
  // Sleeps until completed() is at least `value`, but not longer than told;
  // `reached` says which. E_OUTOFMEMORY when the system has no event.
  HRESULT Wait(uint64_t value, uint64_t timeout_ns, bool* reached);

 private:
  std::unique_ptr<os::Event> TakeEvent();
  void KeepEvent(std::unique_ptr<os::Event> event);

  ComPtr<ID3D12Fence> fence_;
  std::mutex mutex_;
  // Those not in use. Some may still be signalled for a wait that gave up, so
  // none is closed before the fence, and a wait looks at the counter anew when
  // it wakes. Guarded by mutex_.
  std::vector<std::unique_ptr<os::Event>> events_;
};

}  // namespace d3d12
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_QUEUE_FENCE_H_
