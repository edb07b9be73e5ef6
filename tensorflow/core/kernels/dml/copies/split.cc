// Split, SplitV and Unpack.
#include "tensorflow/core/kernels/dml/parts.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/views.h"

namespace tensorflow {
namespace dml {
namespace {

Status CheckAxis(int64 given, int rank, int* axis) {
  if (given < -rank || given >= rank) {
    return errors::InvalidArgument("-input rank(-", rank,
                                   ") <= split_dim < input rank (", rank,
                                   "), but got ", given);
  }
  *axis = given < 0 ? given + rank : given;
  return OkStatus();
}

// Output i takes the next sizes[i] elements along `axis`.
Status SplitBy(KernelContext* c, const Tensor& input, int axis,
               gtl::ArraySlice<int64> sizes) {
  const bool share = axis == 0 && RowsAreAligned(input);
  Parts parts(input, axis);
  TensorShape shape = input.shape();
  int64 begin = 0;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (share) {
      c->SetOutput(i, input.Slice(begin, begin + sizes[i]));
    } else {
      shape.set_dim(axis, sizes[i]);
      Tensor* output;
      TF_RETURN_IF_ERROR(c->Output(i, shape, &output));
      parts.Add(*output);
    }
    begin += sizes[i];
  }
  return parts.Split(c);
}

// Inputs: split_dim (host), value.
class Split {
 public:
  explicit Split(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(1);
    if (c->Input(0).dims() != 0) {
      return errors::InvalidArgument("split_dim must be a scalar but has rank ",
                                     c->Input(0).dims());
    }
    int64 given;
    TF_RETURN_IF_ERROR(c->HostInteger(0, &given));
    int axis = 0;
    TF_RETURN_IF_ERROR(CheckAxis(given, input.dims(), &axis));
    const int count = c->tf()->num_outputs();
    const int64 size = input.dim_size(axis);
    if (size % count != 0) {
      return errors::InvalidArgument(
          "Number of ways to split should evenly divide the split dimension, "
          "but got split_dim ",
          axis, " (size = ", size, ") and num_split ", count);
    }
    if (count == 1) {
      c->SetOutput(0, input);
      return OkStatus();
    }
    return SplitBy(c, input, axis, Dims(count, size / count));
  }
};

// Inputs: value, size_splits, split_dim (both host). One size may be -1: what
// the others leave.
class SplitV {
 public:
  explicit SplitV(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    const int count = c->tf()->num_outputs();
    if (c->Input(2).NumElements() != 1) {
      return errors::InvalidArgument(
          "split_dim_tensor must have exactly one element.");
    }
    int64 given;
    TF_RETURN_IF_ERROR(c->HostInteger(2, &given));
    if (c->Input(1).dims() != 1 || c->Input(1).NumElements() != count) {
      return errors::InvalidArgument(
          "size of the split_tensor must be 1-D and have the same elements as "
          "outputs got ",
          c->Input(1).dims(), " -D and ", c->Input(1).NumElements(),
          " elements");
    }
    int axis = 0;
    TF_RETURN_IF_ERROR(CheckAxis(given, input.dims(), &axis));
    Dims sizes;
    TF_RETURN_IF_ERROR(c->HostIntegers(1, &sizes));
    TF_RETURN_IF_ERROR(Complete(input.dim_size(axis), &sizes));
    if (count == 1) {
      c->SetOutput(0, input);
      return OkStatus();
    }
    return SplitBy(c, input, axis, sizes);
  }

 private:
  static Status Complete(int64 total, Dims* sizes) {
    if (sizes->size() == 1 && (*sizes)[0] != -1 && (*sizes)[0] != total) {
      return errors::InvalidArgument(
          "If there is only one output, it must have the same size as the "
          "input. Input size: ",
          total, " output size: ", (*sizes)[0]);
    }
    int64 determined = 0;
    int64* open = nullptr;
    for (int64& size : *sizes) {
      if (size == -1) {
        if (open != nullptr) {
          return errors::InvalidArgument(
              "There can only be one -1 in the "
              "input.");
        }
        open = &size;
      } else if (size < 0) {
        return errors::InvalidArgument("Split size must be >= 0 or -1. Got: ",
                                       size);
      } else {
        determined += size;
      }
    }
    if (open != nullptr ? determined > total : determined != total) {
      return errors::InvalidArgument(
          "Determined shape must either match input shape along split_dim "
          "exactly if fully specified, or be less than the size of the input "
          "along split_dim if not fully specified.  Got: ",
          determined);
    }
    if (open != nullptr) *open = total - determined;
    return OkStatus();
  }
};

class Unpack {
 public:
  explicit Unpack(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("axis", &axis_));
  }

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    const int rank = input.dims();
    const int count = c->tf()->num_outputs();
    const int axis = axis_ < 0 ? axis_ + rank : axis_;
    if (axis < 0 || axis >= rank) {
      return errors::InvalidArgument("axis = ", axis_, " not in [", -rank, ", ",
                                     rank, ")");
    }
    if (input.dim_size(axis) != count) {
      return errors::InvalidArgument("Input shape axis ", axis, " must equal ",
                                     count, ", got shape ",
                                     input.shape().DebugString());
    }
    TensorShape shape = input.shape();
    shape.RemoveDim(axis);
    const bool share = axis == 0 && RowsAreAligned(input);
    Parts parts(input, axis);
    for (int i = 0; i < count; ++i) {
      if (share) {
        TF_RETURN_IF_ERROR(
            c->SetOutputReshaped(i, input.Slice(i, i + 1), shape));
        continue;
      }
      Tensor* output;
      TF_RETURN_IF_ERROR(c->Output(i, shape, &output));
      parts.Add(*output);
    }
    return parts.Split(c);
  }

 private:
  int axis_;
};

const Kernels kKernels({
    Row("Split").Types("T", kDeviceTypes).Host({"split_dim"}).Make<Split>(),
    Row("SplitV")
        .Types("T", kDeviceTypes)
        .Types("Tlen", kIndices)
        .Host({"size_splits", "split_dim"})
        .Make<SplitV>(),
    Row("Unpack").Types("T", kDeviceTypes).Make<Unpack>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
