// Cumsum, Cumprod and CumulativeLogsumexp.
#include "tensorflow/core/common_runtime/dml/base_ops.h"
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

// Minus infinity in the first place of y's dimension 1, or in the last.
Status FillEnd(KernelContext* c, DataType dtype, bool last, dml_tensor y) {
  const uint64 bits = dtype == DT_HALF    ? 0xfc00
                      : dtype == DT_FLOAT ? 0xff800000
                                          : 0xfff0000000000000;
  if (last) y.data += (y.sizes[1] - 1) * y.strides[1] * DataTypeSize(dtype);
  y.sizes[1] = 1;
  DML_RETURN_IF_FAILED(dml_fill(c->device(), &y, &bits));
  return OkStatus();
}

class Scan {
 public:
  Scan(OpKernelConstruction* c, dml_scan_op op) : op_(op) {
    OP_REQUIRES_OK(c, c->GetAttr("exclusive", &exclusive_));
    OP_REQUIRES_OK(c, c->GetAttr("reverse", &reverse_));
  }

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    const Tensor& axis_tensor = c->Input(1);
    if (!TensorShapeUtils::IsScalar(axis_tensor.shape())) {
      return errors::InvalidArgument("axis must be a scalar, not ",
                                     axis_tensor.shape().DebugString());
    }
    int64 given;
    TF_RETURN_IF_ERROR(c->HostInteger(1, &given));
    const int rank = input.dims();
    const int64 axis = given < 0 ? given + rank : given;
    if (axis < 0 || axis >= rank) {
      return errors::InvalidArgument("Expected scan axis in the range [", -rank,
                                     ", ", rank, "), but got ", given);
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->OutputOrForward({0}, 0, input.shape(), &output));
    if (output->NumElements() == 0) return OkStatus();
    int64 outer = 1, inner = 1;
    for (int d = 0; d < axis; ++d) outer *= input.dim_size(d);
    for (int d = axis + 1; d < rank; ++d) inner *= input.dim_size(d);
    const Dims sizes = {outer, input.dim_size(axis), inner};
    const dml_tensor x = Describe(input, sizes), y = Describe(*output, sizes);
    DML_RETURN_IF_FAILED(
        dml_scan(c->device(), op_, &x, 1, exclusive_, reverse_, &y));
    if (op_ == DML_SCAN_LOG_SUM_EXP && exclusive_ && LogOfNothingIsInfinite()) {
      return FillEnd(c, output->dtype(), reverse_, y);
    }
    return OkStatus();
  }

 private:
  const dml_scan_op op_;
  bool exclusive_;
  bool reverse_;
};

const TypeList kScannable = {DT_FLOAT,  DT_HALF,      DT_DOUBLE,    DT_INT8,
                             DT_INT16,  DT_INT32,     DT_INT64,     DT_UINT8,
                             DT_UINT16, DT_COMPLEX64, DT_COMPLEX128};

const Kernels kKernels({
    Row("Cumsum")
        .Types("T", kScannable)
        .Types("Tidx", kIndices)
        .Host({"axis"})
        .Make<Scan>(DML_SCAN_SUM),
    Row("Cumprod")
        .Types("T", kScannable)
        .Types("Tidx", kIndices)
        .Host({"axis"})
        .Make<Scan>(DML_SCAN_PRODUCT),
    Row("CumulativeLogsumexp")
        .Types("T", kFloatsAndDouble)
        .Types("Tidx", kIndices)
        .Host({"axis"})
        .Make<Scan>(DML_SCAN_LOG_SUM_EXP),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
