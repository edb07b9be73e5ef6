// DenseBincount: how often each number of a vector occurs, whether it does, or
// the sums of its weights.
#include <memory>

#include "tensorflow/core/kernels/dml/host_fallback.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/zeros.h"

namespace tensorflow {
namespace dml {
namespace {

// 1 of any type that DenseBincount counts in.
Status FillOne(KernelContext* c, const Tensor& one) {
  Tensor host(one.dtype(), TensorShape({}));
  switch (one.dtype()) {
    case DT_INT32:
      host.scalar<int32>()() = 1;
      break;
    case DT_INT64:
      host.scalar<int64>()() = 1;
      break;
    case DT_FLOAT:
      host.scalar<float>()() = 1;
      break;
    default:
      host.scalar<double>()() = 1;
  }
  const dml_tensor y = Describe(one);
  DML_RETURN_IF_FAILED(dml_fill(c->device(), &y, host.tensor_data().data()));
  return OkStatus();
}

// Inputs: numbers, how many bins (host), and a weight for each number or none.
// As with CUDA, numbers below 0 are not counted: only the CPU reports them.
// Rows of a matrix, which have bins of their own, are counted on the CPU.
class DenseBincount {
 public:
  explicit DenseBincount(OpKernelConstruction* c)
      : of_rows_(CreateHostFallback(c)) {
    OP_REQUIRES_OK(c, c->GetAttr("binary_output", &binary_));
  }

  Status Compute(KernelContext* c) {
    const Tensor& numbers = c->Input(0);
    const Tensor& weights = c->Input(2);
    if (numbers.dims() != 1) {
      if (numbers.dims() == 2) {
        TellOfHost("DenseBincount of rows",
                   "DML devices have no program for it");
      }
      of_rows_->Compute(c->tf());
      return OkStatus();  // the context has its status
    }
    int64 size;
    TF_RETURN_IF_ERROR(c->HostInteger(1, &size));
    if (size < 0) {
      return errors::InvalidArgument("size (", size, ") must be non-negative");
    }
    const int64 count = numbers.NumElements();
    if (weights.NumElements() != 0 && weights.shape() != numbers.shape()) {
      return errors::InvalidArgument(
          "`weights` must be the same shape as `arr` or a length-0 `Tensor`, "
          "in which case it acts as all weights equal to 1. Received ",
          weights.shape().DebugString());
    }
    Tensor* bins;
    TF_RETURN_IF_ERROR(c->Output(0, TensorShape({size}), &bins));
    if (size == 0) return OkStatus();
    TF_RETURN_IF_ERROR(FillZero(c, *bins));
    if (count == 0) return OkStatus();
    const dml_tensor x = Describe(numbers, {count});
    const dml_tensor y = Describe(*bins, {size, 1});
    Tensor one;
    dml_tensor updates;
    const bool weighted = weights.NumElements() != 0 && !binary_;
    if (weighted) {
      updates = Describe(weights, {count, 1});
    } else {
      TF_RETURN_IF_ERROR(c->Temporary(bins->dtype(), TensorShape({}), &one));
      TF_RETURN_IF_ERROR(FillOne(c, one));
      updates = DescribeBroadcast(one, {count, 1});
    }
    DML_RETURN_IF_FAILED(
        dml_scatter(c->device(), binary_ ? DML_SCATTER_ASSIGN : DML_SCATTER_ADD,
                    &x, &updates, &y));
    return OkStatus();
  }

 private:
  const std::unique_ptr<OpKernel> of_rows_;
  bool binary_ = false;
};

const Kernels kKernels({
    Row("DenseBincount")
        .Types("T", {DT_INT32, DT_INT64, DT_FLOAT, DT_DOUBLE})
        .Host({"size"})
        .Make<DenseBincount>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
