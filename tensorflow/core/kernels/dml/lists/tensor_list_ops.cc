// Tensor lists whose tensors live on the device. Ops that only move handles are
// the stock CPU kernels; those that read, join or split tensors are here.
#include <algorithm>
#include <vector>

#include "tensorflow/core/kernels/dml/copies/fill.h"
#include "tensorflow/core/kernels/dml/lists/tensor_list.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/views.h"

namespace tensorflow {
namespace dml {
namespace {

Status ListFromVariant(const Variant& variant, DataType element_dtype,
                       TensorList* list) {
  TF_RETURN_IF_ERROR(TensorList::FromVariant(variant, list));
  if (list->element_dtype == element_dtype) return Status::OK();
  return errors::InvalidArgument(
      "Invalid data types; op elements ", DataTypeString(element_dtype),
      " but list elements ", DataTypeString(list->element_dtype));
}

Status ReadList(KernelContext* c, int input, DataType element_dtype,
                TensorList* list) {
  const Tensor& handle = c->Input(input);
  if (handle.dims() != 0) {
    return errors::InvalidArgument(
        "Input handle is not a scalar list, but of "
        "shape ",
        handle.shape().DebugString());
  }
  return ListFromVariant(handle.scalar<Variant>()(), element_dtype, list);
}

// The handles of tensors on the device are on the host.
Status WriteList(KernelContext* c, int output, const TensorList& list) {
  AllocatorAttributes on_host;
  on_host.set_on_host(true);
  Tensor* handle;
  TF_RETURN_IF_ERROR(
      c->tf()->allocate_output(output, TensorShape({}), &handle, on_host));
  return list.ToVariant(&handle->scalar<Variant>()());
}

Status CheckAtLeastVector(const Tensor& tensor) {
  if (tensor.dims() > 0) return Status::OK();
  return errors::InvalidArgument(
      "Tensor must be at least a vector, but saw shape: ",
      tensor.shape().DebugString());
}

// A shape input: -1 stands for what is unknown, as a scalar for everything.
Status ReadShape(KernelContext* c, int input, PartialTensorShape* shape) {
  Dims sizes;
  TF_RETURN_IF_ERROR(c->HostIntegers(input, &sizes));
  if (c->Input(input).dims() == 0) {
    if (sizes[0] != -1) {
      return errors::InvalidArgument(
          "The only valid scalar shape tensor is the fully unknown shape "
          "specified as -1.");
    }
    *shape = PartialTensorShape();
    return Status::OK();
  }
  return PartialTensorShape::MakePartialShape(
      sizes.data(), static_cast<int>(sizes.size()), shape);
}

// What the op's shape input and the list agree on.
Status KnownShape(KernelContext* c, const TensorList& list, int input,
                  PartialTensorShape* shape) {
  PartialTensorShape wanted;
  TF_RETURN_IF_ERROR(ReadShape(c, input, &wanted));
  return wanted.MergeWith(list.element_shape, shape);
}

// Narrows `shape` to what `tensors` agree with.
Status MergeShapes(const TensorList& list, gtl::ArraySlice<Tensor> tensors,
                   PartialTensorShape* shape) {
  if (list.element_shape.IsFullyDefined()) return Status::OK();  // they do
  for (const Tensor& tensor : tensors) {
    if (tensor.dtype() == DT_INVALID) continue;
    const PartialTensorShape before = *shape;
    TF_RETURN_IF_ERROR(before.MergeWith(tensor.shape(), shape));
  }
  return Status::OK();
}

// Writes `tensor`, or zeros where it is absent, to rows [row, row + rows) of
// `target`.
Status CopyToRows(KernelContext* c, const Tensor& tensor, const Tensor& target,
                  int64 row, int64 rows) {
  if (rows == 0) return Status::OK();
  const Tensor part = target.Slice(row, row + rows);
  if (tensor.dtype() == DT_INVALID) return FillZero(c, part);
  if (tensor.NumElements() != part.NumElements()) {
    return errors::InvalidArgument("A list's tensor of shape ",
                                   tensor.shape().DebugString(),
                                   " does not fit among its neighbours");
  }
  return c->CopyTensor(tensor, part);
}

// Rows [row, row + rows) of `tensor` as a tensor of its own.
Status CopyRows(KernelContext* c, const Tensor& tensor, int64 row, int64 rows,
                const TensorShape& shape, Tensor* copy) {
  TF_RETURN_IF_ERROR(c->Temporary(tensor.dtype(), shape, copy));
  if (copy->NumElements() == 0) return Status::OK();
  return c->CopyTensor(tensor.Slice(row, row + rows), *copy);
}

class ListKernel {
 public:
  explicit ListKernel(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("element_dtype", &element_dtype_));
  }

 protected:
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
    if (shape.num_elements() == 0) return Status::OK();
    for (size_t i = 0; i < tensors.size(); ++i) {
      TF_RETURN_IF_ERROR(CopyToRows(c, tensors[i], *output, i, 1));
    }
    return Status::OK();
  }

  DataType element_dtype_;
};

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

// Row b of a tensor becomes the last element of list b.
class TensorListPushBackBatch : public ListKernel {
 public:
  using ListKernel::ListKernel;

  Status Compute(KernelContext* c) {
    const Tensor& handles = c->Input(0);
    const Tensor& tensor = c->Input(1);
    TF_RETURN_IF_ERROR(CheckAtLeastVector(tensor));
    if (handles.dims() != 1) {
      return errors::InvalidArgument(
          "Expected input_handles to be a vector, but saw shape: ",
          handles.shape().DebugString());
    }
    const int64 batch = handles.NumElements();
    if (tensor.dim_size(0) != batch) {
      return errors::InvalidArgument(
          "Expected tensor.shape[0] == input_handles.size, but saw ",
          tensor.dim_size(0), " vs. ", batch);
    }
    TensorShape shape = tensor.shape();
    shape.RemoveDim(0);
    AllocatorAttributes on_host;
    on_host.set_on_host(true);
    Tensor* output;
    TF_RETURN_IF_ERROR(
        c->tf()->allocate_output(0, handles.shape(), &output, on_host));
    for (int64 b = 0; b < batch; ++b) {
      TensorList list;
      TF_RETURN_IF_ERROR(
          ListFromVariant(handles.flat<Variant>()(b), element_dtype_, &list));
      if (!list.element_shape.IsCompatibleWith(shape)) {
        return errors::InvalidArgument(
            "Tried to append a tensor with incompatible shape to a list at "
            "index ",
            b, ". Op element shape: ", shape.DebugString(),
            " list shape: ", list.element_shape.DebugString());
      }
      Tensor row;
      TF_RETURN_IF_ERROR(CopyRows(c, tensor, b, 1, shape, &row));
      list.tensors.push_back(row);
      TF_RETURN_IF_ERROR(list.ToVariant(&output->flat<Variant>()(b)));
    }
    return Status::OK();
  }
};

class TensorListFromTensor : public ListKernel {
 public:
  using ListKernel::ListKernel;

  Status Compute(KernelContext* c) {
    const Tensor& tensor = c->Input(0);
    TensorList list;
    list.element_dtype = element_dtype_;
    TF_RETURN_IF_ERROR(ReadShape(c, 1, &list.element_shape));
    TF_RETURN_IF_ERROR(CheckAtLeastVector(tensor));
    TensorShape shape = tensor.shape();
    shape.RemoveDim(0);
    if (!list.element_shape.IsCompatibleWith(shape)) {
      return errors::InvalidArgument(
          "Specified a list with shape ", list.element_shape.DebugString(),
          " from a tensor with shape ", shape.DebugString());
    }
    for (int64 i = 0; i < tensor.dim_size(0); ++i) {
      Tensor row;
      TF_RETURN_IF_ERROR(CopyRows(c, tensor, i, 1, shape, &row));
      list.tensors.push_back(row);
    }
    return WriteList(c, 0, list);
  }
};

// Rows of a tensor become elements `indices` of a new list, or of the list of
// input 0.
class TensorListScatter : public ListKernel {
 public:
  TensorListScatter(OpKernelConstruction* c, bool into_existing)
      : ListKernel(c), into_existing_(into_existing) {}

  Status Compute(KernelContext* c) {
    const int first = into_existing_ ? 1 : 0;
    const Tensor& tensor = c->Input(first);
    Dims indices;
    TF_RETURN_IF_ERROR(c->HostIntegers(first + 1, &indices));
    TensorList list;
    int64 limit = -1;
    if (into_existing_) {
      TF_RETURN_IF_ERROR(ReadList(c, 0, element_dtype_, &list));
    } else {
      list.element_dtype = element_dtype_;
      TF_RETURN_IF_ERROR(ReadShape(c, 2, &list.element_shape));
      if (c->num_inputs() > 3) TF_RETURN_IF_ERROR(c->HostInteger(3, &limit));
      if (limit < -1) {
        return errors::InvalidArgument(
            "TensorListScatter expects num_elements >= -1, found: ", limit);
      }
    }
    TF_RETURN_IF_ERROR(CheckAtLeastVector(tensor));
    if (tensor.dim_size(0) != static_cast<int64>(indices.size())) {
      return errors::InvalidArgument(
          "Invalid number of rows in input tensor. Expected: ", indices.size(),
          " Actual: ", tensor.dim_size(0));
    }
    TensorShape shape = tensor.shape();
    shape.RemoveDim(0);
    if (!list.element_shape.IsCompatibleWith(shape)) {
      return errors::InvalidArgument(
          "Specified a list with shape ", list.element_shape.DebugString(),
          " from a tensor with shape ", shape.DebugString());
    }
    int64 size = std::max<int64>(limit, list.tensors.size());
    for (const int64 index : indices) {
      if (index < 0) {
        return errors::InvalidArgument(
            "Indices in TensorListScatter must all be non-negative.");
      }
      if (limit != -1 && index >= limit) {
        return errors::InvalidArgument(
            "TensorListScatter: Trying to scatter at index ", index,
            " in list with size ", limit);
      }
      size = std::max(size, index + 1);
    }
    list.tensors.resize(size, Tensor(DT_INVALID));
    for (size_t i = 0; i < indices.size(); ++i) {
      TF_RETURN_IF_ERROR(
          CopyRows(c, tensor, i, 1, shape, &list.tensors[indices[i]]));
    }
    return WriteList(c, 0, list);
  }

 private:
  const bool into_existing_;
};

// Rows of a tensor, `lengths[i]` to element i.
class TensorListSplit : public ListKernel {
 public:
  using ListKernel::ListKernel;

  Status Compute(KernelContext* c) {
    const Tensor& tensor = c->Input(0);
    TensorList list;
    list.element_dtype = element_dtype_;
    TF_RETURN_IF_ERROR(ReadShape(c, 1, &list.element_shape));
    if (c->Input(2).dims() != 1) {
      return errors::InvalidArgument(
          "Expected lengths to be a vector, received shape: ",
          c->Input(2).shape().DebugString());
    }
    Dims lengths;
    TF_RETURN_IF_ERROR(c->HostIntegers(2, &lengths));
    TF_RETURN_IF_ERROR(CheckAtLeastVector(tensor));
    TF_RETURN_IF_ERROR(CheckRest(list.element_shape, tensor.shape()));
    const int64 rows = tensor.dim_size(0);
    int64 row = 0;
    for (const int64 length : lengths) {
      if (length < 0) {
        return errors::InvalidArgument("Invalid value in lengths: ", length);
      }
      if (length > rows - row) {
        return errors::InvalidArgument("Attempting to slice [", row, ", ",
                                       row + length,
                                       "] from tensor with length ", rows);
      }
      TensorShape shape = tensor.shape();
      shape.set_dim(0, length);
      Tensor part;
      TF_RETURN_IF_ERROR(CopyRows(c, tensor, row, length, shape, &part));
      list.tensors.push_back(part);
      row += length;
    }
    if (row != rows) {
      return errors::InvalidArgument(
          "Unused values in tensor. Length of tensor: ", rows,
          " Values used: ", row);
    }
    return WriteList(c, 0, list);
  }

 private:
  // The parts may have any length, but else the list's shape.
  static Status CheckRest(PartialTensorShape shape, TensorShape tensor) {
    if (shape.unknown_rank()) return Status::OK();
    if (shape.dims() == 0) {
      return errors::InvalidArgument(
          "TensorListSplit requires element_shape to be at least of rank 1, "
          "but saw: ",
          shape.DebugString());
    }
    const string message = strings::StrCat(
        "tensor shape ", tensor.DebugString(),
        " is not compatible with element_shape ", shape.DebugString());
    shape.RemoveDim(0);
    tensor.RemoveDim(0);
    if (shape.IsCompatibleWith(tensor)) return Status::OK();
    return errors::InvalidArgument(message);
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
    if (output->NumElements() == 0) return Status::OK();
    int64 row = 0;
    for (int64 i = 0; i < count; ++i) {
      const int64 length = lengths->vec<int64>()(i);
      TF_RETURN_IF_ERROR(CopyToRows(c, list.tensors[i], *output, row, length));
      row += length;
    }
    return Status::OK();
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
    if (rest.AsTensorShape(rest_shape)) return Status::OK();
    return errors::InvalidArgument(
        "Trying to concat list with only uninitialized tensors but "
        "element_shape_except_first_dim_ is not fully defined: ",
        rest.DebugString());
  }

  PartialTensorShape element_shape_;
};

const Kernels kRows({
    Row("EmptyTensorList").HostTwin({"handle"}),
    Row("TensorListReserve").HostTwin({"handle"}),
    Row("TensorListPushBack")
        .HostTwin({"input_handle", "tensor", "output_handle"}),
    Row("TensorListSetItem")
        .Types("element_dtype", kListElementTypes)
        .HostTwin({"input_handle", "item", "output_handle"}),
    Row("TensorListLength").HostTwin({"input_handle"}),
    Row("TensorListElementShape").HostTwin({"input_handle"}),
    Row("TensorListResize").HostTwin({"input_handle", "output_handle"}),
    Row("TensorListConcatLists").HostTwin({"input_a", "input_b", "output"}),

    Row("TensorListStack")
        .Types("element_dtype", kListElementTypes)
        .Host({"element_shape"})
        .Make<TensorListStack>(),
    Row("TensorListGather")
        .Types("element_dtype", kListElementTypes)
        .Host({"indices", "element_shape"})
        .Make<TensorListGather>(),
    Row("TensorListPushBackBatch")
        .Types("element_dtype", kListElementTypes)
        .Make<TensorListPushBackBatch>(),
    Row("TensorListFromTensor")
        .Types("element_dtype", kListElementTypes)
        .Host({"element_shape"})
        .Make<TensorListFromTensor>(),
    Row("TensorListScatter")
        .Types("element_dtype", kListElementTypes)
        .Host({"indices", "element_shape"})
        .Make<TensorListScatter>(false),
    Row("TensorListScatterV2")
        .Types("element_dtype", kListElementTypes)
        .Host({"indices", "element_shape", "num_elements"})
        .Make<TensorListScatter>(false),
    Row("TensorListScatterIntoExistingList")
        .Types("element_dtype", kListElementTypes)
        .Host({"indices"})
        .Make<TensorListScatter>(true),
    Row("TensorListSplit")
        .Types("element_dtype", kListElementTypes)
        .Host({"element_shape", "lengths"})
        .Make<TensorListSplit>(),
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
