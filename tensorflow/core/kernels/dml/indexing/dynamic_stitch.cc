// DynamicStitch and ParallelDynamicStitch: rows of several tensors, put where
// their indices say.
#include <algorithm>

#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/zeros.h"

namespace tensorflow {
namespace dml {
namespace {

// Inputs: N tensors of indices (host), then N of data, whose shapes start with
// those of their indices. Later rows win; rows that nobody fills are zero.
class DynamicStitch {
 public:
  explicit DynamicStitch(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    const int count = c->num_inputs() / 2;
    TensorShape row;
    int64 rows = 0;
    for (int i = 0; i < count; ++i) {
      const Tensor& indices = c->Input(i);
      const TensorShape& data = c->Input(count + i).shape();
      if (!TensorShapeUtils::StartsWith(data, indices.shape())) {
        return errors::InvalidArgument(
            "data[", i, "].shape = ", data.DebugString(),
            " does not start with indices[", i,
            "].shape = ", indices.shape().DebugString());
      }
      TensorShape rest;
      for (int d = indices.dims(); d < data.dims(); ++d) {
        rest.AddDim(data.dim_size(d));
      }
      if (i == 0) row = rest;
      if (rest != row) {
        return errors::InvalidArgument(
            "Need data[0].shape[", c->Input(0).dims(), ":] = data[", i,
            "].shape[", indices.dims(),
            ":], got data[0].shape = ", c->Input(count).shape().DebugString(),
            ", data[", i, "].shape = ", data.DebugString());
      }
      const auto values = indices.flat<int32>();
      for (int64 k = 0; k < values.size(); ++k) {
        if (values(k) < 0) {
          return errors::InvalidArgument(
              "indices[", i, "] is out of range: ", values(k), " is negative");
        }
        rows = std::max<int64>(rows, int64{values(k)} + 1);
      }
    }
    TensorShape shape({rows});
    shape.AppendShape(row);
    Tensor* merged;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &merged));
    if (merged->NumElements() == 0) return OkStatus();
    const int64 inner = row.num_elements();
    const dml_tensor output = Describe(*merged, {rows, inner});
    TF_RETURN_IF_ERROR(FillZero(c, *merged));
    for (int i = 0; i < count; ++i) {
      TF_RETURN_IF_ERROR(
          Place(c, c->Input(i), c->Input(count + i), inner, output));
    }
    return OkStatus();
  }

 private:
  static Status Place(KernelContext* c, const Tensor& indices,
                      const Tensor& data, int64 inner,
                      const dml_tensor& output) {
    const int64 count = indices.NumElements();
    if (count == 0) return OkStatus();
    Tensor on_device;
    TF_RETURN_IF_ERROR(c->Temporary(DT_INT32, indices.shape(), &on_device));
    DML_RETURN_IF_FAILED(dml_copy_from_host(c->device(), Address(on_device),
                                            indices.tensor_data().data(),
                                            indices.TotalBytes()));
    const dml_tensor i = Describe(on_device, {count});
    const dml_tensor x = Describe(data, {count, inner});
    DML_RETURN_IF_FAILED(
        dml_scatter(c->device(), DML_SCATTER_ASSIGN, &i, &x, &output));
    return OkStatus();
  }
};

Row DeviceRow(const char* op) {
  return Row(op)
      .Types("T", kDeviceTypes)
      .Host({"indices"})
      .Make<DynamicStitch>();
}
// The shape arithmetic of reductions' gradients.
Row HostRow(const char* op) {
  return Row(op).Types("T", {DT_INT32}).HostTwin();
}

// The parallel op leaves open which of equal indices wins, and rows that nobody
// fills undefined.
const Kernels kKernels({
    DeviceRow("DynamicStitch"),
    HostRow("DynamicStitch"),
    DeviceRow("ParallelDynamicStitch"),
    HostRow("ParallelDynamicStitch"),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
