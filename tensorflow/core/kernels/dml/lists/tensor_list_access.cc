// TensorListGetItem and TensorListPopBack. TensorFlow's CPU kernels only hand a
// tensor on, whatever the length of the list, and reuse a list that nobody else
// holds; only an element in host memory, such as the zeros that they make for
// one that was never written, has to move to the device.
#include <cstring>
#include <memory>

#include "tensorflow/core/common_runtime/dma_helper.h"
#include "tensorflow/core/common_runtime/dml/dml_device.h"
#include "tensorflow/core/framework/allocation_description.pb.h"
#include "tensorflow/core/framework/allocator.h"
#include "tensorflow/core/kernels/dml/lists/tensor_list.h"
#include "tensorflow/core/kernels/dml/zeros.h"

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

// Zeros need no transfer.
Status CopyToDevice(KernelContext* c, const Tensor& host, Tensor* tensor) {
  TF_RETURN_IF_ERROR(c->Temporary(host.dtype(), host.shape(), tensor));
  const StringPiece bytes = host.tensor_data();
  if (bytes.empty()) return OkStatus();
  if (bytes[0] == 0 &&
      std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0) {
    return FillZero(c, *tensor);
  }
  DML_RETURN_IF_FAILED(dml_copy_from_host(c->device(), Address(*tensor),
                                          bytes.data(), bytes.size()));
  return OkStatus();
}

class TensorListAccess : public OpKernel {
 public:
  TensorListAccess(OpKernelConstruction* c, int element_output)
      : OpKernel(c),
        tag_(LastingName(type_string())),
        element_output_(element_output) {
    OpKernel* kernel = nullptr;
    OP_REQUIRES_OK(c, CreateCpuKernel(c, static_cast<DeviceBase*>(c->device()),
                                      c->def(), &kernel));
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
    dml_set_lasting_tag(tag_);
    KernelContext context(c);
    Tensor on_device;
    OP_REQUIRES_OK(c, CopyToDevice(&context, *element, &on_device));
    *element = on_device;
  }
  bool IsExpensive() override { return false; }

 private:
  const char* const tag_;
  const int element_output_;
  std::unique_ptr<OpKernel> kernel_;
};

Row AccessRow(const char* name, int element_output) {
  return Row(name)
      .Types("element_dtype", kListElementTypes)
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
