// Ops that make one tensor of the tensors of a list.
#include <vector>

#include "tensorflow/core/kernels/dml/lists/tensor_list_ops.h"
#include "tensorflow/core/kernels/dml/parts.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/zeros.h"

namespace tensorflow {
namespace dml {
namespace {

// What the op's shape input and the list agree on.
Status KnownShape(KernelContext* c, const TensorList& list, int input,
                  PartialTensorShape* shape) {
  PartialTensorShape wanted;
  TF_RETURN_IF_ERROR(ReadPartialShape(c, input, &wanted));
  return wanted.MergeWith(list.element_shape, shape);
}

// Narrows `shape` to what `tensors` agree with.
Status MergeShapes(const TensorList& list, gtl::ArraySlice<Tensor> tensors,
                   PartialTensorShape* shape) {
  if (list.element_shape.IsFullyDefined()) return OkStatus();  // they do
  for (const Tensor& tensor : tensors) {
    if (tensor.dtype() == DT_INVALID) continue;
    const PartialTensorShape before = *shape;
    TF_RETURN_IF_ERROR(before.MergeWith(tensor.shape(), shape));
  }
  return OkStatus();
}

// Writes `tensors`, one after the other, to `target`, which is not empty: each
// to `lengths[i]` of its rows, zeros where it is absent.
Status JoinRows(KernelContext* c, gtl::ArraySlice<Tensor> tensors,
                gtl::ArraySlice<int64> lengths, const Tensor& target) {
  const int64 row_elements = target.NumElements() / target.dim_size(0);
  Parts parts(target, 0);
  bool complete = true;
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (lengths[i] == 0) continue;
    if (tensors[i].dtype() == DT_INVALID) {
      complete = false;
      continue;
    }
    if (tensors[i].NumElements() != lengths[i] * row_elements) {
      return errors::InvalidArgument("A list's tensor of shape ",
                                     tensors[i].shape().DebugString(),
                                     " does not fit among its neighbours");
    }
    parts.Add(tensors[i]);
  }
  if (complete) return parts.Join(c);
  TF_RETURN_IF_ERROR(FillZero(c, target));
  int64 row = 0;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const int64 end = row + lengths[i];
    if (end > row && tensors[i].dtype() != DT_INVALID) {
      TF_RETURN_IF_ERROR(c->CopyTensor(tensors[i], target.Slice(row, end)));
    }
    row = end;
  }
  return OkStatus();
}

// Joins `tensors` along a new first dimension, as output 0.
Status Stack(KernelContext* c, const TensorList& list,
             const std::vector<Tensor>& tensors, int shape_input,
             const char* verb, const char* only_unwritten) {
  PartialTensorShape known;
  TF_RETURN_IF_ERROR(KnownShape(c, list, shape_input, &known));
  if (tensors.empty() && !known.IsFullyDefined()) {
    return errors::InvalidArgument("Tried to ", verb,
                                   " elements of an empty list with "
                                   "non-fully-defined element_shape: ",
                                   known.DebugString());
  }
  TF_RETURN_IF_ERROR(MergeShapes(list, tensors, &known));
  TensorShape shape;
  if (!known.AsTensorShape(&shape)) {
    return errors::InvalidArgument(
        "Tried to ", verb, only_unwritten,
        " non-fully-defined element_shape: ", known.DebugString());
  }
  shape.InsertDim(0, tensors.size());
  Tensor* output;
  TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
  if (shape.num_elements() == 0) return OkStatus();
  return JoinRows(c, tensors, Dims(tensors.size(), 1), *output);
}

class TensorListStack : public ListKernel {
 public:
  explicit TensorListStack(OpKernelConstruction* c) : ListKernel(c) {
    OP_REQUIRES_OK(c, c->GetAttr("num_elements", &num_elements_));
  }

  Status Compute(KernelContext* c) {
    TensorList list;
    TF_RETURN_IF_ERROR(ReadList(c, 0, element_dtype_, &list));
    const int64 count = list.tensors.size();
    if (num_elements_ != -1 && count != num_elements_) {
      return errors::InvalidArgument(
          "Operation expected a list with ", num_elements_,
          " elements but got a list with ", count, " elements.");
    }
    return Stack(c, list, list.tensors, 1, "stack",
                 " list which only contains uninitialized tensors and has a");
  }

 private:
  int num_elements_;
};

class TensorListGather : public ListKernel {
 public:
  using ListKernel::ListKernel;

  Status Compute(KernelContext* c) {
    TensorList list;
    TF_RETURN_IF_ERROR(ReadList(c, 0, element_dtype_, &list));
    Dims indices;
    TF_RETURN_IF_ERROR(c->HostIntegers(1, &indices));
    std::vector<Tensor> picked;
    for (const int64 index : indices) {
      if (index < 0 || index >= static_cast<int64>(list.tensors.size())) {
        return errors::InvalidArgument("Trying to gather element ", index,
                                       " in a list with ", list.tensors.size(),
                                       " elements.");
      }
      picked.push_back(list.tensors[index]);
    }
    return Stack(c, list, picked, 2, "gather",
                 " uninitialized tensors from a list with");
  }
};

// Joins a list's tensors along their first dimension, and tells their lengths.
// Inputs: the list and, in version 2, element_shape and leading_dims (both
// host): the lengths of tensors that are not written yet.
class TensorListConcat : public ListKernel {
 public:
  explicit TensorListConcat(OpKernelConstruction* c) : ListKernel(c) {
    if (c->HasAttr("element_shape")) {
      OP_REQUIRES_OK(c, c->GetAttr("element_shape", &element_shape_));
    }
  }

  Status Compute(KernelContext* c) {
    TensorList list;
    TF_RETURN_IF_ERROR(ReadList(c, 0, element_dtype_, &list));
    PartialTensorShape known = element_shape_;
    Dims leading;
    if (c->num_inputs() > 1) {
      TF_RETURN_IF_ERROR(KnownShape(c, list, 1, &known));
      TF_RETURN_IF_ERROR(c->HostIntegers(2, &leading));
    }
    int64 common_length = -1;
    TensorShape shape;
    TF_RETURN_IF_ERROR(Inspect(list, known, &common_length, &shape));
    const int64 count = list.tensors.size();
    Tensor* lengths;
    TF_RETURN_IF_ERROR(c->Output(1, TensorShape({count}), &lengths));
    int64 total = 0;
    for (int64 i = 0; i < count; ++i) {
      int64 length;
      if (list.tensors[i].dtype() != DT_INVALID) {
        length = list.tensors[i].dim_size(0);
      } else if (i < static_cast<int64>(leading.size())) {
        length = leading[i];
      } else if (common_length != -1) {
        length = common_length;
      } else {
        return errors::InvalidArgument(
            "List contains uninitialized tensor at index ", i,
            " but leading_dims has only ", leading.size(), " elements.");
      }
      lengths->vec<int64>()(i) = length;
      total += length;
    }
    shape.InsertDim(0, total);
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    if (output->NumElements() == 0) return OkStatus();
    return JoinRows(c, list.tensors,
                    {lengths->vec<int64>().data(), static_cast<size_t>(count)},
                    *output);
  }

 private:
  // The tensors' shape but for the first dimension, and that dimension where
  // the known shape or all tensors agree on it, else -1.
  static Status Inspect(const TensorList& list, PartialTensorShape known,
                        int64* common_length, TensorShape* rest_shape) {
    int64 length = -1;
    PartialTensorShape rest;
    if (!known.unknown_rank()) {
      if (known.dims() == 0) {
        return errors::InvalidArgument(
            "Concat requires elements to be at least vectors, found scalars "
            "instead.");
      }
      length = known.dim_size(0);
      rest = known;
      rest.RemoveDim(0);
    }
    if (list.tensors.empty() && !rest.IsFullyDefined()) {
      return errors::InvalidArgument(
          "All except the first dimension must be fully defined when concating "
          "an empty tensor list. element_shape: ",
          rest.DebugString());
    }
    const int64 fixed = length;
    bool agree = true;
    for (size_t i = 0; i < list.tensors.size(); ++i) {
      const Tensor& tensor = list.tensors[i];
      if (tensor.dtype() == DT_INVALID) continue;
      if (tensor.dims() == 0) {
        return errors::InvalidArgument("Concat saw a scalar shape at index ", i,
                                       " but requires at least vectors.");
      }
      TensorShape shape = tensor.shape();
      shape.RemoveDim(0);
      const PartialTensorShape before = rest;
      TF_RETURN_IF_ERROR(before.MergeWith(shape, &rest));
      if (fixed != -1 && tensor.dim_size(0) != fixed) {
        return errors::InvalidArgument(
            "First entry of element_shape input does not match the first dim "
            "of list element at index: ",
            i, " Expected: ", fixed, " Actual: ", tensor.dim_size(0));
      }
      agree = agree && (length == -1 || length == tensor.dim_size(0));
      length = tensor.dim_size(0);
    }
    *common_length = agree ? length : -1;
    if (rest.AsTensorShape(rest_shape)) return OkStatus();
    return errors::InvalidArgument(
        "Trying to concat list with only uninitialized tensors but "
        "element_shape_except_first_dim_ is not fully defined: ",
        rest.DebugString());
  }

  PartialTensorShape element_shape_;
};

const Kernels kKernels({
    Row("TensorListStack")
        .Types("element_dtype", kListElementTypes)
        .Host({"element_shape"})
        .Make<TensorListStack>(),
    Row("TensorListGather")
        .Types("element_dtype", kListElementTypes)
        .Host({"indices", "element_shape"})
        .Make<TensorListGather>(),
    Row("TensorListConcat")
        .Types("element_dtype", kListElementTypes)
        .Host({"lengths"})
        .Make<TensorListConcat>(),
    Row("TensorListConcatV2")
        .Types("element_dtype", kListElementTypes)
        .Host({"element_shape", "leading_dims", "lengths"})
        .Make<TensorListConcat>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
