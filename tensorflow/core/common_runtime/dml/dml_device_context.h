// Moves tensors between the host and one DML device, and finds the runtime
// device for kernels.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_DML_DEVICE_CONTEXT_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_DML_DEVICE_CONTEXT_H_

#include <functional>

#include "tensorflow/core/common_runtime/dml/base_device.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_runtime.h"
#include "tensorflow/core/framework/tensor.h"

namespace tensorflow {
namespace dml {

// The runtime's code as a Status that carries its message of this thread, or
// `message`.
Status ToStatus(dml_code code);
Status ToStatus(dml_code code, const char* message);

// The address of a device tensor's first byte; 0 for an empty tensor.
uint64 DeviceAddress(const Tensor& tensor);

// Thread-safe. `done` of a copy to the host runs on a thread of a pool for such
// callbacks, never on one of the runtime's, so that it may use the device
// freely. It runs on the calling thread if there is nothing to copy or the copy
// cannot start; those of other copies always do.
class DmlDeviceContext : public BaseDeviceContext {
 public:
  // `device` must stay open.
  explicit DmlDeviceContext(dml_device* device) : device_(device) {}

  dml_device* device() const { return device_; }

  void CopyCPUTensorToDevice(const Tensor* cpu_tensor, Device* device,
                             Tensor* device_tensor, StatusCallback done,
                             bool sync_dst_compute) const override;
  void CopyDeviceTensorToCPU(const Tensor* device_tensor,
                             StringPiece tensor_name, Device* device,
                             Tensor* cpu_tensor, StatusCallback done) override;
  void CopyTensorInSameDevice(const Tensor* input_tensor, Device* device,
                              Tensor* output_tensor,
                              StatusCallback done) const override;
  // Runs `function` on the same pool as `done`, also after work that failed.
  Status ThenExecute(Device* device, stream_executor::Stream* stream,
                     std::function<void()> function) override;

 private:
  dml_device* const device_;
};

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_DML_DEVICE_CONTEXT_H_
