// base_device.h on TensorFlow 2.x, whose core treats a device that says that it
// is pluggable as it does a GPU: memory of its own, copies, function arguments.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_GENERATION_V2_BASE_DEVICE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_GENERATION_V2_BASE_DEVICE_H_

#include <memory>
#include <utility>

#include "tensorflow/core/common_runtime/copy_tensor.h"
#include "tensorflow/core/common_runtime/device_factory.h"
#include "tensorflow/core/common_runtime/dml/base_compat.h"
#include "tensorflow/core/common_runtime/local_device.h"
#include "tensorflow/core/framework/allocator.h"
#include "tensorflow/core/framework/device_base.h"
#include "tensorflow/core/platform/logging.h"

namespace tensorflow {
namespace dml {

class BaseDevice : public LocalDevice {
 public:
  using LocalDevice::LocalDevice;

  Status TryGetDeviceContext(DeviceContext** context) override {
    Context()->Ref();  // the caller drops it
    *context = Context();
    return OkStatus();
  }

 protected:
  virtual DeviceContext* Context() const = 0;
};

// Whether this thread is in the scope of a ScopedHostAllocation (dml_device.h).
bool AllocatesOnHost();

class BaseDeviceContext : public DeviceContext {
 public:
  // The CPU's kernels of lists ask, and take such a device's stream to fill
  // what they allocated. What they allocate for us lies on the host.
  bool IsPluggableDevice() override { return !AllocatesOnHost(); }
};

class BaseAllocator : public Allocator {
 public:
  bool ClearStats() override {
    ResetStats();
    return true;
  }

 protected:
  virtual void ResetStats() = 0;
};

inline void RegisterDeviceFactory(const char* type,
                                  std::unique_ptr<DeviceFactory> factory,
                                  int priority) {
  DeviceFactory::Register(type, std::move(factory), priority,
                          /*is_pluggable_device=*/true);
}

inline void RegisterDeviceCopy(const char* type,
                               CopyTensor::CopyFunction copy) {
  const Status status = CopyTensor::Register(
      DeviceType(type), DeviceType(type), copy, /*is_pluggable_device=*/true);
  if (!status.ok()) LOG(ERROR) << "Copies between " << type << ": " << status;
}

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_GENERATION_V2_BASE_DEVICE_H_
