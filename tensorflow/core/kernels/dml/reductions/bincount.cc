// Bincount: how often each number occurs, or the sums of their weights.
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/zeros.h"

namespace tensorflow {
namespace dml {
namespace {

// Inputs: numbers, how many bins (host), and a weight for each number or none.
// As with CUDA, numbers below 0 are not counted: only the CPU reports them.
class Bincount {
 public:
  explicit Bincount(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    const Tensor& numbers = c->Input(0);
    const Tensor& weights = c->Input(2);
    int64 size;
    TF_RETURN_IF_ERROR(c->HostInteger(1, &size));
    if (size < 0) {
      return errors::InvalidArgument("size (", size, ") must be non-negative");
    }
    const int64 count = numbers.NumElements();
    if (weights.NumElements() != 0 && weights.NumElements() != count) {
      return errors::InvalidArgument(
          "weights must be empty or have the size of arr, got ",
          weights.shape().DebugString(), " and ",
          numbers.shape().DebugString());
    }
    Tensor* bins;
    TF_RETURN_IF_ERROR(c->Output(0, TensorShape({size}), &bins));
    if (size == 0) return OkStatus();
    const dml_tensor x = Describe(numbers, {count});
    if (weights.NumElements() != 0) {
      TF_RETURN_IF_ERROR(FillZero(c, *bins));
      const dml_tensor w = Describe(weights, {count, 1}),
                       y = Describe(*bins, {size, 1});
      DML_RETURN_IF_FAILED(
          dml_scatter(c->device(), DML_SCATTER_ADD, &x, &w, &y));
      return OkStatus();
    }
    Tensor counts = *bins;
    if (bins->dtype() != DT_INT32) {
      TF_RETURN_IF_ERROR(c->Temporary(DT_INT32, bins->shape(), &counts));
    }
    const dml_tensor n = Describe(counts);
    DML_RETURN_IF_FAILED(dml_count_values(c->device(), &x, &n));
    if (bins->dtype() != DT_INT32) {
      const dml_tensor y = Describe(*bins);
      DML_RETURN_IF_FAILED(dml_cast(c->device(), &n, &y));
    }
    return OkStatus();
  }
};

const Kernels kKernels({
    Row("Bincount")
        .Types("T", {DT_INT32, DT_INT64, DT_FLOAT, DT_DOUBLE})
        .Host({"size"})
        .Make<Bincount>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
