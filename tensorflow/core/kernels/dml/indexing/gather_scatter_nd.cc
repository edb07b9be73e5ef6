// GatherNd, ScatterNd and their kin: each index is a vector, into the leading
// dimensions of a tensor. Those out of range gather zeros and are skipped in
// scatters, as on TensorFlow's other accelerators.
#include <vector>

#include "tensorflow/core/common_runtime/dml/base_ops.h"
#include "tensorflow/core/kernels/dml/casts.h"
#include "tensorflow/core/kernels/dml/locked_variables.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/zeros.h"

namespace tensorflow {
namespace dml {
namespace {

// A tensor as rows [rows, inner], and indices [count, depth] of rows, which are
// places in `sizes`.
struct NdShape {
  gtl::InlinedVector<int64_t, DML_MAX_RANK> sizes;
  int64 rows = 1;
  int64 inner = 1;
  int64 count = 1;
  int64 depth = 0;
};

Status MakeNdShape(const TensorShape& params, const TensorShape& indices,
                   NdShape* s) {
  if (indices.dims() == 0) {
    return errors::InvalidArgument("indices must be at least a vector");
  }
  s->depth = indices.dim_size(indices.dims() - 1);
  if (s->depth > params.dims()) {
    return errors::InvalidArgument(
        "index innermost dimension length must be <= params rank; saw: ",
        s->depth, " vs. ", params.dims());
  }
  if (s->depth > DML_MAX_RANK) {
    return errors::Unimplemented("The DML device takes indices of up to ",
                                 DML_MAX_RANK, " parts, not ", s->depth);
  }
  for (int d = 0; d < indices.dims() - 1; ++d) s->count *= indices.dim_size(d);
  for (int d = 0; d < params.dims(); ++d) {
    (d < s->depth ? s->rows : s->inner) *= params.dim_size(d);
    if (d < s->depth) s->sizes.push_back(params.dim_size(d));
  }
  return OkStatus();
}

// indices.shape[:-1] + params.shape[depth:].
TensorShape SlicesShape(const TensorShape& params, const TensorShape& indices) {
  TensorShape shape = indices;
  const int64 depth = indices.dim_size(indices.dims() - 1);
  shape.RemoveLastDims(1);
  for (int d = depth; d < params.dims(); ++d) shape.AddDim(params.dim_size(d));
  return shape;
}

Status GatherSlices(KernelContext* c, const Tensor& params,
                    const Tensor& indices) {
  if (params.dims() == 0) {
    return errors::InvalidArgument("params must be at least a vector");
  }
  NdShape s;
  TF_RETURN_IF_ERROR(MakeNdShape(params.shape(), indices.shape(), &s));
  Tensor* output;
  TF_RETURN_IF_ERROR(
      c->Output(0, SlicesShape(params.shape(), indices.shape()), &output));
  if (output->NumElements() == 0) return OkStatus();
  if (params.NumElements() == 0) {
    return errors::InvalidArgument(
        "Requested more than 0 entries, but params is empty. Params shape: ",
        params.shape().DebugString());
  }
  const dml_tensor x = Describe(params, {s.rows, s.inner});
  const dml_tensor i = Describe(indices, {s.count, s.depth});
  const dml_tensor y = Describe(*output, {s.count, s.inner});
  DML_RETURN_IF_FAILED(dml_gather_nd(c->device(), &x, s.sizes.data(), &i, &y));
  return OkStatus();
}

// Applies updates [indices.shape[:-1] + output.shape[depth:]] to `output`.
Status ScatterSlices(KernelContext* c, dml_scatter_op op, const Tensor& indices,
                     const Tensor& updates, const Tensor& output) {
  if (output.NumElements() == 0 && indices.NumElements() > 0 &&
      updates.NumElements() > 0) {
    return errors::InvalidArgument(
        "Indices and updates specified for empty output, of shape ",
        output.shape().DebugString());
  }
  NdShape s;
  TF_RETURN_IF_ERROR(MakeNdShape(output.shape(), indices.shape(), &s));
  const TensorShape expected = SlicesShape(output.shape(), indices.shape());
  if (updates.shape() != expected) {
    return errors::InvalidArgument(
        "Must have updates.shape = indices.shape[:-1] + "
        "output.shape[indices.shape[-1]:], got updates.shape ",
        updates.shape().DebugString(), ", indices.shape ",
        indices.shape().DebugString(), ", output.shape ",
        output.shape().DebugString());
  }
  if (updates.NumElements() == 0 || output.NumElements() == 0) {
    return OkStatus();
  }
  const dml_tensor i = Describe(indices, {s.count, s.depth});
  const dml_tensor u = Describe(updates, {s.count, s.inner});
  const dml_tensor y = Describe(output, {s.rows, s.inner});
  DML_RETURN_IF_FAILED(
      dml_scatter_nd(c->device(), op, s.sizes.data(), &i, &u, &y));
  return OkStatus();
}

class GatherNd {
 public:
  explicit GatherNd(OpKernelConstruction*) {}
  Status Compute(KernelContext* c) {
    return GatherSlices(c, c->Input(0), c->Input(1));
  }
};

class ResourceGatherNd {
 public:
  explicit ResourceGatherNd(OpKernelConstruction*) {}
  Status Compute(KernelContext* c) {
    LockedVariables variable;
    TF_RETURN_IF_ERROR(variable.Lock(c, {0}, /*use_locking=*/true));
    Tensor params;
    TF_RETURN_IF_ERROR(variable.GetForSparseUpdate(0, &params));
    return GatherSlices(c, params, c->Input(1));
  }
};

Status ReadShape(KernelContext* c, TensorShape* shape) {
  Dims sizes;
  TF_RETURN_IF_ERROR(c->HostIntegers(2, &sizes));
  return TensorShapeUtils::MakeShape(sizes.data(), sizes.size(), shape);
}

// Inputs: indices, updates, shape (host).
class ScatterNd {
 public:
  explicit ScatterNd(OpKernelConstruction*) {}
  Status Compute(KernelContext* c) {
    TensorShape shape;
    TF_RETURN_IF_ERROR(ReadShape(c, &shape));
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    TF_RETURN_IF_ERROR(FillZero(c, *output));
    return ScatterSlices(c, DML_SCATTER_ADD, c->Input(0), c->Input(1), *output);
  }
};

// As ScatterNd, of bools: their sum is whether any is true.
class ScatterNdBool {
 public:
  explicit ScatterNdBool(OpKernelConstruction*) {}
  Status Compute(KernelContext* c) {
    TensorShape shape;
    TF_RETURN_IF_ERROR(ReadShape(c, &shape));
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    Tensor updates, largest;
    TF_RETURN_IF_ERROR(CastToTemporary(c, c->Input(1), DT_INT32, &updates));
    TF_RETURN_IF_ERROR(c->Temporary(DT_INT32, shape, &largest));
    TF_RETURN_IF_ERROR(FillZero(c, largest));
    TF_RETURN_IF_ERROR(
        ScatterSlices(c, DML_SCATTER_MAXIMUM, c->Input(0), updates, largest));
    return EnqueueCast(c, largest, *output);
  }
};

// Inputs: a tensor, indices, updates. The result is a tensor of its own.
class TensorScatter {
 public:
  TensorScatter(OpKernelConstruction*, dml_scatter_op op) : op_(op) {}
  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    Tensor* output;
    TF_RETURN_IF_ERROR(c->OutputOrForward({0}, 0, input.shape(), &output));
    if (!output->SharesBufferWith(input)) {
      TF_RETURN_IF_ERROR(c->CopyTensor(input, *output));
    }
    return ScatterSlices(c, op_, c->Input(1), c->Input(2), *output);
  }

 private:
  const dml_scatter_op op_;
};

// Inputs: a variable, indices, updates.
class ScatterNdUpdate {
 public:
  ScatterNdUpdate(OpKernelConstruction* c, dml_scatter_op op) : op_(op) {
    OP_REQUIRES_OK(c, c->GetAttr("use_locking", &use_locking_));
  }
  Status Compute(KernelContext* c) {
    LockedVariables variable;
    TF_RETURN_IF_ERROR(variable.Lock(c, {0}, use_locking_));
    Tensor params;
    TF_RETURN_IF_ERROR(variable.GetForSparseUpdate(0, &params));
    ForwardRef(c, 0, 0);
    Tensor indices = c->Input(1), updates = c->Input(2);
    TF_RETURN_IF_ERROR(ReadApart(c, params, &indices));
    TF_RETURN_IF_ERROR(ReadApart(c, params, &updates));
    return ScatterSlices(c, op_, indices, updates, params);
  }

 private:
  const dml_scatter_op op_;
  bool use_locking_;
};

const TypeList kScatterable = {DT_FLOAT, DT_HALF,      DT_DOUBLE,    DT_INT32,
                               DT_INT64, DT_COMPLEX64, DT_COMPLEX128};

const TypeList kOrdered = {DT_FLOAT, DT_HALF, DT_DOUBLE, DT_INT32, DT_INT64};

const TypeList& ScatteredBy(dml_scatter_op op) {
  if (op == DML_SCATTER_ASSIGN) return kAllDeviceTypes;  // only moves bits
  const bool orders = op == DML_SCATTER_MAXIMUM || op == DML_SCATTER_MINIMUM;
  return orders ? kOrdered : kScatterable;
}

Row ScatterRow(const char* name, dml_scatter_op op) {
  return Row(name).Types("T", ScatteredBy(op)).Types("Tindices", kIndices);
}
Row TensorRow(const char* name, dml_scatter_op op) {
  return ScatterRow(name, op).Make<TensorScatter>(op);
}
Row RefRow(const char* name, dml_scatter_op op) {
  return ScatterRow(name, op).Make<ScatterNdUpdate>(op);
}
Row ResourceRow(const char* name, dml_scatter_op op) {
  return ScatterRow(name, op).Host({"ref"}).Make<ScatterNdUpdate>(op);
}

const Kernels kKernels({
    Row("GatherNd")
        .Types("Tparams", kAllDeviceTypes)
        .Types("Tindices", kIndices)
        .Make<GatherNd>(),
    Row("ResourceGatherNd")
        .Types("dtype", kDeviceTypes)
        .Types("Tindices", kIndices)
        .Host({"resource"})
        .Make<ResourceGatherNd>(),
    ScatterRow("ScatterNd", DML_SCATTER_ADD).Host({"shape"}).Make<ScatterNd>(),
    TensorRow("ScatterNdNonAliasingAdd", DML_SCATTER_ADD),
    TensorRow("TensorScatterUpdate", DML_SCATTER_ASSIGN),
    TensorRow("TensorScatterAdd", DML_SCATTER_ADD),
    TensorRow("TensorScatterSub", DML_SCATTER_SUBTRACT),
    TensorRow("TensorScatterMax", DML_SCATTER_MAXIMUM),
    TensorRow("TensorScatterMin", DML_SCATTER_MINIMUM),
    RefRow("ScatterNdUpdate", DML_SCATTER_ASSIGN),
    RefRow("ScatterNdAdd", DML_SCATTER_ADD),
    RefRow("ScatterNdSub", DML_SCATTER_SUBTRACT),
    RefRow("ScatterNdMax", DML_SCATTER_MAXIMUM),
    RefRow("ScatterNdMin", DML_SCATTER_MINIMUM),
    ResourceRow("ResourceScatterNdUpdate", DML_SCATTER_ASSIGN),
    ResourceRow("ResourceScatterNdAdd", DML_SCATTER_ADD),
    ResourceRow("ResourceScatterNdSub", DML_SCATTER_SUBTRACT),
    ResourceRow("ResourceScatterNdMax", DML_SCATTER_MAXIMUM),
    ResourceRow("ResourceScatterNdMin", DML_SCATTER_MINIMUM),
});

std::vector<Row> RowsOfBools() {
  if (!ScattersBools()) return {};
  return {Row("ScatterNd")
              .Types("T", {DT_BOOL})
              .Types("Tindices", kIndices)
              .Host({"shape"})
              .Make<ScatterNdBool>()};
}

const Kernels kBools(RowsOfBools());

}  // namespace
}  // namespace dml
}  // namespace tensorflow
