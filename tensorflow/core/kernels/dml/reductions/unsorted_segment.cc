// Reductions over segments in any order, such as the gradients of embeddings.
// The rows of a segment are taken in the order of the data, so that results do
// not vary from run to run; rows of segments out of range are skipped.
#include <cstring>
#include <limits>

#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

// The bits of the value of an empty segment: 0, 1, or the type's extreme.
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
    if (output->NumElements() == 0) return OkStatus();
    const uint64 start[2] = {StartOf(op_, output->dtype()), 0};
    const dml_tensor y = Describe(*output, {output->NumElements()});
    DML_RETURN_IF_FAILED(dml_fill(c->device(), &y, start));
    const int64 count = segments.NumElements();
    if (count == 0) return OkStatus();
    const int64 inner = output->NumElements() / rows;
    const dml_tensor i = Describe(segments, {count});
    const dml_tensor x = Describe(data, {count, inner});
    const dml_tensor sums = Describe(*output, {rows, inner});
    DML_RETURN_IF_FAILED(dml_scatter(c->device(), op_, &i, &x, &sums));
    return OkStatus();
  }

 private:
  const dml_scatter_op op_;
};

const TypeList kSegmentable = {DT_FLOAT, DT_HALF, DT_DOUBLE, DT_INT32,
                               DT_INT64};
const TypeList kSummable = {DT_FLOAT, DT_HALF,      DT_DOUBLE,    DT_INT32,
                            DT_INT64, DT_COMPLEX64, DT_COMPLEX128};

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
    SegmentRow("UnsortedSegmentSum", DML_SCATTER_ADD, kSummable),
    SegmentRow("UnsortedSegmentProd", DML_SCATTER_MULTIPLY),
    SegmentRow("UnsortedSegmentMax", DML_SCATTER_MAXIMUM),
    SegmentRow("UnsortedSegmentMin", DML_SCATTER_MINIMUM),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
