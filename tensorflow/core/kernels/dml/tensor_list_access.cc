// TensorListGetItem and TensorListPopBack. TensorFlow's CPU kernels only hand a
// tensor on, whatever the length of the list, and reuse a list that nobody else
// holds; only what they make for an element that was never written has to move
// to the device.
#include <memory>

#include "tensorflow/core/common_runtime/dma_helper.h"
#include "tensorflow/core/common_runtime/dml/dml_device.h"
#include "tensorflow/core/framework/allocation_description.pb.h"
#include "tensorflow/core/framework/allocator.h"
#include "tensorflow/core/kernels/dml/fill.h"
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

bool IsInHostMemory(const Tensor& tensor) {
  const TensorBuffer* const buffer = DMAHelper::buffer(&tensor);
  if (buffer == nullptr) return false;
  AllocationDescription description;
  buffer->FillAllocationDescription(&description);
  return description.allocator_name() == cpu_allocator()->Name();
}

class TensorListAccess : public OpKernel {
 public:
  TensorListAccess(OpKernelConstruction* c, int element_output)
      : OpKernel(c), element_output_(element_output) {
    OpKernel* kernel = nullptr;
    OP_REQUIRES_OK(
        c, CreateOpKernel(DeviceType(DEVICE_CPU),
                          static_cast<DeviceBase*>(c->device()),
                          cpu_allocator(), c->function_library(), c->def(),
                          c->graph_def_version(), &kernel));
    kernel_.reset(kernel);
  }

  void Compute(OpKernelContext* c) override {
    {
      ScopedHostAllocation on_host;
      kernel_->Compute(c);
    }
    if (!c->status().ok()) return;
    Tensor* const element = c->mutable_output(element_output_);
    if (!IsInHostMemory(*element)) return;
    KernelContext context(c);
    Tensor zeros;
    OP_REQUIRES_OK(
        c, context.Temporary(element->dtype(), element->shape(), &zeros));
    OP_REQUIRES_OK(c, FillZero(&context, zeros));
    *element = zeros;
  }
  bool IsExpensive() override { return false; }

 private:
  const int element_output_;
  std::unique_ptr<OpKernel> kernel_;
};

// As far as the CPU has kernels for them.
const TypeList kElementTypes = {DT_FLOAT, DT_HALF,   DT_DOUBLE, DT_BFLOAT16,
                                DT_INT8,  DT_INT16,  DT_INT32,  DT_INT64,
                                DT_UINT8, DT_UINT16, DT_BOOL};

Row AccessRow(const char* name, int element_output) {
  return Row(name)
      .Types("element_dtype", kElementTypes)
      .Custom([element_output](OpKernelConstruction* c) -> OpKernel* {
        return new TensorListAccess(c, element_output);
      });
}

const Kernels kRows({
    AccessRow("TensorListGetItem", 0).Host({"index", "element_shape"}),
    AccessRow("TensorListPopBack", 1).Host({"element_shape"}),
    Row("TensorListPopBack")
        .Types("element_dtype", {DT_VARIANT})
        .HostTwin({"input_handle", "output_handle", "tensor"}),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
