// Updates of a tensor's rows in place. The output of an update is its input's
// memory, whoever else sees that.
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

// Inputs: x, the numbers of its rows, and a row for each.
class InplaceUpdate {
 public:
  InplaceUpdate(OpKernelConstruction*, dml_scatter_op op) : op_(op) {}

  Status Compute(KernelContext* c) {
    const Tensor& x = c->Input(0);
    const Tensor& indices = c->Input(1);
    const Tensor& updates = c->Input(2);
    TF_RETURN_IF_ERROR(Check(x.shape(), indices.shape(), updates.shape()));
    c->SetOutput(0, x);
    if (updates.NumElements() == 0) return OkStatus();
    const int64 rows = x.dim_size(0), count = indices.NumElements();
    if (rows == 0) {
      return errors::InvalidArgument("x has no rows to update: ",
                                     x.shape().DebugString());
    }
    // Numbers count modulo the rows, so that -1 is the last.
    Tensor modulus, wrapped;
    TF_RETURN_IF_ERROR(c->Temporary(DT_INT32, TensorShape({}), &modulus));
    TF_RETURN_IF_ERROR(c->Temporary(DT_INT32, indices.shape(), &wrapped));
    const dml_tensor scalar = Describe(modulus);
    const int32 value = static_cast<int32>(rows);
    DML_RETURN_IF_FAILED(dml_fill(c->device(), &scalar, &value));
    TF_RETURN_IF_ERROR(
        c->Elementwise(DML_FLOOR_MOD, {&indices, &modulus}, wrapped));
    Tensor values = updates;
    if (values.SharesBufferWith(x)) {
      TF_RETURN_IF_ERROR(
          c->Temporary(updates.dtype(), updates.shape(), &values));
      TF_RETURN_IF_ERROR(c->CopyTensor(updates, values));
    }
    const int64 inner = values.NumElements() / count;
    const dml_tensor i = Describe(wrapped), y = Describe(x, {rows, inner}),
                     v = Describe(values, {count, inner});
    DML_RETURN_IF_FAILED(dml_scatter(c->device(), op_, &i, &v, &y));
    return OkStatus();
  }

 private:
  static Status Check(const TensorShape& x, const TensorShape& indices,
                      const TensorShape& updates) {
    if (!TensorShapeUtils::IsVector(indices)) {
      return errors::InvalidArgument("i must be a vector. ",
                                     indices.DebugString());
    }
    bool fits = x.dims() == updates.dims() && x.dims() > 0;
    for (int d = 1; fits && d < x.dims(); ++d) {
      fits = x.dim_size(d) == updates.dim_size(d);
    }
    if (!fits) {
      return errors::InvalidArgument(
          "x and v shape doesn't match: the rows of ", x.DebugString(),
          " are not as those of ", updates.DebugString());
    }
    if (indices.dim_size(0) != updates.dim_size(0)) {
      return errors::InvalidArgument(
          "i and x shape doesn't match at index 0: ", indices.DebugString(),
          " vs. ", updates.DebugString());
    }
    if (x.dim_size(0) > kint32max) {
      return errors::InvalidArgument("x has more rows than int32 can number: ",
                                     x.DebugString());
    }
    return OkStatus();
  }

  const dml_scatter_op op_;
};

const TypeList kSummable = {DT_FLOAT, DT_HALF, DT_DOUBLE, DT_INT64};

// int32 runs on the host: see host_twins.cc.
const Kernels kKernels({
    Row("InplaceUpdate")
        .Types("T", kDeviceTypes)
        .Make<InplaceUpdate>(DML_SCATTER_ASSIGN),
    Row("InplaceAdd")
        .Types("T", kSummable)
        .Make<InplaceUpdate>(DML_SCATTER_ADD),
    Row("InplaceSub")
        .Types("T", kSummable)
        .Make<InplaceUpdate>(DML_SCATTER_SUBTRACT),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
