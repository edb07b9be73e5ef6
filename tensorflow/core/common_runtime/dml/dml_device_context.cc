#include "tensorflow/core/common_runtime/dml/dml_device_context.h"

#include <memory>
#include <utility>

#include "tensorflow/core/common_runtime/dma_helper.h"
#include "tensorflow/core/common_runtime/dml/base_compat.h"
#include "tensorflow/core/common_runtime/dml/dml_profiler.h"
#include "tensorflow/core/common_runtime/dml/load_check.h"
#include "tensorflow/core/framework/allocator.h"
#include "tensorflow/core/lib/core/errors.h"
#include "tensorflow/core/lib/core/threadpool.h"
#include "tensorflow/core/platform/env.h"

namespace tensorflow {
namespace dml {
namespace {

// What TensorFlow does after a copy may wait for another copy, so it must not
// keep the runtime's threads.
thread::ThreadPool* Continuations() {
  static auto* const pool = new thread::ThreadPool(
      Env::Default(), "dml_continuations", /*num_threads=*/4);
  return pool;
}

struct PendingCopy {
  Tensor source;  // keeps the memory until the copy is over
  StatusCallback done;
};

void FinishCopy(void* argument, dml_code code, const char* message) {
  auto* const copy = static_cast<PendingCopy*>(argument);
  const Status status = ToStatus(code, message);
  Continuations()->Schedule([copy, status] {
    std::unique_ptr<PendingCopy> owned(copy);
    owned->done(status);
  });
}

// Whether the bytes of `source` may be copied to `target` as they are.
Status CheckCopy(const Tensor& source, const Tensor& target) {
  if (!DMAHelper::CanUseDMA(&source)) {
    return errors::InvalidArgument("A tensor of type ",
                                   DataTypeString(source.dtype()),
                                   " can't live in the memory of a DML device");
  }
  if (source.TotalBytes() != target.TotalBytes()) {
    return errors::Internal("A copy between tensors of ", source.TotalBytes(),
                            " and ", target.TotalBytes(), " bytes");
  }
  if (DMAHelper::base(&source) == nullptr ||
      DMAHelper::base(&target) == nullptr) {
    return errors::ResourceExhausted(
        "OOM when allocating the ", target.TotalBytes(),
        " bytes of a tensor to copy, of shape ", target.shape().DebugString(),
        ". ", dml_error_message());
  }
  return OkStatus();
}

// DML:i to DML:j.
void CopyBetweenDevices(DeviceContext* send_context,
                        DeviceContext* receive_context, Device* source_device,
                        Device* target_device,
                        const AllocatorAttributes /*source_attributes*/,
                        const AllocatorAttributes /*target_attributes*/,
                        const Tensor* source, Tensor* target,
                        int /*stream_index*/, StatusCallback done) {
  const auto* sender = static_cast<DmlDeviceContext*>(send_context);
  const auto* receiver = static_cast<DmlDeviceContext*>(receive_context);
  if (sender->device() == receiver->device()) {
    // Virtual devices of one adapter share its order of work.
    sender->CopyTensorInSameDevice(source, source_device, target,
                                   std::move(done));
    return;
  }
  auto* staging = new Tensor(cpu_allocator(), source->dtype(), source->shape());
  send_context->CopyDeviceTensorToCPU(
      source, "", source_device, staging,
      [receive_context, target_device, target, staging,
       done](const Status& status) {
        std::unique_ptr<Tensor> owned(staging);
        if (!status.ok()) {
          done(status);
        } else {
          receive_context->CopyCPUTensorToDevice(staging, target_device, target,
                                                 done,
                                                 /*sync_dst_compute=*/true);
        }
      });
}

bool RegisterCopy() {
  if (!LoadStatus().ok()) return false;
  RegisterDeviceCopy("DML", &CopyBetweenDevices);
  return true;
}
const bool registered = RegisterCopy();

}  // namespace

Status ToStatus(dml_code code, const char* message) {
  switch (code) {
    case DML_OK:
      return OkStatus();
    case DML_INVALID_ARGUMENT:
      return errors::InvalidArgument(message);
    case DML_OUT_OF_MEMORY:
      return errors::ResourceExhausted(message);
    case DML_UNIMPLEMENTED:
      return errors::Unimplemented(message);
    case DML_UNAVAILABLE:
      return errors::Unavailable(message);
    case DML_DEVICE_LOST:
      return errors::Unavailable(message,
                                 ". What this session kept on the device is "
                                 "lost; a new session gets the device anew");
    case DML_DEADLINE_EXCEEDED:
      return errors::DeadlineExceeded(message);
    case DML_NOT_FOUND:
      return errors::NotFound(message);
    case DML_FAILED_PRECONDITION:
      return errors::FailedPrecondition(message);
    case DML_INTERNAL:
      break;
  }
  return errors::Internal(message);
}

Status ToStatus(dml_code code) {
  return code == DML_OK ? OkStatus() : ToStatus(code, dml_error_message());
}

uint64 DeviceAddress(const Tensor& tensor) {
  return static_cast<uint64>(
      reinterpret_cast<uintptr_t>(DMAHelper::base(&tensor)));
}

void DmlDeviceContext::CopyCPUTensorToDevice(const Tensor* cpu_tensor,
                                             Device* device,
                                             Tensor* device_tensor,
                                             StatusCallback done,
                                             bool /*sync_dst_compute*/) const {
  const size_t bytes = cpu_tensor->TotalBytes();
  if (bytes == 0) {
    done(OkStatus());
    return;
  }
  const ScopedActivity activity(device, "");
  Status status = CheckCopy(*cpu_tensor, *device_tensor);
  if (status.ok()) {
    status = ToStatus(dml_copy_from_host(device_, DeviceAddress(*device_tensor),
                                         DMAHelper::base(cpu_tensor), bytes));
  }
  done(status);
}

void DmlDeviceContext::CopyDeviceTensorToCPU(const Tensor* device_tensor,
                                             StringPiece tensor_name,
                                             Device* device, Tensor* cpu_tensor,
                                             StatusCallback done) {
  const size_t bytes = device_tensor->TotalBytes();
  if (bytes == 0) {
    done(OkStatus());
    return;
  }
  const Status status = CheckCopy(*device_tensor, *cpu_tensor);
  if (!status.ok()) {
    done(status);
    return;
  }
  const ScopedActivity activity(device, tensor_name);
  auto* copy = new PendingCopy{*device_tensor, std::move(done)};
  dml_copy_to_host_async(device_, DMAHelper::base(cpu_tensor),
                         DeviceAddress(*device_tensor), bytes, &FinishCopy,
                         copy);
}

void DmlDeviceContext::CopyTensorInSameDevice(const Tensor* input_tensor,
                                              Device* device,
                                              Tensor* output_tensor,
                                              StatusCallback done) const {
  const size_t bytes = input_tensor->TotalBytes();
  if (bytes == 0) {
    done(OkStatus());
    return;
  }
  const ScopedActivity activity(device, "");
  Status status = CheckCopy(*input_tensor, *output_tensor);
  if (status.ok()) {
    status = ToStatus(dml_copy(device_, DeviceAddress(*output_tensor),
                               DeviceAddress(*input_tensor), bytes));
  }
  done(status);
}

Status DmlDeviceContext::ThenExecute(Device* /*device*/,
                                     stream_executor::Stream* /*stream*/,
                                     std::function<void()> function) {
  auto schedule = [](void* argument, dml_code, const char*) {
    std::unique_ptr<std::function<void()>> owned(
        static_cast<std::function<void()>*>(argument));
    Continuations()->Schedule(std::move(*owned));
  };
  dml_on_complete(device_, schedule,
                  new std::function<void()>(std::move(function)));
  return OkStatus();
}

}  // namespace dml
}  // namespace tensorflow
