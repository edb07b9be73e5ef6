// A TensorFlow device of type "DML".
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_DML_DEVICE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_DML_DEVICE_H_

#include "tensorflow/core/common_runtime/dml/base_device.h"
#include "tensorflow/core/common_runtime/dml/dml_process_state.h"

namespace tensorflow {
namespace dml {

constexpr char kDmlDeviceType[] = "DML";

// One per session; what it computes with is shared by the process. Kernels
// enqueue work and return; errors of the device surface in the step that waits
// for it, at the latest in its Sync().
class DmlDevice : public BaseDevice {
 public:
  DmlDevice(const SessionOptions& options, const DeviceAttributes& attributes,
            int index, const SharedDevice& shared);
  ~DmlDevice() override;

  void Compute(OpKernel* op_kernel, OpKernelContext* context) override;
  void ComputeAsync(AsyncOpKernel* op_kernel, OpKernelContext* context,
                    AsyncOpKernel::DoneCallback done) override;

  Status Sync() override;
  void Sync(const DoneCallback& done) override;

  Allocator* GetAllocator(AllocatorAttributes attributes) override;
  Status MakeTensorFromProto(const TensorProto& proto,
                             const AllocatorAttributes attributes,
                             Tensor* tensor) override;
  void CopyTensorInSameDevice(const Tensor* input_tensor, Tensor* output_tensor,
                              const DeviceContext* device_context,
                              StatusCallback done) override;

 protected:
  DeviceContext* Context() const override { return shared_.context; }

 private:
  // Gives `context` the failure of the device, if there was one.
  bool HasFailed(OpKernelContext* context) const;
  // Copies `host` into new device memory.
  Status ToDevice(const Tensor& host, Tensor* tensor);

  const SharedDevice shared_;
  DeviceInfo info_;
};

// While one lives, DML devices give the calling thread host memory whatever it
// asks for: a CPU kernel that runs on behalf of a DML node may allocate
// scratch memory without saying where, and would get the device's.
class ScopedHostAllocation {
 public:
  ScopedHostAllocation();
  ~ScopedHostAllocation();
  ScopedHostAllocation(const ScopedHostAllocation&) = delete;
  ScopedHostAllocation& operator=(const ScopedHostAllocation&) = delete;
};

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_DML_DEVICE_H_
