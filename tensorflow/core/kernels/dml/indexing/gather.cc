// Gather, GatherV2 and ResourceGather. Indices out of range give zeros, as on
// TensorFlow's other accelerators.
#include "tensorflow/core/kernels/dml/locked_variables.h"
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

// params [batch, outer, rows, inner], indices [batch, count], output
// [batch, outer, count, inner].
struct GatherShape {
  int64 batch = 1;
  int64 outer = 1;
  int64 rows = 1;
  int64 inner = 1;
  int64 count = 1;
};

Status EnqueueGather(KernelContext* c, const Tensor& params,
                     const Tensor& indices, const GatherShape& s,
                     const Tensor& output) {
  if (output.NumElements() == 0) return OkStatus();
  const int64 outer = s.batch * s.outer;
  const dml_tensor x = Describe(params, {outer, s.rows, s.inner});
  const dml_tensor y = Describe(output, {outer, s.count, s.inner});
  const dml_tensor i = s.batch == 1 ? Describe(indices, {s.count})
                                    : Describe(indices, {s.batch, s.count});
  DML_RETURN_IF_FAILED(dml_gather(c->device(), &x, &i, &y));
  return OkStatus();
}

// The shape of the result, params.shape[:axis] + indices.shape[batch_dims:] +
// params.shape[axis + 1:], and how it is computed.
Status ShapeGather(const TensorShape& params, const TensorShape& indices,
                   int axis, int batch_dims, GatherShape* s,
                   TensorShape* result) {
  for (int d = 0; d < axis; ++d) {
    const int64 size = params.dim_size(d);
    if (d < batch_dims && size != indices.dim_size(d)) {
      return errors::InvalidArgument(
          "params.shape[", d, "] and indices.shape[", d,
          "] must be the same for batch_dims ", batch_dims,
          ", but saw: ", params.DebugString(), " vs. ", indices.DebugString());
    }
    (d < batch_dims ? s->batch : s->outer) *= size;
    result->AddDim(size);
  }
  for (int d = batch_dims; d < indices.dims(); ++d) {
    s->count *= indices.dim_size(d);
    result->AddDim(indices.dim_size(d));
  }
  for (int d = axis + 1; d < params.dims(); ++d) {
    s->inner *= params.dim_size(d);
    result->AddDim(params.dim_size(d));
  }
  s->rows = params.dim_size(axis);
  return OkStatus();
}

Status Compute(KernelContext* c, const Tensor& params, const Tensor& indices,
               int axis, int batch_dims) {
  GatherShape s;
  TensorShape shape;
  TF_RETURN_IF_ERROR(ShapeGather(params.shape(), indices.shape(), axis,
                                 batch_dims, &s, &shape));
  Tensor* output;
  TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
  return EnqueueGather(c, params, indices, s, *output);
}

class Gather {
 public:
  explicit Gather(OpKernelConstruction* c) {
    if (c->HasAttr("batch_dims")) {
      OP_REQUIRES_OK(c, c->GetAttr("batch_dims", &batch_dims_));
    }
  }

  Status Compute(KernelContext* c) {
    const Tensor& params = c->Input(0);
    const Tensor& indices = c->Input(1);
    if (!TensorShapeUtils::IsVectorOrHigher(params.shape())) {
      return errors::InvalidArgument("params must be at least 1 dimensional");
    }
    const int rank = params.dims();
    int64 axis = 0;
    if (c->num_inputs() == 3) {
      if (!TensorShapeUtils::IsScalar(c->Input(2).shape())) {
        return errors::InvalidArgument("axis must be scalar");
      }
      TF_RETURN_IF_ERROR(c->HostInteger(2, &axis));
    }
    if (axis < -rank || axis >= rank) {
      return errors::InvalidArgument("Expected axis in the range [", -rank,
                                     ", ", rank, "), but got ", axis);
    }
    if (axis < 0) axis += rank;
    int batch_dims = batch_dims_;
    if (batch_dims != 0) {
      if (batch_dims < 0) batch_dims += indices.dims();
      if (c->num_inputs() < 3) axis = batch_dims;
      if (batch_dims < 0 || batch_dims >= indices.dims()) {
        return errors::InvalidArgument("Expected batch_dims in the range [",
                                       -indices.dims(), ", ", indices.dims(),
                                       "), but got ", batch_dims_);
      }
      if (batch_dims >= rank) {
        return errors::InvalidArgument("batch_dims (", batch_dims,
                                       ") must be less than rank(params) (",
                                       rank, ").");
      }
      if (axis < batch_dims) {
        return errors::InvalidArgument("batch_dims (", batch_dims,
                                       ") must be less than or equal to axis (",
                                       axis, ").");
      }
    }
    return dml::Compute(c, params, indices, axis, batch_dims);
  }

 private:
  int batch_dims_ = 0;
};

class ResourceGather {
 public:
  explicit ResourceGather(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("batch_dims", &batch_dims_));
  }

  Status Compute(KernelContext* c) {
    LockedVariables variable;
    TF_RETURN_IF_ERROR(variable.Lock(c, {0}, /*use_locking=*/true));
    Tensor params;
    TF_RETURN_IF_ERROR(variable.GetForSparseUpdate(0, &params));
    const Tensor& indices = c->Input(1);
    if (!TensorShapeUtils::IsVectorOrHigher(params.shape())) {
      return errors::InvalidArgument("params must be at least 1 dimensional");
    }
    if (batch_dims_ < 0 || batch_dims_ > indices.dims() ||
        batch_dims_ >= params.dims()) {
      return errors::InvalidArgument(
          "batch_dims (", batch_dims_, ") must be at least 0, at most ",
          indices.dims(), " and less than ", params.dims());
    }
    return dml::Compute(c, params, indices, batch_dims_, batch_dims_);
  }

 private:
  int batch_dims_;
};

const Kernels kKernels({
    Row("Gather")
        .Types("Tparams", kAllDeviceTypes)
        .Types("Tindices", kIndices)
        .Make<Gather>(),
    Row("GatherV2")
        .Types("Tparams", kAllDeviceTypes)
        .Types("Tindices", kIndices)
        .Types("Taxis", kIndices)
        .Host({"axis"})
        .Make<Gather>(),
    Row("ResourceGather")
        .Types("dtype", kDeviceTypes)
        .Types("Tindices", kIndices)
        .Host({"resource"})
        .Make<ResourceGather>(),
    // A variable of variants is a host tensor of handles.
    Row("ResourceGather")
        .Types("dtype", {DT_VARIANT})
        .Types("Tindices", kIndices)
        .HostTwin({"output"}),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
