// What the body of a DML kernel sees of TensorFlow, and how it becomes an
// OpKernel.
//
// A kernel is a plain class:
//
//   class Softmax {
//    public:
//     Softmax(OpKernelConstruction* c, bool log);   // reads attributes
//     Status Compute(KernelContext* c);             // shapes, outputs, enqueue
//   };
//
// registered by rows (registry.h). TF semantics (attributes, shape rules, error
// texts) live here; numerics and the GPU live behind the runtime's C API.
//
// Compute() may run on several threads at once for different steps. It
// enqueues work and does not wait for it: a kernel that needs a value from the
// device is one of read_back.h.
#ifndef TENSORFLOW_CORE_KERNELS_DML_KERNEL_H_
#define TENSORFLOW_CORE_KERNELS_DML_KERNEL_H_

#include "tensorflow/core/common_runtime/dml/base_compat.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_operators.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/lib/core/errors.h"
#include "tensorflow/core/lib/core/status.h"
#include "tensorflow/core/lib/gtl/array_slice.h"
#include "tensorflow/core/lib/gtl/inlined_vector.h"

namespace tensorflow {
namespace dml {

using Dims = gtl::InlinedVector<int64, 8>;

// The runtime's code and thread-local message as a TF Status.
Status ToStatus(dml_code code);

// The runtime's number for `dtype`; InvalidArgument for types that the device
// cannot hold. Quantized types map to their integers, bfloat16 to uint16, the
// way to move it.
Status ToDmlType(DataType dtype, uint32_t* type);
// The same where a row of the registry already guarantees it.
uint32_t DmlType(DataType dtype);

// A row-major description of a device tensor. Ranks above 8 are merged from the
// left when that keeps all elements (use Reshape views for such shapes).
dml_tensor Describe(const Tensor& tensor);
// `tensor`'s memory as a row-major tensor of other sizes (as many elements).
dml_tensor Describe(const Tensor& tensor, gtl::ArraySlice<int64> sizes);
// Broadcasts `tensor` (NumPy rules, aligned right) to `sizes` by stride 0.
dml_tensor DescribeBroadcast(const Tensor& tensor,
                             gtl::ArraySlice<int64> sizes);
// Reorders dimensions: result dimension d is dimension permutation[d].
dml_tensor Permute(const dml_tensor& tensor, gtl::ArraySlice<int> permutation);
// The address of a device tensor's first byte.
uint64 Address(const Tensor& tensor);

class KernelContext {
 public:
  explicit KernelContext(OpKernelContext* context);

  OpKernelContext* tf() const { return context_; }
  dml_device* device() const { return device_; }

  const Tensor& Input(int index) const { return context_->input(index); }
  int num_inputs() const { return context_->num_inputs(); }

  // Allocates output `index`. Out of memory names the tensor, the limit and
  // the largest holders.
  Status Output(int index, const TensorShape& shape, Tensor** output);
  // As above, reusing the buffer of one of `inputs` where TF allows it (same
  // bytes and type, nobody else needs it): only for in-place operators.
  Status OutputOrForward(gtl::ArraySlice<int> inputs, int index,
                         const TensorShape& shape, Tensor** output);
  // Output `index` is `tensor` itself (no copy), or its elements in another
  // shape.
  void SetOutput(int index, const Tensor& tensor);
  Status SetOutputReshaped(int index, const Tensor& tensor,
                           const TensorShape& shape);
  // Device memory for this call.
  Status Temporary(DataType dtype, const TensorShape& shape, Tensor* tensor);

  // An int32 or int64 input in host memory, as int64s. InvalidArgument when it
  // is no vector or scalar.
  Status HostIntegers(int index, Dims* values) const;
  // The same of an input that must have exactly one element.
  Status HostInteger(int index, int64* value) const;

  // Copies `src` to `dst` on the device: same type and element count.
  Status CopyTensor(const Tensor& src, const Tensor& dst);

  // Element-wise shorthands over whole tensors, broadcasting inputs to the
  // output's shape (ranks up to 8 after merging).
  Status Elementwise(dml_elementwise_op op,
                     gtl::ArraySlice<const Tensor*> inputs,
                     const Tensor& output, const double* parameters = nullptr);

 private:
  OpKernelContext* const context_;
  dml_device* const device_;
};

// `name`, kept while the process lives: the same pointer for the same name.
const char* LastingName(const string& name);

// Adapts a kernel class to OpKernel, and names its work. Enqueuing is cheap, so
// TF's executor may run it inline.
template <typename Body>
class DmlKernel : public OpKernel {
 public:
  template <typename... Args>
  explicit DmlKernel(OpKernelConstruction* c, Args... args)
      : OpKernel(c), tag_(LastingName(type_string())), body_(c, args...) {}

  void Compute(OpKernelContext* c) override {
    // Reading the name from the node would cost more than enqueuing.
    dml_set_lasting_tag(tag_);
    KernelContext context(c);
    const Status status = body_.Compute(&context);
    if (!status.ok()) c->CtxFailureWithWarning(status);
  }
  bool IsExpensive() override { return false; }

 private:
  const char* const tag_;
  Body body_;
};

}  // namespace dml
}  // namespace tensorflow

// As TF_RETURN_IF_ERROR, for the runtime's C API.
#define DML_RETURN_IF_FAILED(expression)             \
  do {                                               \
    const dml_code dml_code_ = (expression);         \
    if (TF_PREDICT_FALSE(dml_code_ != DML_OK))       \
      return ::tensorflow::dml::ToStatus(dml_code_); \
  } while (false)

#endif  // TENSORFLOW_CORE_KERNELS_DML_KERNEL_H_
