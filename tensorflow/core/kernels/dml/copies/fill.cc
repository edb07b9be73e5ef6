// Fill, ZerosLike and OnesLike.
#include "tensorflow/core/kernels/dml/copies/fill.h"

#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/views.h"

namespace tensorflow {
namespace dml {
namespace {

// Inputs: dims (host), value (a scalar on the device).
class Fill {
 public:
  explicit Fill(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    const Tensor& value = c->Input(1);
    if (c->Input(0).dims() > 1) {
      return errors::InvalidArgument("dims must be a vector, got shape ",
                                     c->Input(0).shape().DebugString());
    }
    if (value.dims() > 1 || value.NumElements() != 1) {
      return errors::InvalidArgument("value must be a scalar, got shape ",
                                     value.shape().DebugString());
    }
    Dims sizes;
    TF_RETURN_IF_ERROR(c->HostIntegers(0, &sizes));
    TensorShape shape;
    TF_RETURN_IF_ERROR(
        TensorShapeUtils::MakeShape(sizes.data(), sizes.size(), &shape));
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    return CopyView(c, Broadcast(MakeView(value, {}), sizes),
                    MakeView(*output));
  }
};

// The first 8 bytes of 1 in `dtype`; others are 0.
uint64 One(DataType dtype) {
  switch (dtype) {
    case DT_FLOAT:
      return 0x3f800000;
    case DT_HALF:
      return 0x3c00;
    case DT_COMPLEX64:  // its real part, which comes first
      return 0x3f800000;
    case DT_DOUBLE:
    case DT_COMPLEX128:
      return 0x3ff0000000000000;
    case DT_BFLOAT16:
      return 0x3f80;
    default:
      return 1;  // integers and bool, whose low bytes come first
  }
}

class FillLike {
 public:
  FillLike(OpKernelConstruction*, bool ones) : ones_(ones) {}

  Status Compute(KernelContext* c) {
    Tensor* output;
    TF_RETURN_IF_ERROR(
        c->OutputOrForward({0}, 0, c->Input(0).shape(), &output));
    const uint64 value[2] = {ones_ ? One(output->dtype()) : 0, 0};
    const dml_tensor y = Describe(*output, {output->NumElements()});
    DML_RETURN_IF_FAILED(dml_fill(c->device(), &y, value));
    return Status::OK();
  }

 private:
  const bool ones_;
};

const Kernels kKernels({
    Row("Fill")
        .Types("T", kDeviceTypes)
        .Types("index_type", kIndices)
        .Host({"dims"})
        .Make<Fill>(),
    Row("ZerosLike").Types("T", kDeviceTypes).Make<FillLike>(false),
    Row("OnesLike").Types("T", kDeviceTypes).Make<FillLike>(true),
});

}  // namespace

Status FillZero(KernelContext* c, const Tensor& tensor) {
  if (tensor.TotalBytes() == 0) return Status::OK();
  const bool words = tensor.TotalBytes() % sizeof(uint32) == 0;
  dml_tensor target = {};
  target.data = Address(tensor);
  target.type = words ? DML_UINT32 : DML_UINT8;
  target.rank = 1;
  target.sizes[0] = tensor.TotalBytes() / (words ? sizeof(uint32) : 1);
  target.strides[0] = 1;
  const uint32 zero = 0;
  DML_RETURN_IF_FAILED(dml_fill(c->device(), &target, &zero));
  return Status::OK();
}

}  // namespace dml
}  // namespace tensorflow
