// Fill, ZerosLike, OnesLike and Empty.
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/views.h"
#include "tensorflow/core/kernels/dml/zeros.h"

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
    return OkStatus();
  }

 private:
  const bool ones_;
};

// Input: the shape (host).
class Empty {
 public:
  explicit Empty(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("init", &init_));
  }

  Status Compute(KernelContext* c) {
    const Tensor& sizes = c->Input(0);
    if (!TensorShapeUtils::IsVector(sizes.shape())) {
      return errors::InvalidArgument(
          "shape must be a vector of int32, got shape ",
          sizes.shape().DebugString());
    }
    TensorShape shape;
    TF_RETURN_IF_ERROR(TensorShapeUtils::MakeShape(sizes.vec<int32>(), &shape));
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    if (!init_ || output->NumElements() == 0) return OkStatus();
    return FillZero(c, *output);
  }

 private:
  bool init_;
};

const Kernels kKernels({
    Row("Fill")
        .Types("T", kDeviceTypes)
        .Types("index_type", kIndices)
        .Host({"dims"})
        .Make<Fill>(),
    Row("ZerosLike").Types("T", kDeviceTypes).Make<FillLike>(false),
    Row("OnesLike").Types("T", kDeviceTypes).Make<FillLike>(true),
    // Of int32 too, which elsewhere is the type of shapes on the host.
    Row("Empty").Types("dtype", kAllDeviceTypes).Host({"shape"}).Make<Empty>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
