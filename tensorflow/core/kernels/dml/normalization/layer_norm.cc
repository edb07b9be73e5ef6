// Layer norm and its gradient: ops of ours, which a pass over graphs places
// (common_runtime/dml/layer_norm_fusion.h).
#include "tensorflow/core/common_runtime/dml/layer_norm_fusion.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/zeros.h"
#include "tensorflow/core/util/bcast.h"

namespace tensorflow {

// In this file, so that they are known when the rows below are made.
REGISTER_OP("_DmlLayerNorm")
    .Input("x: T")
    .Input("scale: T")
    .Input("offset: T")
    .Output("y: T")
    .Output("mean: T")
    .Output("inverse_stddev: T")
    .Attr("T: {float}")
    .Attr("epsilon: float")
    .Attr("axis: int")
    .SetShapeFn([](shape_inference::InferenceContext* c) {
      for (int i = 0; i < 3; ++i) c->set_output(i, c->UnknownShape());
      return dml::OkStatus();
    })
    .Doc(R"doc(
(x - mean) * inverse_stddev * scale + offset, along a dimension of x; mean and
inverse_stddev keep it as 1. What the pass of tensorflow-directml makes of layer
norms; no graph that is saved has it.
)doc");

REGISTER_OP("_DmlLayerNormGrad")
    .Input("dy: T")
    .Input("x: T")
    .Input("scale: T")
    .Input("mean: T")
    .Input("inverse_stddev: T")
    .Output("dx: T")
    .Output("dscale: T")
    .Output("doffset: T")
    .Attr("T: {float}")
    .Attr("axis: int")
    .SetShapeFn([](shape_inference::InferenceContext* c) {
      c->set_output(0, c->input(1));
      c->set_output(1, c->input(2));
      c->set_output(2, c->input(2));
      return dml::OkStatus();
    })
    .Doc(R"doc(
The gradient of _DmlLayerNorm, of whose last dimension scale is a vector.
)doc");

namespace dml {
namespace {

// Whether `axis`, or -1, is the last dimension of x, and a vector is along it.
bool IsLast(const Tensor& x, int axis) {
  return x.dims() > 0 && (axis == -1 || axis == x.dims() - 1);
}
bool IsAlong(const Tensor& vector, const Tensor& x) {
  return vector.dims() == 1 && vector.dim_size(0) == x.dim_size(x.dims() - 1);
}
// The same, or sizes of 1 and then the vector's.
bool IsColumn(const Tensor& column, const Tensor& x) {
  const int last = column.dims() - 1;
  return last >= 0 && column.dims() <= x.dims() &&
         column.dim_size(last) == x.dim_size(x.dims() - 1) &&
         column.NumElements() == column.dim_size(last);
}

dml_tensor DescribeRows(const Tensor& tensor, const Tensor& x) {
  const int64 n = x.dim_size(x.dims() - 1);
  return Describe(tensor, {n == 0 ? 0 : x.NumElements() / n, n});
}
dml_tensor DescribeVector(const Tensor& tensor) {
  return Describe(tensor, {tensor.NumElements()});
}

Status Reduce(KernelContext* c, dml_reduce_op op, const Tensor& from,
              const dml_tensor& to) {
  if (from.NumElements() == 0) return OkStatus();
  const dml_tensor input = Describe(from);
  DML_RETURN_IF_FAILED(dml_reduce(c->device(), op, &input, &to, 1.0));
  return OkStatus();
}

class LayerNorm {
 public:
  explicit LayerNorm(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("epsilon", &epsilon_));
    OP_REQUIRES_OK(c, c->GetAttr("axis", &axis_));
  }

  Status Compute(KernelContext* c) {
    const Tensor& x = c->Input(0);
    const int axis = axis_ < 0 ? x.dims() - 1 : axis_;
    if (axis < 0 || axis >= x.dims()) {
      return errors::InvalidArgument("Invalid reduction dimension ", axis_,
                                     " for input with ", x.dims(),
                                     " dimensions.");
    }
    TensorShape kept = x.shape();
    kept.set_dim(axis, 1);
    Tensor *mean, *inverse_stddev;
    TF_RETURN_IF_ERROR(c->Output(1, kept, &mean));
    TF_RETURN_IF_ERROR(c->Output(2, kept, &inverse_stddev));
    if (!IsLast(x, axis) || !IsColumn(c->Input(1), x) ||
        !IsColumn(c->Input(2), x) || x.NumElements() == 0) {
      return Compose(c, x, *mean, *inverse_stddev);
    }
    Tensor* y;
    TF_RETURN_IF_ERROR(c->OutputOrForward({0}, 0, x.shape(), &y));
    const dml_tensor input = DescribeRows(x, x), output = DescribeRows(*y, x);
    const dml_tensor scale = DescribeVector(c->Input(1));
    const dml_tensor offset = DescribeVector(c->Input(2));
    const dml_tensor means = DescribeVector(*mean);
    const dml_tensor inverse_stddevs = DescribeVector(*inverse_stddev);
    DML_RETURN_IF_FAILED(dml_layer_norm(c->device(), &input, &scale, &offset,
                                        epsilon_, &output, &means,
                                        &inverse_stddevs));
    return OkStatus();
  }

 private:
  // Only here are shapes known: of those that are no layer norm's, as single
  // ops do it.
  Status Compose(KernelContext* c, const Tensor& x, const Tensor& mean,
                 const Tensor& inverse_stddev) {
    const BCast scaled(BCast::FromShape(x.shape()),
                       BCast::FromShape(c->Input(1).shape()));
    const BCast sizes(BCast::Vec(scaled.output_shape()),
                      BCast::FromShape(c->Input(2).shape()));
    if (!scaled.IsValid() || !sizes.IsValid()) {
      return errors::InvalidArgument(
          "Incompatible shapes: ", x.shape().DebugString(), ", ",
          c->Input(1).shape().DebugString(), " and ",
          c->Input(2).shape().DebugString());
    }
    const TensorShape product = BCast::ToShape(scaled.output_shape());
    Tensor centred, squares, scaled_x, epsilon;
    Tensor* y;
    TF_RETURN_IF_ERROR(c->Output(0, BCast::ToShape(sizes.output_shape()), &y));
    TF_RETURN_IF_ERROR(c->Temporary(DT_FLOAT, x.shape(), &centred));
    TF_RETURN_IF_ERROR(c->Temporary(DT_FLOAT, x.shape(), &squares));
    TF_RETURN_IF_ERROR(c->Temporary(DT_FLOAT, product, &scaled_x));
    TF_RETURN_IF_ERROR(c->Temporary(DT_FLOAT, TensorShape({}), &epsilon));
    const dml_tensor number = Describe(epsilon);
    DML_RETURN_IF_FAILED(dml_fill(c->device(), &number, &epsilon_));
    TF_RETURN_IF_ERROR(Reduce(c, DML_REDUCE_MEAN, x, Describe(mean)));
    TF_RETURN_IF_ERROR(c->Elementwise(DML_SUBTRACT, {&x, &mean}, centred));
    TF_RETURN_IF_ERROR(c->Elementwise(DML_SQUARE, {&centred}, squares));
    TF_RETURN_IF_ERROR(
        Reduce(c, DML_REDUCE_MEAN, squares, Describe(inverse_stddev)));
    TF_RETURN_IF_ERROR(
        c->Elementwise(DML_ADD, {&inverse_stddev, &epsilon}, inverse_stddev));
    TF_RETURN_IF_ERROR(
        c->Elementwise(DML_RSQRT, {&inverse_stddev}, inverse_stddev));
    TF_RETURN_IF_ERROR(
        c->Elementwise(DML_MULTIPLY, {&centred, &inverse_stddev}, centred));
    TF_RETURN_IF_ERROR(
        c->Elementwise(DML_MULTIPLY, {&centred, &c->Input(1)}, scaled_x));
    return c->Elementwise(DML_ADD, {&scaled_x, &c->Input(2)}, *y);
  }

  float epsilon_;
  int axis_;
};

class LayerNormGradient {
 public:
  explicit LayerNormGradient(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("axis", &axis_));
  }

  Status Compute(KernelContext* c) {
    const Tensor& dy = c->Input(0);
    const Tensor& x = c->Input(1);
    const Tensor& scale = c->Input(2);
    const int axis = axis_ < 0 ? x.dims() - 1 : axis_;
    if (axis < 0 || axis >= x.dims() || !IsAlong(scale, x) ||
        !dy.IsSameSize(x)) {
      return errors::InvalidArgument(
          "The gradient of a layer norm of ", x.shape().DebugString(),
          " along dimension ", axis_, " takes a scale along the last one, not ",
          scale.shape().DebugString(), ", and a gradient of its shape, not ",
          dy.shape().DebugString(),
          ". `remapping: OFF` in the session's rewrite_options keeps layer "
          "norms as they are written.");
    }
    Tensor *dx, *dscale, *doffset;
    TF_RETURN_IF_ERROR(c->Output(1, scale.shape(), &dscale));
    TF_RETURN_IF_ERROR(c->Output(2, scale.shape(), &doffset));
    if (!IsLast(x, axis)) return Compose(c, axis, *dscale, *doffset);
    TF_RETURN_IF_ERROR(c->OutputOrForward({0, 1}, 0, x.shape(), &dx));
    const dml_tensor output_gradient = DescribeRows(dy, x);
    const dml_tensor input = DescribeRows(x, x);
    const dml_tensor scales = Describe(scale);
    const dml_tensor mean = DescribeVector(c->Input(3));
    const dml_tensor inverse_stddev = DescribeVector(c->Input(4));
    const dml_tensor input_gradient = DescribeRows(*dx, x);
    const dml_tensor scale_gradient = Describe(*dscale);
    const dml_tensor offset_gradient = Describe(*doffset);
    DML_RETURN_IF_FAILED(dml_layer_norm_gradient(
        c->device(), &output_gradient, &input, &scales, &mean, &inverse_stddev,
        &input_gradient, &scale_gradient, &offset_gradient));
    return OkStatus();
  }

 private:
  // Along another dimension, as only here is seen: as single ops do it.
  Status Compose(KernelContext* c, int axis, const Tensor& dscale,
                 const Tensor& doffset) {
    const Tensor& dy = c->Input(0);
    const Tensor& x = c->Input(1);
    const Tensor& mean = c->Input(3);
    const Tensor& inverse_stddev = c->Input(4);
    Tensor* dx;
    TF_RETURN_IF_ERROR(c->Output(0, x.shape(), &dx));
    if (x.NumElements() == 0) {
      TF_RETURN_IF_ERROR(FillZero(c, dscale));
      return FillZero(c, doffset);
    }
    Tensor normal, product, share;
    TF_RETURN_IF_ERROR(c->Temporary(DT_FLOAT, x.shape(), &normal));
    TF_RETURN_IF_ERROR(c->Temporary(DT_FLOAT, x.shape(), &product));
    TF_RETURN_IF_ERROR(c->Temporary(DT_FLOAT, mean.shape(), &share));
    Dims columns(x.dims(), 1);
    columns.back() = dscale.NumElements();
    TF_RETURN_IF_ERROR(c->Elementwise(DML_SUBTRACT, {&x, &mean}, normal));
    TF_RETURN_IF_ERROR(
        c->Elementwise(DML_MULTIPLY, {&normal, &inverse_stddev}, normal));
    TF_RETURN_IF_ERROR(c->Elementwise(DML_MULTIPLY, {&dy, &normal}, product));
    TF_RETURN_IF_ERROR(
        Reduce(c, DML_REDUCE_SUM, product, Describe(dscale, columns)));
    TF_RETURN_IF_ERROR(
        Reduce(c, DML_REDUCE_SUM, dy, Describe(doffset, columns)));
    TF_RETURN_IF_ERROR(c->Elementwise(DML_MULTIPLY, {&dy, &c->Input(2)}, *dx));
    TF_RETURN_IF_ERROR(c->Elementwise(DML_MULTIPLY, {dx, &normal}, product));
    TF_RETURN_IF_ERROR(Reduce(c, DML_REDUCE_MEAN, product, Describe(share)));
    TF_RETURN_IF_ERROR(c->Elementwise(DML_MULTIPLY, {&normal, &share}, normal));
    TF_RETURN_IF_ERROR(Reduce(c, DML_REDUCE_MEAN, *dx, Describe(share)));
    TF_RETURN_IF_ERROR(c->Elementwise(DML_SUBTRACT, {dx, &share}, *dx));
    TF_RETURN_IF_ERROR(c->Elementwise(DML_SUBTRACT, {dx, &normal}, *dx));
    return c->Elementwise(DML_MULTIPLY, {dx, &inverse_stddev}, *dx);
  }

  int axis_;
};

const Kernels kKernels({
    Row(kLayerNorm).Types("T", {DT_FLOAT}).Make<LayerNorm>(),
    Row(kLayerNormGrad).Types("T", {DT_FLOAT}).Make<LayerNormGradient>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
