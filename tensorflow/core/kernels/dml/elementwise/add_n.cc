// AddN: the sum of tensors of one shape. AccumulateNV2 needs no kernel:
// TensorFlow replaces it by temporary variables before it places anything.
#include <algorithm>
#include <numeric>
#include <vector>

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
      return OkStatus();
    }
    // The first launch adds eight; what it does not add must survive it.
    const int first_launch = std::min(c->num_inputs(), 8);
    gtl::InlinedVector<int, 8> reusable(first_launch);
    std::iota(reusable.begin(), reusable.end(), 0);
    Tensor* sum;
    TF_RETURN_IF_ERROR(c->OutputOrForward(reusable, 0, first.shape(), &sum));
    if (sum->NumElements() == 0) return OkStatus();
    const int64 count = sum->NumElements();
    std::vector<dml_tensor> inputs;
    for (int i = 0; i < c->num_inputs(); ++i) {
      inputs.push_back(Describe(c->Input(i), {count}));
    }
    std::vector<const dml_tensor*> pointers;
    for (const dml_tensor& input : inputs) pointers.push_back(&input);
    const dml_tensor output = Describe(*sum, {count});
    DML_RETURN_IF_FAILED(dml_add_tensors(c->device(), pointers.data(),
                                         pointers.size(), &output));
    return OkStatus();
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
