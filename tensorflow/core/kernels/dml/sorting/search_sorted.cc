// LowerBound, UpperBound and Bucketize: binary search in sorted rows.
#include <algorithm>
#include <vector>

#include "tensorflow/core/kernels/dml/casts.h"
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

// Inputs: sorted rows, and values of each row.
class Bound {
 public:
  Bound(OpKernelConstruction*, bool upper) : upper_(upper) {}

  Status Compute(KernelContext* c) {
    Tensor sorted = c->Input(0), values = c->Input(1);
    if (sorted.dims() != 2 || values.dims() != 2) {
      return errors::InvalidArgument(
          "sorted_inputs and values must be matrices, not of shapes ",
          sorted.shape().DebugString(), " and ", values.shape().DebugString());
    }
    if (sorted.dim_size(0) != values.dim_size(0)) {
      return errors::InvalidArgument(
          "Leading dim_size of both tensors must match.");
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, values.shape(), &output));
    if (output->NumElements() == 0) return OkStatus();
    if (sorted.dtype() == DT_BFLOAT16) {
      TF_RETURN_IF_ERROR(CastToTemporary(c, sorted, DT_FLOAT, &sorted));
      TF_RETURN_IF_ERROR(CastToTemporary(c, values, DT_FLOAT, &values));
    }
    const dml_tensor x = Describe(sorted), v = Describe(values);
    const dml_tensor y = Describe(*output);
    DML_RETURN_IF_FAILED(dml_search_sorted(c->device(), upper_, &x, &v, &y));
    return OkStatus();
  }

 private:
  const bool upper_;
};

// How many of the boundaries, which are float32, are not above each element.
class Bucketize {
 public:
  explicit Bucketize(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("boundaries", &boundaries_));
    OP_REQUIRES(c, std::is_sorted(boundaries_.begin(), boundaries_.end()),
                errors::InvalidArgument("Expected sorted boundaries"));
  }

  Status Compute(KernelContext* c) {
    Tensor values = c->Input(0);
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, values.shape(), &output));
    if (output->NumElements() == 0) return OkStatus();
    const int64 count = boundaries_.size();
    Tensor sorted;
    TF_RETURN_IF_ERROR(c->Temporary(DT_FLOAT, TensorShape({count}), &sorted));
    if (count > 0) {
      DML_RETURN_IF_FAILED(dml_copy_from_host(c->device(), Address(sorted),
                                              boundaries_.data(),
                                              count * sizeof(float)));
    }
    // The wider of the two types, as C++ compares them.
    if (values.dtype() == DT_DOUBLE) {
      TF_RETURN_IF_ERROR(CastToTemporary(c, sorted, DT_DOUBLE, &sorted));
    } else if (values.dtype() != DT_FLOAT) {
      TF_RETURN_IF_ERROR(CastToTemporary(c, values, DT_FLOAT, &values));
    }
    const dml_tensor x = Describe(sorted, {1, count});
    const dml_tensor v = Describe(values, {1, values.NumElements()});
    const dml_tensor y = Describe(*output, {1, values.NumElements()});
    DML_RETURN_IF_FAILED(
        dml_search_sorted(c->device(), /*upper=*/1, &x, &v, &y));
    return OkStatus();
  }

 private:
  std::vector<float> boundaries_;
};

const TypeList kSearched = {DT_FLOAT, DT_HALF,  DT_DOUBLE, DT_BFLOAT16,
                            DT_INT8,  DT_INT16, DT_INT32,  DT_INT64,
                            DT_UINT8, DT_UINT16};

const Kernels kKernels({
    Row("LowerBound")
        .Types("T", kSearched)
        .Types("out_type", kIndices)
        .Make<Bound>(false),
    Row("UpperBound")
        .Types("T", kSearched)
        .Types("out_type", kIndices)
        .Make<Bound>(true),
    Row("Bucketize")
        .Types("T", {DT_FLOAT, DT_DOUBLE, DT_INT32, DT_INT64})
        .Make<Bucketize>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
