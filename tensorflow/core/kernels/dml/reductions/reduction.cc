// Reductions over axes, L2Loss, and the indices of extreme elements.
#include "tensorflow/core/common_runtime/dml/base_ops.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/views.h"

namespace tensorflow {
namespace dml {
namespace {

class Reduction {
 public:
  Reduction(OpKernelConstruction* c, dml_reduce_op op) : op_(op) {
    OP_REQUIRES_OK(c, c->GetAttr("keep_dims", &keep_dims_));
  }

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    gtl::InlinedVector<bool, 8> reduced(input.dims(), false);
    TF_RETURN_IF_ERROR(ReadAxes(c, input.dims(), &reduced));
    TensorShape shape;
    // The norm of one number is its magnitude, but without axes TensorFlow 1.15
    // returns the input.
    bool trivial = op_ != DML_REDUCE_L2 || (c->Input(1).NumElements() == 0 &&
                                            !NormOverNoAxesIsMagnitude());
    for (int d = 0; d < input.dims(); ++d) {
      if (!reduced[d]) {
        shape.AddDim(input.dim_size(d));
      } else {
        if (keep_dims_) shape.AddDim(1);
        trivial = trivial && input.dim_size(d) == 1;
      }
    }
    if (trivial) return c->SetOutputReshaped(0, input, shape);
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    if (output->NumElements() == 0) return OkStatus();

    // Runs of dimensions that are all reduced, or all kept.
    Dims from, to;
    bool run_reduced = false;
    for (int d = 0; d < input.dims(); ++d) {
      const int64 size = input.dim_size(d);
      if (size == 1) continue;
      if (from.empty() || reduced[d] != run_reduced) {
        run_reduced = reduced[d];
        from.push_back(1);
        to.push_back(1);
      }
      from.back() *= size;
      if (!run_reduced) to.back() *= size;
    }
    if (from.size() > DML_MAX_RANK) {
      return errors::Unimplemented(
          "The DML device reduces tensors of up to ", DML_MAX_RANK,
          " dimensions after merging, but ", input.shape().DebugString(),
          " needs ", from.size());
    }
    const dml_tensor x = Describe(input, from);
    const dml_tensor y = Describe(*output, to);
    DML_RETURN_IF_FAILED(dml_reduce(c->device(), op_, &x, &y, 1.0));
    return OkStatus();
  }

 private:
  static Status ReadAxes(KernelContext* c, int rank,
                         gtl::InlinedVector<bool, 8>* reduced) {
    const Tensor& axes = c->Input(1);
    for (int64 i = 0; i < axes.NumElements(); ++i) {
      const int64 axis = axes.dtype() == DT_INT32 ? axes.flat<int32>()(i)
                                                  : axes.flat<int64>()(i);
      if (axis < -rank || axis >= rank) {
        return errors::InvalidArgument("Invalid reduction dimension (", axis,
                                       " for input with ", rank,
                                       " dimension(s)");
      }
      (*reduced)[axis < 0 ? axis + rank : axis] = true;
    }
    return OkStatus();
  }

  const dml_reduce_op op_;
  bool keep_dims_;
};

// sum(x * x) / 2
class L2Loss {
 public:
  explicit L2Loss(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, TensorShape({}), &output));
    const dml_tensor x = Describe(c->Input(0), {c->Input(0).NumElements()});
    const dml_tensor y = Describe(*output, {1});
    DML_RETURN_IF_FAILED(
        dml_reduce(c->device(), DML_REDUCE_SUM_SQUARE, &x, &y, 0.5));
    return OkStatus();
  }
};

class ArgReduction {
 public:
  ArgReduction(OpKernelConstruction*, dml_arg_reduce_op op) : op_(op) {}

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    const Tensor& dimension = c->Input(1);
    if (!TensorShapeUtils::IsScalar(dimension.shape())) {
      return errors::InvalidArgument(
          "dim must be a scalar, but received tensor of shape: ",
          dimension.shape().DebugString());
    }
    int64 dim;
    TF_RETURN_IF_ERROR(c->HostInteger(1, &dim));
    const int rank = input.dims();
    const int64 axis = dim < 0 ? dim + rank : dim;
    if (axis < 0 || axis >= rank) {
      return errors::InvalidArgument("Expected dimension in the range [", -rank,
                                     ", ", rank, "), but got ", dim);
    }
    if (input.dim_size(axis) == 0) {
      return errors::InvalidArgument("Reduction axis ", dim,
                                     " is empty in shape ",
                                     input.shape().DebugString());
    }
    TensorShape shape = input.shape();
    shape.RemoveDim(axis);
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    if (output->NumElements() == 0) return OkStatus();
    int64 outer = 1, inner = 1;
    for (int d = 0; d < axis; ++d) outer *= input.dim_size(d);
    for (int d = axis + 1; d < rank; ++d) inner *= input.dim_size(d);
    const dml_tensor x = Describe(input, {outer, input.dim_size(axis), inner});
    const dml_tensor y = Describe(*output, {outer, 1, inner});
    DML_RETURN_IF_FAILED(dml_arg_reduce(c->device(), op_, &x, 1, &y));
    return OkStatus();
  }

 private:
  const dml_arg_reduce_op op_;
};

const TypeList kOrdered = {DT_FLOAT, DT_HALF,  DT_DOUBLE, DT_INT8,  DT_INT16,
                           DT_INT32, DT_INT64, DT_UINT8,  DT_UINT16};

Row ReductionRow(const char* name, const TypeList& types, dml_reduce_op op) {
  return Row(name)
      .Types("T", types)
      .Types("Tidx", kIndices)
      .Host({"reduction_indices"})
      .Make<Reduction>(op);
}
Row LogicalRow(const char* name, dml_reduce_op op) {
  return Row(name)
      .Types("Tidx", kIndices)
      .Host({"reduction_indices"})
      .Make<Reduction>(op);
}
Row ArgRow(const char* name, dml_arg_reduce_op op) {
  return Row(name)
      .Types("T", kOrdered)
      .Types("Tidx", kIndices)
      .Types("output_type", kIndices)
      .Host({"dimension"})
      .Make<ArgReduction>(op);
}

const TypeList kCompared = {DT_FLOAT, DT_HALF, DT_DOUBLE, DT_INT64};
const TypeList kSummable = {DT_FLOAT, DT_HALF,      DT_DOUBLE,
                            DT_INT64, DT_COMPLEX64, DT_COMPLEX128};
const TypeList kAveraged = {DT_FLOAT, DT_HALF, DT_DOUBLE, DT_COMPLEX64,
                            DT_COMPLEX128};

const Kernels kKernels({
    ReductionRow("Sum", kSummable, DML_REDUCE_SUM),
    ReductionRow("Mean", kAveraged, DML_REDUCE_MEAN),
    ReductionRow("Prod", kAveraged, DML_REDUCE_PRODUCT),
    ReductionRow("Max", kCompared, DML_REDUCE_MAX),
    ReductionRow("Min", kCompared, DML_REDUCE_MIN),
    ReductionRow("EuclideanNorm", kAveraged, DML_REDUCE_L2),
    LogicalRow("All", DML_REDUCE_ALL),
    LogicalRow("Any", DML_REDUCE_ANY),
    Row("L2Loss").Types("T", kFloatsAndDouble).Make<L2Loss>(),
    ArgRow("ArgMax", DML_ARG_MAX),
    ArgRow("ArgMin", DML_ARG_MIN),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
