// Scatter updates of ref and resource variables. Repeated indices apply in
// order, so results do not vary from run to run; indices out of range are
// skipped.
#include "tensorflow/core/kernels/dml/locked_variables.h"
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

// output [rows, inner] with updates [count, inner], or a scalar.
Status EnqueueScatter(KernelContext* c, dml_scatter_op op,
                      const Tensor& indices, const Tensor& updates, int64 rows,
                      const Tensor& output) {
  const int64 count = indices.NumElements();
  if (count == 0 || output.NumElements() == 0) return OkStatus();
  const int64 inner = output.NumElements() / rows;
  const dml_tensor i = Describe(indices, {count});
  const dml_tensor u = updates.dims() == 0
                           ? DescribeBroadcast(updates, {count, inner})
                           : Describe(updates, {count, inner});
  const dml_tensor y = Describe(output, {rows, inner});
  DML_RETURN_IF_FAILED(dml_scatter(c->device(), op, &i, &u, &y));
  return OkStatus();
}

// Inputs: the variable, indices, updates. Only the ref op has `use_locking`.
class ScatterUpdate {
 public:
  ScatterUpdate(OpKernelConstruction* c, dml_scatter_op op) : op_(op) {
    if (c->HasAttr("use_locking")) {
      OP_REQUIRES_OK(c, c->GetAttr("use_locking", &use_locking_));
    }
  }

  Status Compute(KernelContext* c) {
    LockedVariables variable;
    TF_RETURN_IF_ERROR(variable.Lock(c, {0}, use_locking_));
    Tensor params;
    TF_RETURN_IF_ERROR(variable.GetForSparseUpdate(0, &params));
    Tensor indices = c->Input(1), updates = c->Input(2);
    TF_RETURN_IF_ERROR(ReadApart(c, params, &indices));
    TF_RETURN_IF_ERROR(ReadApart(c, params, &updates));
    if (!TensorShapeUtils::IsVectorOrHigher(params.shape())) {
      return errors::InvalidArgument("params must be at least 1-D, got shape ",
                                     params.shape().DebugString());
    }
    if (updates.dims() != 0) {
      TensorShape expected = indices.shape();
      for (int d = 1; d < params.dims(); ++d) {
        expected.AddDim(params.dim_size(d));
      }
      if (updates.shape() != expected) {
        return errors::InvalidArgument(
            "Must have updates.shape = indices.shape + params.shape[1:] or "
            "updates.shape = [], got updates.shape ",
            updates.shape().DebugString(), ", indices.shape ",
            indices.shape().DebugString(), ", params.shape ",
            params.shape().DebugString());
      }
    }
    ForwardRef(c, 0, 0);
    return EnqueueScatter(c, op_, indices, updates, params.dim_size(0), params);
  }

 private:
  const dml_scatter_op op_;
  bool use_locking_ = true;
};

const TypeList kScatterable = {DT_FLOAT, DT_HALF, DT_DOUBLE, DT_INT64};

// Assignment only moves bits.
const TypeList& TypesOf(dml_scatter_op op) {
  return op == DML_SCATTER_ASSIGN ? kDeviceTypes : kScatterable;
}
Row RefRow(const char* name, dml_scatter_op op) {
  return Row(name)
      .Types("T", TypesOf(op))
      .Types("Tindices", kIndices)
      .Make<ScatterUpdate>(op);
}
Row ResourceRow(const char* name, dml_scatter_op op) {
  return Row(name)
      .Types("dtype", TypesOf(op))
      .Types("Tindices", kIndices)
      .Host({"resource"})
      .Make<ScatterUpdate>(op);
}
const Kernels kKernels({
    RefRow("ScatterUpdate", DML_SCATTER_ASSIGN),
    RefRow("ScatterAdd", DML_SCATTER_ADD),
    RefRow("ScatterSub", DML_SCATTER_SUBTRACT),
    RefRow("ScatterMul", DML_SCATTER_MULTIPLY),
    RefRow("ScatterDiv", DML_SCATTER_DIVIDE),
    RefRow("ScatterMin", DML_SCATTER_MINIMUM),
    RefRow("ScatterMax", DML_SCATTER_MAXIMUM),
    ResourceRow("ResourceScatterUpdate", DML_SCATTER_ASSIGN),
    // A variable of variants is a host tensor of handles.
    Row("ResourceScatterUpdate")
        .Types("dtype", {DT_VARIANT})
        .Types("Tindices", kIndices)
        .HostTwin({"updates"}),
    ResourceRow("ResourceScatterAdd", DML_SCATTER_ADD),
    ResourceRow("ResourceScatterSub", DML_SCATTER_SUBTRACT),
    ResourceRow("ResourceScatterMul", DML_SCATTER_MULTIPLY),
    ResourceRow("ResourceScatterDiv", DML_SCATTER_DIVIDE),
    ResourceRow("ResourceScatterMin", DML_SCATTER_MINIMUM),
    ResourceRow("ResourceScatterMax", DML_SCATTER_MAXIMUM),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
