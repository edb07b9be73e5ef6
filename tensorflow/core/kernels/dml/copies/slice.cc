// Slice, StridedSlice, its gradient, and assignments to strided slices.
#include "tensorflow/core/kernels/dml/locked_variables.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/views.h"
#include "tensorflow/core/kernels/dml/zeros.h"
#include "tensorflow/core/util/strided_slice_op.h"

namespace tensorflow {
namespace dml {
namespace {

// Inputs: the tensor, begin and size (host), where a size of -1 takes all.
class SliceKernel {
 public:
  explicit SliceKernel(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    const int rank = input.dims();
    Dims begin, size;
    TF_RETURN_IF_ERROR(Read(c, rank, &begin, &size));
    bool all = true, rows_only = true;
    TensorShape shape;
    View view = MakeView(input);
    for (int d = 0; d < rank; ++d) {
      const int64 extent = input.dim_size(d);
      if (size[d] == -1) size[d] = extent - begin[d];
      TF_RETURN_IF_ERROR(Check(d, extent, begin[d], size[d]));
      shape.AddDim(size[d]);
      view = Slice(view, d, begin[d], size[d]);
      const bool whole = begin[d] == 0 && size[d] == extent;
      all = all && whole;
      rows_only = rows_only && (d == 0 || whole);
    }
    if (all) {
      c->SetOutput(0, input);
      return OkStatus();
    }
    if (rows_only && RowsAreAligned(input)) {
      c->SetOutput(0, input.Slice(begin[0], begin[0] + size[0]));
      return OkStatus();
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    return CopyView(c, view, MakeView(*output));
  }

 private:
  static Status Read(KernelContext* c, int rank, Dims* begin, Dims* size) {
    if (c->Input(1).dims() != 1 || c->Input(2).dims() != 1 ||
        c->Input(1).NumElements() != rank ||
        c->Input(2).NumElements() != rank) {
      return errors::InvalidArgument(
          "Expected begin and size arguments to be 1-D tensors of size ", rank,
          ", but got shapes ", c->Input(1).shape().DebugString(), " and ",
          c->Input(2).shape().DebugString(), " instead.");
    }
    TF_RETURN_IF_ERROR(c->HostIntegers(1, begin));
    return c->HostIntegers(2, size);
  }

  static Status Check(int d, int64 extent, int64 begin, int64 size) {
    if (extent == 0 && (begin != 0 || size != 0)) {
      return errors::InvalidArgument(
          "Expected begin[", d, "] == 0 (got ", begin, ") and size[", d,
          "] == 0 (got ", size, ") when input.dim_size(", d, ") == 0");
    }
    if (begin < 0 || begin > extent) {
      return errors::InvalidArgument("Expected begin[", d, "] in [0, ", extent,
                                     "], but got ", begin);
    }
    if (size < 0 || begin + size > extent) {
      return errors::InvalidArgument("Expected size[", d, "] in [0, ",
                                     extent - begin, "], but got ", size);
    }
    return OkStatus();
  }
};

// What the begin, end and strides inputs of one call select from a tensor.
struct StridedSelection {
  TensorShape processing_shape;  // before new and shrunk axes
  TensorShape final_shape;
  bool is_identity = true;
  bool is_simple_slice = true;
  bool slice_dim0 = true;
  gtl::InlinedVector<int64, 4> begin, end, strides;

  View Of(const Tensor& tensor) const {
    View view = MakeView(tensor);
    for (int d = 0; d < view.rank(); ++d) {
      view = Slice(view, d, begin[d], processing_shape.dim_size(d), strides[d]);
    }
    return view;
  }

  // `tensor`, of final_shape, in the sizes of the selection.
  View Whole(const Tensor& tensor) const {
    return MakeView(tensor, processing_shape.dim_sizes());
  }
};

class StridedBase {
 protected:
  explicit StridedBase(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("begin_mask", &begin_mask_));
    OP_REQUIRES_OK(c, c->GetAttr("end_mask", &end_mask_));
    OP_REQUIRES_OK(c, c->GetAttr("ellipsis_mask", &ellipsis_mask_));
    OP_REQUIRES_OK(c, c->GetAttr("new_axis_mask", &new_axis_mask_));
    OP_REQUIRES_OK(c, c->GetAttr("shrink_axis_mask", &shrink_axis_mask_));
  }

  // From inputs 1 to 3, applied to a tensor of `shape`.
  Status Select(KernelContext* c, const TensorShape& shape,
                StridedSelection* s) const {
    return ValidateStridedSliceOp(
        &c->Input(1), &c->Input(2), c->Input(3), shape, begin_mask_, end_mask_,
        ellipsis_mask_, new_axis_mask_, shrink_axis_mask_, &s->processing_shape,
        &s->final_shape, &s->is_identity, &s->is_simple_slice, &s->slice_dim0,
        &s->begin, &s->end, &s->strides);
  }

 private:
  int32 begin_mask_, end_mask_;
  int32 ellipsis_mask_, new_axis_mask_, shrink_axis_mask_;
};

class StridedSlice : StridedBase {
 public:
  explicit StridedSlice(OpKernelConstruction* c) : StridedBase(c) {}

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    StridedSelection selection;
    TF_RETURN_IF_ERROR(Select(c, input.shape(), &selection));
    if (selection.is_identity) {
      return c->SetOutputReshaped(0, input, selection.final_shape);
    }
    if (selection.slice_dim0 && RowsAreAligned(input)) {
      const int64 end = selection.end[0];
      return c->SetOutputReshaped(
          0, input.Slice(std::min(selection.begin[0], end), end),
          selection.final_shape);
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, selection.final_shape, &output));
    return CopyView(c, selection.Of(input), selection.Whole(*output));
  }
};

// Inputs: the sliced tensor's shape, begin, end, strides, the gradient.
class StridedSliceGradient : StridedBase {
 public:
  explicit StridedSliceGradient(OpKernelConstruction* c) : StridedBase(c) {}

  Status Compute(KernelContext* c) {
    if (c->Input(0).dims() != 1) {
      return errors::InvalidArgument("shape must be 1-D, got shape.shape = ",
                                     c->Input(0).shape().DebugString());
    }
    Dims sizes;
    TF_RETURN_IF_ERROR(c->HostIntegers(0, &sizes));
    TensorShape shape;
    TF_RETURN_IF_ERROR(
        TensorShapeUtils::MakeShape(sizes.data(), sizes.size(), &shape));
    StridedSelection selection;
    TF_RETURN_IF_ERROR(Select(c, shape, &selection));
    const Tensor& gradient = c->Input(4);
    if (gradient.shape() != selection.final_shape) {
      return errors::InvalidArgument(
          "shape of dy was ", gradient.shape().DebugString(), " instead of ",
          selection.final_shape.DebugString());
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    if (output->NumElements() == 0) return OkStatus();
    if (!selection.is_identity) TF_RETURN_IF_ERROR(FillZero(c, *output));
    return CopyView(c, selection.Whole(gradient), selection.Of(*output));
  }
};

// Assigns input 4 to a slice of input 0: a ref or resource variable, or a
// tensor, whose updated copy is the output.
class StridedSliceAssign : StridedBase {
 public:
  StridedSliceAssign(OpKernelConstruction* c, bool variable)
      : StridedBase(c), variable_(variable) {}

  Status Compute(KernelContext* c) {
    if (!variable_) {
      const Tensor& input = c->Input(0);
      StridedSelection selection;
      TF_RETURN_IF_ERROR(Check(c, input.shape(), &selection));
      Tensor* output;
      TF_RETURN_IF_ERROR(c->OutputOrForward({0}, 0, input.shape(), &output));
      if (!output->SharesBufferWith(input)) {
        TF_RETURN_IF_ERROR(c->CopyTensor(input, *output));
      }
      return Assign(c, selection, *output);
    }
    LockedVariables variables;
    TF_RETURN_IF_ERROR(variables.Lock(c, {0}, /*use_locking=*/true));
    Tensor tensor;
    TF_RETURN_IF_ERROR(variables.GetForSparseUpdate(0, &tensor));
    if (tensor.dtype() != c->Input(4).dtype()) {
      return errors::InvalidArgument("l-value dtype ",
                                     DataTypeString(tensor.dtype()),
                                     " does not match r-value dtype ",
                                     DataTypeString(c->Input(4).dtype()));
    }
    StridedSelection selection;
    TF_RETURN_IF_ERROR(Check(c, tensor.shape(), &selection));
    ForwardRef(c, 0, 0);
    return Assign(c, selection, tensor);
  }

 private:
  Status Check(KernelContext* c, const TensorShape& shape,
               StridedSelection* selection) const {
    TF_RETURN_IF_ERROR(Select(c, shape, selection));
    const TensorShape& value = c->Input(4).shape();
    if (selection->processing_shape.num_elements() > 0 &&
        selection->final_shape != value) {
      return errors::Unimplemented(
          "sliced l-value shape ", selection->final_shape.DebugString(),
          " does not match r-value shape ", value.DebugString(),
          ". Automatic broadcasting not yet implemented.");
    }
    return OkStatus();
  }

  static Status Assign(KernelContext* c, const StridedSelection& selection,
                       const Tensor& tensor) {
    if (selection.processing_shape.num_elements() == 0) return OkStatus();
    Tensor value = c->Input(4);
    TF_RETURN_IF_ERROR(ReadApart(c, tensor, &value));
    return CopyView(c, selection.Whole(value), selection.Of(tensor));
  }

  const bool variable_;
};

const Kernels kKernels({
    Row("Slice")
        .Types("T", kDeviceTypes)
        .Host({"begin", "size"})
        .Make<SliceKernel>(),
    Row("StridedSlice")
        .Types("T", kDeviceTypes)
        .Host({"begin", "end", "strides"})
        .Make<StridedSlice>(),
    Row("StridedSliceGrad")
        .Types("T", kDeviceTypes)
        .Host({"shape", "begin", "end", "strides"})
        .Make<StridedSliceGradient>(),
    Row("StridedSliceAssign")
        .Types("T", kDeviceTypes)
        .Host({"begin", "end", "strides"})
        .Make<StridedSliceAssign>(true),
    Row("ResourceStridedSliceAssign")
        .Types("T", kAllDeviceTypes)
        .Host({"ref", "begin", "end", "strides"})
        .Make<StridedSliceAssign>(true),
    Row("TensorStridedSliceUpdate")
        .Types("T", kDeviceTypes)
        .Host({"begin", "end", "strides"})
        .Make<StridedSliceAssign>(false),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
