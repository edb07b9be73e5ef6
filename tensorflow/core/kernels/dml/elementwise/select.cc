// Select, SelectV2 and ClipByValue.
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/views.h"
#include "tensorflow/core/util/bcast.h"

namespace tensorflow {
namespace dml {
namespace {

const TypeList kClippable = {DT_FLOAT,  DT_HALF,  DT_DOUBLE, DT_INT8,
                             DT_INT16,  DT_INT64, DT_UINT8,  DT_UINT16,
                             DT_UINT32, DT_UINT64};
const TypeList kSelectable = {DT_BOOL,  DT_FLOAT, DT_HALF,      DT_DOUBLE,
                              DT_INT32, DT_INT64, DT_COMPLEX64, DT_COMPLEX128};

// The condition is a scalar, a vector with an element for each row of the
// others, or of their shape.
class Select {
 public:
  explicit Select(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    const Tensor& condition = c->Input(0);
    const Tensor& then = c->Input(1);
    const Tensor& otherwise = c->Input(2);
    const bool by_row =
        condition.dims() == 1 && !TensorShapeUtils::IsVector(then.shape());
    TF_RETURN_IF_ERROR(Check(condition, then, otherwise, by_row));
    Tensor* output;
    TF_RETURN_IF_ERROR(c->OutputOrForward({1, 2}, 0, then.shape(), &output));
    if (!by_row || output->NumElements() == 0) {
      return c->Elementwise(DML_SELECT, {&condition, &then, &otherwise},
                            *output);
    }
    const int64 rows = condition.NumElements();
    const TensorShape matrix({rows, then.NumElements() / rows});
    const Tensor row_condition = Reshaped(condition, TensorShape({rows, 1}));
    const Tensor row_then = Reshaped(then, matrix);
    const Tensor row_otherwise = Reshaped(otherwise, matrix);
    return c->Elementwise(DML_SELECT,
                          {&row_condition, &row_then, &row_otherwise},
                          Reshaped(*output, matrix));
  }

 private:
  static Status Check(const Tensor& condition, const Tensor& then,
                      const Tensor& otherwise, bool by_row) {
    if (by_row) {
      if (!TensorShapeUtils::IsVectorOrHigher(then.shape())) {
        return errors::InvalidArgument(
            "'then' must be at least a vector, but saw shape: ",
            then.shape().DebugString());
      }
      if (then.dim_size(0) != condition.NumElements()) {
        return errors::InvalidArgument(
            "Number of batches of 'then' must match size of 'cond', but saw: ",
            then.dim_size(0), " vs. ", condition.NumElements());
      }
    } else if (condition.dims() != 0 && !condition.IsSameSize(then)) {
      return errors::InvalidArgument(
          "Inputs to operation Select must have the same size and shape.  "
          "Input 0: ",
          condition.shape().DebugString(),
          " != input 1: ", then.shape().DebugString());
    }
    if (!then.IsSameSize(otherwise)) {
      return errors::InvalidArgument(
          "'then' and 'else' must have the same size.  but received: ",
          then.shape().DebugString(), " vs. ", otherwise.shape().DebugString());
    }
    return OkStatus();
  }
};

// All three broadcast.
class SelectV2 {
 public:
  explicit SelectV2(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    const Tensor& condition = c->Input(0);
    const Tensor& then = c->Input(1);
    const Tensor& otherwise = c->Input(2);
    const BCast branches(BCast::FromShape(then.shape()),
                         BCast::FromShape(otherwise.shape()));
    if (!branches.IsValid()) {
      return errors::InvalidArgument(
          "then ", then.shape().DebugString(), " and else ",
          otherwise.shape().DebugString(), " must be broadcastable");
    }
    const BCast all(BCast::FromShape(condition.shape()),
                    branches.output_shape());
    if (!all.IsValid()) {
      return errors::InvalidArgument(
          "condition ", condition.shape().DebugString(), ", then ",
          then.shape().DebugString(), ", and else ",
          otherwise.shape().DebugString(), " must be broadcastable");
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->OutputOrForward(
        {1, 2}, 0, BCast::ToShape(all.output_shape()), &output));
    return c->Elementwise(DML_SELECT, {&condition, &then, &otherwise}, *output);
  }
};

// The limits are scalars or of the input's shape.
class ClipByValue {
 public:
  explicit ClipByValue(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    const Tensor& x = c->Input(0);
    const Tensor& low = c->Input(1);
    const Tensor& high = c->Input(2);
    for (const Tensor* limit : {&low, &high}) {
      if (limit->dims() != 0 && !limit->IsSameSize(x)) {
        return errors::InvalidArgument(
            "clip_value_min and clip_value_max must be either of the same "
            "shape as input, or a scalar. input shape: ",
            x.shape().DebugString(),
            " clip_value_min shape: ", low.shape().DebugString(),
            " clip_value_max shape: ", high.shape().DebugString());
      }
    }
    Tensor* y;
    TF_RETURN_IF_ERROR(c->OutputOrForward({0}, 0, x.shape(), &y));
    return c->Elementwise(DML_CLIP_BY_VALUE, {&x, &low, &high}, *y);
  }
};

const Kernels kKernels({
    Row("Select").Types("T", kSelectable).Make<Select>(),
    Row("SelectV2").Types("T", kSelectable).Make<SelectV2>(),
    Row("ClipByValue").Types("T", kClippable).Make<ClipByValue>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
