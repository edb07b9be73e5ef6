// CheckNumerics: fails where an element is no finite number.
#include "tensorflow/core/kernels/dml/read_back.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/views.h"

namespace tensorflow {
namespace dml {
namespace {

class CheckNumerics {
 public:
  explicit CheckNumerics(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("message", &message_));
  }

  // readings.value: whether any is infinite, whether any is NaN.
  Status Measure(KernelContext* c, Readings* readings) {
    const Tensor& input = c->Input(0);
    const int64 count = input.NumElements();
    readings->value = Tensor(DT_BOOL, TensorShape({0}));
    if (count == 0) return OkStatus();
    Tensor matches;
    TF_RETURN_IF_ERROR(c->Temporary(DT_BOOL, TensorShape({count}), &matches));
    TF_RETURN_IF_ERROR(
        c->Temporary(DT_BOOL, TensorShape({2}), &readings->value));
    const Tensor elements = Reshaped(input, matches.shape());
    const dml_tensor from = Describe(matches);
    dml_tensor to = Describe(readings->value, {1});
    for (const dml_elementwise_op op : {DML_IS_INF, DML_IS_NAN}) {
      TF_RETURN_IF_ERROR(c->Elementwise(op, {&elements}, matches));
      DML_RETURN_IF_FAILED(
          dml_reduce(c->device(), DML_REDUCE_ANY, &from, &to, 1.0));
      ++to.data;
    }
    return OkStatus();
  }

  Status Finish(KernelContext* c, const Tensor& value, const Readings&) {
    c->SetOutput(0, c->Input(0));
    if (value.NumElements() == 0) return OkStatus();
    const bool infinite = value.flat<bool>()(0), nan = value.flat<bool>()(1);
    if (!infinite && !nan) return OkStatus();
    return errors::InvalidArgument(
        message_, " : Tensor had ",
        infinite ? (nan ? "Inf and NaN" : "Inf") : "NaN", " values");
  }

 private:
  string message_;
};

const Kernels kKernels({
    Row("CheckNumerics")
        .Types("T", kFloatsAndDouble)
        .MakeKernel<ReadBackKernel<CheckNumerics>>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
