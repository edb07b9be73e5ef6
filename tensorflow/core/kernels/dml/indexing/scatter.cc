// Scatter updates of ref and resource variables, and unsorted segment
// reductions: what gradients of embeddings are made of. Repeated indices apply
// in order, so results do not vary from run to run; indices out of range are
// skipped.
#include <limits>

#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/variables/variables.h"
#include "tensorflow/core/kernels/dml/views.h"

namespace tensorflow {
namespace dml {
namespace {

// output [rows, inner] with updates [count, inner], or a scalar.
Status EnqueueScatter(KernelContext* c, dml_scatter_op op,
                      const Tensor& indices, const Tensor& updates, int64 rows,
                      const Tensor& output) {
  const int64 count = indices.NumElements();
  if (count == 0 || output.NumElements() == 0) return Status::OK();
  const int64 inner = output.NumElements() / rows;
  const dml_tensor i = Describe(indices, {count});
  const dml_tensor u = updates.dims() == 0
                           ? DescribeBroadcast(updates, {count, inner})
                           : Describe(updates, {count, inner});
  const dml_tensor y = Describe(output, {rows, inner});
  DML_RETURN_IF_FAILED(dml_scatter(c->device(), op, &i, &u, &y));
  return Status::OK();
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
    const Tensor& indices = c->Input(1);
    const Tensor& updates = c->Input(2);
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

// The bits of what `op` starts from: 0, 1, or the type's extreme.
template <typename T>
uint64 Start(dml_scatter_op op, T one, T lowest, T highest) {
  T value = T();
  if (op == DML_SCATTER_MULTIPLY) value = one;
  if (op == DML_SCATTER_MAXIMUM) value = lowest;
  if (op == DML_SCATTER_MINIMUM) value = highest;
  uint64 bits = 0;
  std::memcpy(&bits, &value, sizeof(value));
  return bits;
}
template <typename T>
uint64 StartOf(dml_scatter_op op) {
  return Start<T>(op, 1, std::numeric_limits<T>::lowest(),
                  std::numeric_limits<T>::max());
}
uint64 StartOf(dml_scatter_op op, DataType dtype) {
  switch (dtype) {
    case DT_FLOAT:
      return StartOf<float>(op);
    case DT_HALF:  // by bits: 1, -65504, 65504
      return Start<uint16>(op, 0x3c00, 0xfbff, 0x7bff);
    case DT_DOUBLE:
      return StartOf<double>(op);
    case DT_INT32:
      return StartOf<int32>(op);
    default:
      return StartOf<int64>(op);
  }
}

// Inputs: data, segment_ids, num_segments (host).
class UnsortedSegment {
 public:
  UnsortedSegment(OpKernelConstruction*, dml_scatter_op op) : op_(op) {}

  Status Compute(KernelContext* c) {
    const Tensor& data = c->Input(0);
    const Tensor& segments = c->Input(1);
    if (!TensorShapeUtils::IsScalar(c->Input(2).shape())) {
      return errors::InvalidArgument(
          "num_segments should be a scalar, not shape ",
          c->Input(2).shape().DebugString());
    }
    if (!TensorShapeUtils::StartsWith(data.shape(), segments.shape())) {
      return errors::InvalidArgument(
          "data.shape = ", data.shape().DebugString(),
          " does not start with segment_ids.shape = ",
          segments.shape().DebugString());
    }
    int64 rows;
    TF_RETURN_IF_ERROR(c->HostInteger(2, &rows));
    if (rows < 0) {
      return errors::InvalidArgument("Input num_segments == ", rows,
                                     " must not be negative.");
    }
    TensorShape shape({rows});
    for (int d = segments.dims(); d < data.dims(); ++d) {
      shape.AddDim(data.dim_size(d));
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    if (output->NumElements() == 0) return Status::OK();
    const uint64 start[2] = {StartOf(op_, output->dtype()), 0};
    const dml_tensor y = Describe(*output, {output->NumElements()});
    DML_RETURN_IF_FAILED(dml_fill(c->device(), &y, start));
    // A scalar data has one row; as a vector it is not mistaken for a value to
    // repeat.
    return EnqueueScatter(c, op_, segments,
                          Reshaped(data, TensorShape({data.NumElements()})),
                          rows, *output);
  }

 private:
  const dml_scatter_op op_;
};

const TypeList kScatterable = {DT_FLOAT, DT_HALF, DT_DOUBLE, DT_INT64};
const TypeList kSegmentable = {DT_FLOAT, DT_HALF, DT_DOUBLE, DT_INT32,
                               DT_INT64};

const TypeList kSummable = {DT_FLOAT, DT_HALF,      DT_DOUBLE,    DT_INT32,
                            DT_INT64, DT_COMPLEX64, DT_COMPLEX128};

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
Row SegmentRow(const char* name, dml_scatter_op op,
               const TypeList& types = kSegmentable) {
  return Row(name)
      .Types("T", types)
      .Types("Tindices", kIndices)
      .Types("Tnumsegments", kIndices)
      .Host({"num_segments"})
      .Make<UnsortedSegment>(op);
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
    SegmentRow("UnsortedSegmentSum", DML_SCATTER_ADD, kSummable),
    SegmentRow("UnsortedSegmentProd", DML_SCATTER_MULTIPLY),
    SegmentRow("UnsortedSegmentMax", DML_SCATTER_MAXIMUM),
    SegmentRow("UnsortedSegmentMin", DML_SCATTER_MINIMUM),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
