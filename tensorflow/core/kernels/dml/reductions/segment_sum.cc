// SegmentSum: as many rows as the last of the sorted segment ids says.
#include "tensorflow/core/kernels/dml/read_back.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/zeros.h"

namespace tensorflow {
namespace dml {
namespace {

// Inputs: data, segment_ids. Ids are not checked to be in order, as on other
// accelerators; those above the last are dropped.
class SegmentSum {
 public:
  explicit SegmentSum(OpKernelConstruction*) {}

  Status Measure(KernelContext* c, Readings* readings) {
    const Tensor& data = c->Input(0);
    const Tensor& ids = c->Input(1);
    if (!TensorShapeUtils::IsVector(ids.shape())) {
      return errors::InvalidArgument("segment_ids should be a vector.");
    }
    if (data.dims() == 0 || ids.NumElements() != data.dim_size(0)) {
      return errors::InvalidArgument(
          "segment_ids should be the same size as dimension 0 of input.");
    }
    const int64 count = ids.NumElements();
    readings->value = ids.Slice(std::max<int64>(count - 1, 0), count);
    return OkStatus();
  }

  Status Finish(KernelContext* c, const Tensor& value, const Readings&) {
    const Tensor& data = c->Input(0);
    const Tensor& ids = c->Input(1);
    int64 rows = 0;
    if (value.NumElements() > 0) {
      const int64 last = value.dtype() == DT_INT32 ? value.flat<int32>()(0)
                                                   : value.flat<int64>()(0);
      if (last < 0) {
        return errors::InvalidArgument("segment ids must be >= 0");
      }
      if (last == kint64max) {
        return errors::InvalidArgument("segment id ", last, " is too large");
      }
      rows = last + 1;
    }
    auto sizes = data.shape().dim_sizes();
    sizes[0] = rows;
    TensorShape shape;
    TF_RETURN_IF_ERROR(
        TensorShapeUtils::MakeShape(sizes.data(), sizes.size(), &shape));
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    if (output->NumElements() == 0) return OkStatus();
    TF_RETURN_IF_ERROR(FillZero(c, *output));
    const int64 inner = output->NumElements() / rows;
    const dml_tensor i = Describe(ids);
    const dml_tensor x = Describe(data, {ids.NumElements(), inner});
    const dml_tensor y = Describe(*output, {rows, inner});
    DML_RETURN_IF_FAILED(dml_scatter(c->device(), DML_SCATTER_ADD, &i, &x, &y));
    return OkStatus();
  }
};

const Kernels kKernels({
    Row("SegmentSum")
        .Types("T", kFloatsAndDouble)
        .Types("Tindices", kIndices)
        .MakeKernel<ReadBackKernel<SegmentSum>>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
