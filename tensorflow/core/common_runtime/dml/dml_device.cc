#include "tensorflow/core/common_runtime/dml/dml_device.h"

#include <memory>
#include <utility>

#include "tensorflow/core/common_runtime/dma_helper.h"
#include "tensorflow/core/common_runtime/dml/base_compat.h"
#include "tensorflow/core/common_runtime/dml/dml_profiler.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/tensor.pb.h"
#include "tensorflow/core/framework/variant.h"
#include "tensorflow/core/framework/variant_op_registry.h"
#include "tensorflow/core/lib/core/errors.h"

namespace tensorflow {
namespace dml {
namespace {

thread_local int host_allocation_depth = 0;

}  // namespace

ScopedHostAllocation::ScopedHostAllocation() { ++host_allocation_depth; }
ScopedHostAllocation::~ScopedHostAllocation() { --host_allocation_depth; }
bool AllocatesOnHost() { return host_allocation_depth > 0; }

DmlDevice::DmlDevice(const SessionOptions& options,
                     const DeviceAttributes& attributes, int index,
                     const SharedDevice& shared)
    : BaseDevice(options, attributes), shared_(shared) {
  // Core copies tensors only to and from devices that carry this.
  info_.default_context = shared_.context;
  info_.gpu_id = index;
  SetDeviceInfo(this, &info_);
}

DmlDevice::~DmlDevice() { SetDeviceInfo(this, nullptr); }

void DmlDevice::Compute(OpKernel* op_kernel, OpKernelContext* context) {
  if (HasFailed(context)) return;
  const ScopedActivity activity(info_.gpu_id, *op_kernel);
  op_kernel->Compute(context);
}

void DmlDevice::ComputeAsync(AsyncOpKernel* op_kernel, OpKernelContext* context,
                             AsyncOpKernel::DoneCallback done) {
  if (HasFailed(context)) return done();
  const ScopedActivity activity(info_.gpu_id, *op_kernel);
  dml_set_tag(op_kernel->type_string().c_str());
  op_kernel->ComputeAsync(context, std::move(done));
}

// A device that has failed has no memory, which would be what kernels tell.
bool DmlDevice::HasFailed(OpKernelContext* context) const {
  const dml_code code = dml_device_status(shared_.device);
  if (code == DML_OK) return false;
  context->SetStatus(ToStatus(code));
  return true;
}

Status DmlDevice::Sync() { return ToStatus(dml_device_sync(shared_.device)); }

void DmlDevice::Sync(const DoneCallback& done) {
  auto finish = [](void* argument, dml_code code, const char* message) {
    std::unique_ptr<DoneCallback> owned(static_cast<DoneCallback*>(argument));
    (*owned)(ToStatus(code, message));
  };
  dml_on_complete(shared_.device, finish, new DoneCallback(done));
}

Allocator* DmlDevice::GetAllocator(AllocatorAttributes attributes) {
  if (attributes.on_host() || AllocatesOnHost()) return cpu_allocator();
  return shared_.allocator;
}

Status DmlDevice::ToDevice(const Tensor& host, Tensor* tensor) {
  Tensor copy(shared_.allocator, host.dtype(), host.shape());
  Status status;
  shared_.context->CopyCPUTensorToDevice(
      &host, this, &copy, [&status](const Status& s) { status = s; },
      /*sync_dst_compute=*/true);
  TF_RETURN_IF_ERROR(status);
  *tensor = std::move(copy);
  return OkStatus();
}

Status DmlDevice::MakeTensorFromProto(const TensorProto& proto,
                                      const AllocatorAttributes attributes,
                                      Tensor* tensor) {
  Tensor host;
  if (proto.dtype() <= 0 || proto.dtype() > DataType_MAX ||
      !host.FromProto(cpu_allocator(), proto)) {
    return errors::InvalidArgument("Cannot parse a tensor of type ",
                                   DataTypeString(proto.dtype()),
                                   " from its proto.");
  }
  if (host.dtype() == DT_VARIANT) {
    // The handles stay on the host, what they hold goes to the device.
    Tensor copy(cpu_allocator(), DT_VARIANT, host.shape());
    const auto from = host.flat<Variant>();
    auto to = copy.flat<Variant>();
    for (int64 i = 0; i < from.size(); ++i) {
      TF_RETURN_IF_ERROR(VariantDeviceCopy(
          VariantDeviceCopyDirection::HOST_TO_DEVICE, from(i), &to(i),
          [this](const Tensor& f, Tensor* t) { return ToDevice(f, t); }));
    }
    *tensor = std::move(copy);
    return OkStatus();
  }
  if (GetAllocator(attributes) == cpu_allocator() ||
      DataTypeAlwaysOnHost(host.dtype())) {
    *tensor = std::move(host);
    return OkStatus();
  }
  return ToDevice(host, tensor);
}

void DmlDevice::CopyTensorInSameDevice(const Tensor* input_tensor,
                                       Tensor* output_tensor,
                                       const DeviceContext* /*device_context*/,
                                       StatusCallback done) {
  shared_.context->CopyTensorInSameDevice(input_tensor, this, output_tensor,
                                          std::move(done));
}

}  // namespace dml
}  // namespace tensorflow
