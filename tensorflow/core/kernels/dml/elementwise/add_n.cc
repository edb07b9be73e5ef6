// AddN: the sum of tensors of one shape. AccumulateNV2 needs no kernel:
// TensorFlow replaces it by temporary variables before it places anything.
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

class AddN {
 public:
  explicit AddN(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    const Tensor& first = c->Input(0);
    for (int i = 1; i < c->num_inputs(); ++i) {
      if (!c->Input(i).IsSameSize(first)) {
        return errors::InvalidArgument(
            "Inputs to operation ", c->tf()->op_kernel().name(), " of type ",
            c->tf()->op_kernel().type_string(),
            " must have the same size and shape.  Input 0: ",
            first.shape().DebugString(), " != input ", i, ": ",
            c->Input(i).shape().DebugString());
      }
    }
    if (c->num_inputs() == 1) {
      c->SetOutput(0, first);
      return Status::OK();
    }
    // Later inputs must survive until they are added: reuse none of them.
    Tensor* sum;
    TF_RETURN_IF_ERROR(c->OutputOrForward({0, 1}, 0, first.shape(), &sum));
    TF_RETURN_IF_ERROR(c->Elementwise(DML_ADD, {&first, &c->Input(1)}, *sum));
    for (int i = 2; i < c->num_inputs(); ++i) {
      TF_RETURN_IF_ERROR(c->Elementwise(DML_ADD, {sum, &c->Input(i)}, *sum));
    }
    return Status::OK();
  }
};

const Kernels kKernels({
    Row("AddN")
        .Types("T", {DT_FLOAT, DT_HALF, DT_DOUBLE, DT_INT64, DT_COMPLEX64,
                     DT_COMPLEX128})
        .Make<AddN>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
