// TopK, TopKV2, InTopK and InTopKV2.
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

// Along the last dimension. `sorted` only allows other orders: all results are
// sorted.
class TopK {
 public:
  TopK(OpKernelConstruction* c, bool k_is_input) : k_is_input_(k_is_input) {
    if (!k_is_input) OP_REQUIRES_OK(c, c->GetAttr("k", &k_));
  }

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    int64 k = k_;
    if (k_is_input_) {
      if (!TensorShapeUtils::IsScalar(c->Input(1).shape())) {
        return errors::InvalidArgument("k must be scalar, got shape ",
                                       c->Input(1).shape().DebugString());
      }
      TF_RETURN_IF_ERROR(c->HostInteger(1, &k));
    }
    if (k < 0) return errors::InvalidArgument("Need k >= 0, got ", k);
    if (input.dims() < 1) {
      return errors::InvalidArgument("input must be >= 1-D, got shape ",
                                     input.shape().DebugString());
    }
    const int64 n = input.dim_size(input.dims() - 1);
    if (n < k) {
      return errors::InvalidArgument("input must have at least k columns. Had ",
                                     n, ", needed ", k);
    }
    TensorShape shape = input.shape();
    shape.set_dim(input.dims() - 1, k);
    Tensor *values, *indices;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &values));
    TF_RETURN_IF_ERROR(c->Output(1, shape, &indices));
    if (values->NumElements() == 0) return OkStatus();
    const int64 rows = input.NumElements() / n;
    const dml_tensor x = Describe(input, {rows, n});
    const dml_tensor v = Describe(*values, {rows, k});
    const dml_tensor i = Describe(*indices, {rows, k});
    DML_RETURN_IF_FAILED(dml_top_k(c->device(), &x, &v, &i));
    return OkStatus();
  }

 private:
  const bool k_is_input_;
  int k_ = 0;
};

// Inputs: predictions, targets and, unless it is the attribute, k.
class InTopK {
 public:
  InTopK(OpKernelConstruction* c, bool k_is_input) : k_is_input_(k_is_input) {
    if (!k_is_input) OP_REQUIRES_OK(c, c->GetAttr("k", &k_));
  }

  Status Compute(KernelContext* c) {
    const Tensor& predictions = c->Input(0);
    const Tensor& targets = c->Input(1);
    if (predictions.dims() != 2) {
      return errors::InvalidArgument("predictions must be 2-dimensional, not ",
                                     predictions.shape().DebugString());
    }
    if (targets.dims() != 1 || targets.dim_size(0) != predictions.dim_size(0)) {
      return errors::InvalidArgument(
          "targets must have one element for each row of predictions ",
          predictions.shape().DebugString(), ", not shape ",
          targets.shape().DebugString());
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, targets.shape(), &output));
    Tensor k_tensor;
    if (k_is_input_) {
      k_tensor = c->Input(2);
      if (k_tensor.dims() != 0) {
        return errors::InvalidArgument("k must be 0-D, got shape ",
                                       k_tensor.shape().DebugString());
      }
    }
    if (output->NumElements() == 0) return OkStatus();
    if (!k_is_input_) {
      TF_RETURN_IF_ERROR(
          c->Temporary(targets.dtype(), TensorShape(), &k_tensor));
      const int32 narrow = static_cast<int32>(k_);
      const void* const value =
          targets.dtype() == DT_INT32 ? static_cast<const void*>(&narrow) : &k_;
      const dml_tensor filled = Describe(k_tensor);
      DML_RETURN_IF_FAILED(dml_fill(c->device(), &filled, value));
    }
    const dml_tensor x = Describe(predictions), t = Describe(targets);
    const dml_tensor k = Describe(k_tensor), y = Describe(*output);
    DML_RETURN_IF_FAILED(dml_in_top_k(c->device(), &x, &t, &k, &y));
    return OkStatus();
  }

 private:
  const bool k_is_input_;
  int64 k_ = 0;
};

const TypeList kSortable = {DT_FLOAT, DT_HALF,  DT_DOUBLE, DT_INT8,  DT_INT16,
                            DT_INT32, DT_INT64, DT_UINT8,  DT_UINT16};

const Kernels kKernels({
    Row("TopK").Types("T", kSortable).Make<TopK>(false),
    Row("TopKV2").Types("T", kSortable).Host({"k"}).Make<TopK>(true),
    Row("InTopK").Types("T", kIndices).Make<InTopK>(false),
    Row("InTopKV2").Types("T", kIndices).Make<InTopK>(true),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
