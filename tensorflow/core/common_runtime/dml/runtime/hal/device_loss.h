// DeviceLoss: whether a device is lost, and why; each backend's has one.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_DEVICE_LOSS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_DEVICE_LOSS_H_

#include <atomic>
#include <mutex>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"

namespace dml {
namespace hal {

// Thread-safe.
class DeviceLoss {
 public:
  bool happened() const { return happened_; }
  // kDeviceLost with the first cause; Ok before there is one.
  Status status() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return status_;
  }

  // Of a device that was found lost: the status, which `describe` makes the
  // first time, while others wait for it. It calls Mark() as soon as work is to
  // end.
  template <typename Describe>
  Status Report(const Describe& describe) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (status_.ok()) {
      status_ = describe();
      happened_ = true;
    }
    return status_;
  }
  void Mark() { happened_ = true; }

  // For Device::GiveBack(): nothing works from now on, for whatever cause.
  void GiveUp(const AdapterInfo& info) {
    (void)Report([&info] {
      return Error(Code::kDeviceLost, "adapter \"", info.name, "\" (",
                   info.driver,
                   ") failed, and was given back to its driver; open the "
                   "device anew");
    });
    Mark();
  }

 private:
  std::atomic<bool> happened_{false};
  mutable std::mutex mutex_;
  Status status_;  // guarded by mutex_
};

}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_DEVICE_LOSS_H_
