// Cast between any two types that the device holds.
#include "tensorflow/core/kernels/dml/casts.h"
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {

Status CastToTemporary(KernelContext* c, const Tensor& input, DataType dtype,
                       Tensor* result) {
  Tensor converted;
  TF_RETURN_IF_ERROR(c->Temporary(dtype, input.shape(), &converted));
  TF_RETURN_IF_ERROR(EnqueueCast(c, input, converted));
  *result = converted;
  return Status::OK();
}

Status EnqueueCast(KernelContext* c, const Tensor& input, const Tensor& output,
                   bool truncate) {
  const int64 count = input.NumElements();
  if (count == 0) return Status::OK();
  const bool from = input.dtype() == DT_BFLOAT16;
  const bool to = output.dtype() == DT_BFLOAT16;
  // Between bfloat16 and others by way of float32, as on the CPU.
  if (from && output.dtype() != DT_FLOAT) {
    Tensor wide;
    TF_RETURN_IF_ERROR(CastToTemporary(c, input, DT_FLOAT, &wide));
    return EnqueueCast(c, wide, output);
  }
  if (to && input.dtype() != DT_FLOAT) {
    Tensor wide;
    TF_RETURN_IF_ERROR(CastToTemporary(c, input, DT_FLOAT, &wide));
    return EnqueueCast(c, wide, output, truncate);
  }
  const dml_tensor x = Describe(input, {count});
  const dml_tensor y = Describe(output, {count});
  if (from || to) {
    DML_RETURN_IF_FAILED(dml_cast_bfloat16(c->device(), &x, truncate, &y));
  } else {
    DML_RETURN_IF_FAILED(dml_cast(c->device(), &x, &y));
  }
  return Status::OK();
}

namespace {

class Cast {
 public:
  explicit Cast(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("Truncate", &truncate_));
  }

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    if (input.dtype() == c->tf()->expected_output_dtype(0)) {
      c->SetOutput(0, input);
      return Status::OK();
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, input.shape(), &output));
    return EnqueueCast(c, input, *output, truncate_);
  }

 private:
  bool truncate_ = false;
};

const Kernels kKernels({
    Row("Cast")
        .Types("SrcT", kAllDeviceTypes)
        .Types("DstT", kAllDeviceTypes)
        .ComputesFloat64()
        .Make<Cast>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
