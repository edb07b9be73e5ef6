// Kernels that must know a value on the device, such as how many elements are
// not zero, before they can allocate their outputs.
//
//   class Body {
//    public:
//     explicit Body(OpKernelConstruction*);
//     // Enqueues what computes readings->value, a device tensor, or leaves it
//     // without elements.
//     Status Measure(KernelContext* c, Readings* readings);
//     // `value` on the host: allocates outputs, and enqueues the rest.
//     Status Finish(KernelContext* c, const Tensor& value,
//                   const Readings& readings);
//   };
//   Row("Where").MakeKernel<ReadBackKernel<Body>>()
//
// No thread waits for the value. Between the two calls other work may be
// enqueued: a variable that is an input may have changed.
#ifndef TENSORFLOW_CORE_KERNELS_DML_READ_BACK_H_
#define TENSORFLOW_CORE_KERNELS_DML_READ_BACK_H_

#include <memory>
#include <utility>

#include "tensorflow/core/common_runtime/dml/dml_device_context.h"
#include "tensorflow/core/common_runtime/dml/dml_profiler.h"
#include "tensorflow/core/kernels/dml/kernel.h"

namespace tensorflow {
namespace dml {

struct Readings {
  Tensor value;
  Tensor kept;  // for Finish: what Measure computed besides
};

template <typename Body>
class ReadBackKernel : public AsyncOpKernel {
 public:
  explicit ReadBackKernel(OpKernelConstruction* c)
      : AsyncOpKernel(c),
        device_(GetDeviceInfo(*c->device())->gpu_id),
        body_(c) {}

  void ComputeAsync(OpKernelContext* c, DoneCallback done) override {
    auto call = std::make_shared<Call>();
    const Status status = Begin(c, call.get());
    if (!status.ok() || call->host.NumElements() == 0) {
      return End(c, status, *call, done);
    }
    static_cast<DmlDeviceContext*>(c->op_device_context())
        ->CopyDeviceTensorToCPU(&call->readings.value, "", /*device=*/nullptr,
                                &call->host,
                                [this, c, call, done](const Status& copied) {
                                  const ScopedActivity activity(device_, *this);
                                  dml_set_tag(type_string().c_str());
                                  End(c, copied, *call, done);
                                  dml_set_tag(nullptr);
                                });
  }

 private:
  struct Call {
    Readings readings;
    Tensor host;
  };

  Status Begin(OpKernelContext* c, Call* call) {
    KernelContext context(c);
    TF_RETURN_IF_ERROR(body_.Measure(&context, &call->readings));
    AllocatorAttributes on_host;
    on_host.set_on_host(true);
    const Tensor& value = call->readings.value;
    return c->allocate_temp(value.dtype(), value.shape(), &call->host, on_host);
  }

  void End(OpKernelContext* c, Status status, const Call& call,
           const DoneCallback& done) {
    if (status.ok()) {
      KernelContext context(c);
      status = body_.Finish(&context, call.host, call.readings);
    }
    if (!status.ok()) c->CtxFailureWithWarning(status);
    done();
  }

  const int device_;
  Body body_;
};

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_KERNELS_DML_READ_BACK_H_
