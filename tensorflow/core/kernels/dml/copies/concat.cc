// Concat, ConcatV2 and Pack.
#include "tensorflow/core/kernels/dml/parts.h"
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

// The axis is the first input of Concat, and the last of ConcatV2.
class Concat {
 public:
  Concat(OpKernelConstruction*, bool axis_first) : axis_first_(axis_first) {}

  Status Compute(KernelContext* c) {
    const int count = c->num_inputs() - 1;
    const int first = axis_first_ ? 1 : 0;
    const TensorShape& shape = c->Input(first).shape();
    int axis = 0;
    TF_RETURN_IF_ERROR(ReadAxis(c, count, shape.dims(), &axis));
    TensorShape output_shape = shape;
    output_shape.set_dim(axis, 0);
    for (int i = 0; i < count; ++i) {
      const TensorShape& other = c->Input(first + i).shape();
      TF_RETURN_IF_ERROR(CheckShapes(shape, other, i, axis));
      output_shape.set_dim(axis,
                           output_shape.dim_size(axis) + other.dim_size(axis));
    }
    if (count == 1) {
      c->SetOutput(0, c->Input(first));
      return OkStatus();
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, output_shape, &output));
    Parts parts(*output, axis);
    for (int i = 0; i < count; ++i) parts.Add(c->Input(first + i));
    return parts.Join(c);
  }

 private:
  Status ReadAxis(KernelContext* c, int count, int rank, int* axis) const {
    const int input = axis_first_ ? 0 : count;
    if (c->Input(input).NumElements() != 1 || c->Input(input).dims() > 1) {
      return errors::InvalidArgument(
          axis_first_ ? "concat_dim" : "axis",
          " tensor should be a scalar integer, but got shape ",
          c->Input(input).shape().DebugString());
    }
    int64 value;
    TF_RETURN_IF_ERROR(c->HostInteger(input, &value));
    if (value < -rank || value >= rank) {
      return errors::InvalidArgument(
          "ConcatOp : Expected concatenating dimensions in the range [", -rank,
          ", ", rank, "), but got ", value);
    }
    *axis = value < 0 ? value + rank : value;
    return OkStatus();
  }

  static Status CheckShapes(const TensorShape& first, const TensorShape& other,
                            int i, int axis) {
    if (first.dims() != other.dims()) {
      return errors::InvalidArgument(
          "ConcatOp : Ranks of all input tensors should match: shape[0] = ",
          first.DebugString(), " vs. shape[", i, "] = ", other.DebugString());
    }
    for (int d = 0; d < first.dims(); ++d) {
      if (d != axis && first.dim_size(d) != other.dim_size(d)) {
        return errors::InvalidArgument(
            "ConcatOp : Dimensions of inputs should match: shape[0] = ",
            first.DebugString(), " vs. shape[", i, "] = ", other.DebugString());
      }
    }
    return OkStatus();
  }

  const bool axis_first_;
};

class Pack {
 public:
  explicit Pack(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("axis", &axis_));
  }

  Status Compute(KernelContext* c) {
    const TensorShape& shape = c->Input(0).shape();
    const int count = c->num_inputs();
    for (int i = 1; i < count; ++i) {
      if (!shape.IsSameSize(c->Input(i).shape())) {
        return errors::InvalidArgument(
            "Shapes of all inputs must match: values[0].shape = ",
            shape.DebugString(), " != values[", i,
            "].shape = ", c->Input(i).shape().DebugString());
      }
    }
    const int rank = shape.dims() + 1;
    const int axis = axis_ < 0 ? axis_ + rank : axis_;
    if (axis < 0 || axis >= rank) {
      return errors::InvalidArgument("axis = ", axis_, " not in [", -rank, ", ",
                                     rank, ")");
    }
    TensorShape output_shape = shape;
    output_shape.InsertDim(axis, count);
    if (count == 1) return c->SetOutputReshaped(0, c->Input(0), output_shape);
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, output_shape, &output));
    Parts parts(*output, axis);
    for (int i = 0; i < count; ++i) parts.Add(c->Input(i));
    return parts.Join(c);
  }

 private:
  int axis_;
};

const Kernels kKernels({
    Row("Concat")
        .Types("T", kDeviceTypes)
        .Host({"concat_dim"})
        .Make<Concat>(true),
    Row("ConcatV2")
        .Types("T", kDeviceTypes)
        .Types("Tidx", kIndices)
        .Host({"axis"})
        .Make<Concat>(false),
    Row("Pack").Types("T", kDeviceTypes).Make<Pack>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
