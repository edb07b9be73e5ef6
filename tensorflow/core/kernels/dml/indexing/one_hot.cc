// OneHot.
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

// Inputs: indices, depth (host), on_value, off_value.
class OneHot {
 public:
  explicit OneHot(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("axis", &axis_));
  }

  Status Compute(KernelContext* c) {
    const Tensor& indices = c->Input(0);
    const int rank = indices.dims() + 1;
    if (axis_ < -1 || axis_ >= rank) {
      return errors::InvalidArgument("Expected axis to be -1 or between [0, ",
                                     rank, ").  But received: ", axis_);
    }
    const char* const names[] = {"depth", "on_value", "off_value"};
    for (int i = 0; i < 3; ++i) {
      if (!TensorShapeUtils::IsScalar(c->Input(1 + i).shape())) {
        return errors::InvalidArgument(names[i], " must be a scalar, but got: ",
                                       c->Input(1 + i).shape().DebugString());
      }
    }
    int64 depth;
    TF_RETURN_IF_ERROR(c->HostInteger(1, &depth));
    if (depth < 0) {
      return errors::InvalidArgument("depth must be non-negative, got: ",
                                     depth);
    }
    const int axis = axis_ == -1 ? indices.dims() : axis_;
    TensorShape shape = indices.shape();
    shape.InsertDim(axis, depth);
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    if (output->NumElements() == 0) return OkStatus();
    int64 outer = 1;
    for (int d = 0; d < axis; ++d) outer *= indices.dim_size(d);
    const int64 inner = indices.NumElements() / outer;
    const dml_tensor x = Describe(indices, {outer, inner});
    const dml_tensor on = Describe(c->Input(2));
    const dml_tensor off = Describe(c->Input(3));
    const dml_tensor y = Describe(*output, {outer, depth, inner});
    DML_RETURN_IF_FAILED(dml_one_hot(c->device(), &x, &on, &off, &y));
    return OkStatus();
  }

 private:
  int axis_;
};

const Kernels kKernels({
    Row("OneHot")
        .Types("T", kAllDeviceTypes)
        .Types("TI", {DT_UINT8, DT_INT32, DT_INT64})
        .Host({"depth"})
        .Make<OneHot>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
