// Tensor lists whose tensors live on the device. Ops that only move handles are
// the stock CPU kernels; those that read, join or split tensors are here.
#include <utility>
#include <vector>

#include "tensorflow/core/kernels/dml/fill.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/tensor_list.h"
#include "tensorflow/core/kernels/dml/views.h"

namespace tensorflow {
namespace dml {
namespace {

Status ReadList(KernelContext* c, int input, DataType element_dtype,
                TensorList* list) {
  const Tensor& handle = c->Input(input);
  if (handle.dims() != 0) {
    return errors::InvalidArgument(
        "Input handle is not a scalar list, but of "
        "shape ",
        handle.shape().DebugString());
  }
  TF_RETURN_IF_ERROR(TensorList::FromVariant(handle.scalar<Variant>()(), list));
  if (list->element_dtype != element_dtype) {
    return errors::InvalidArgument(
        "Invalid data types; op elements ", DataTypeString(element_dtype),
        " but list elements ", DataTypeString(list->element_dtype));
  }
  return Status::OK();
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

// Handles for lists, in host memory.
Status NewHandles(KernelContext* c, const TensorShape& shape, Tensor* handles) {
  AllocatorAttributes on_host;
  on_host.set_on_host(true);
  return c->tf()->allocate_temp(DT_VARIANT, shape, handles, on_host);
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

// The shape of tensors not written yet: what the list, the op's input and the
// tensors that there are agree on.
Status ElementShape(KernelContext* c, const TensorList& list, int input,
                    TensorShape* shape) {
  PartialTensorShape wanted;
  TF_RETURN_IF_ERROR(ReadShape(c, input, &wanted));
  PartialTensorShape merged;
  TF_RETURN_IF_ERROR(wanted.MergeWith(list.element_shape, &merged));
  for (const Tensor& tensor : list.tensors) {
    if (merged.IsFullyDefined()) break;
    if (tensor.dtype() == DT_INVALID) continue;
    const PartialTensorShape before = merged;
    TF_RETURN_IF_ERROR(before.MergeWith(tensor.shape(), &merged));
  }
  if (!merged.AsTensorShape(shape)) {
    return errors::InvalidArgument(
        "Tried to read tensors of a list that are not written yet, and their "
        "shape is not fully known: ",
        merged.DebugString());
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
  // Joins `tensors` along a new first dimension.
  Status Stack(KernelContext* c, const std::vector<Tensor>& tensors,
               TensorShape shape) {
    shape.InsertDim(0, tensors.size());
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    if (shape.num_elements() == 0) return Status::OK();
    for (size_t i = 0; i < tensors.size(); ++i) {
      TF_RETURN_IF_ERROR(CopyToRows(c, tensors[i], *output, i, 1));
    }
    return Status::OK();
  }

  // Element `index` of the list as output `output`.
  Status Get(KernelContext* c, const TensorList& list, int64 index,
             int shape_input, int output) {
    const Tensor& tensor = list.tensors[index];
    if (tensor.dtype() != DT_INVALID) {
      c->SetOutput(output, tensor);
      return Status::OK();
    }
    TensorShape shape;
    TF_RETURN_IF_ERROR(ElementShape(c, list, shape_input, &shape));
    Tensor* zeros;
    TF_RETURN_IF_ERROR(c->Output(output, shape, &zeros));
    return FillZero(c, *zeros);
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
    TensorShape shape;
    TF_RETURN_IF_ERROR(ElementShape(c, list, 1, &shape));
    return Stack(c, list.tensors, shape);
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
    TensorShape shape;
    TF_RETURN_IF_ERROR(ElementShape(c, list, 2, &shape));
    return Stack(c, picked, shape);
  }
};

class TensorListGetItem : public ListKernel {
 public:
  using ListKernel::ListKernel;

  Status Compute(KernelContext* c) {
    TensorList list;
    TF_RETURN_IF_ERROR(ReadList(c, 0, element_dtype_, &list));
    int64 index;
    TF_RETURN_IF_ERROR(c->HostInteger(1, &index));
    if (index < 0 || index >= static_cast<int64>(list.tensors.size())) {
      return errors::InvalidArgument("Trying to access element ", index,
                                     " in a list with ", list.tensors.size(),
                                     " elements.");
    }
    return Get(c, list, index, 2, 0);
  }
};

class TensorListPopBack : public ListKernel {
 public:
  using ListKernel::ListKernel;

  Status Compute(KernelContext* c) {
    TensorList list;
    TF_RETURN_IF_ERROR(ReadList(c, 0, element_dtype_, &list));
    if (list.tensors.empty()) {
      return errors::InvalidArgument("Trying to pop from an empty list.");
    }
    TF_RETURN_IF_ERROR(Get(c, list, list.tensors.size() - 1, 1, 1));
    list.tensors.pop_back();
    return WriteList(c, 0, list);
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
    if (tensor.dims() == 0) {
      return errors::InvalidArgument(
          "Tensor must be at least a vector, but "
          "saw shape: ",
          tensor.shape().DebugString());
    }
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
    int64 count = 0;
    if (into_existing_) {
      TF_RETURN_IF_ERROR(ReadList(c, 0, element_dtype_, &list));
      count = list.tensors.size();
    } else {
      list.element_dtype = element_dtype_;
      TF_RETURN_IF_ERROR(ReadShape(c, 2, &list.element_shape));
      if (c->num_inputs() > 3) TF_RETURN_IF_ERROR(c->HostInteger(3, &count));
    }
    if (tensor.dims() == 0 ||
        tensor.dim_size(0) != static_cast<int64>(indices.size())) {
      return errors::InvalidArgument(
          "Expected as many indices as rows of the tensor, not ",
          indices.size(), " for shape ", tensor.shape().DebugString());
    }
    const bool fixed = into_existing_ ? false : count > 0;
    for (const int64 index : indices) {
      if (index < 0 || (fixed && index >= count)) {
        return errors::InvalidArgument("Trying to scatter to element ", index,
                                       " of a list of ", count);
      }
      if (index >= static_cast<int64>(list.tensors.size())) {
        list.tensors.resize(index + 1, Tensor(DT_INVALID));
      }
    }
    if (count > static_cast<int64>(list.tensors.size())) {
      list.tensors.resize(count, Tensor(DT_INVALID));
    }
    TensorShape shape = tensor.shape();
    shape.RemoveDim(0);
    if (!list.element_shape.IsCompatibleWith(shape)) {
      return errors::InvalidArgument(
          "Specified a list with shape ", list.element_shape.DebugString(),
          " from a tensor with shape ", shape.DebugString());
    }
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
    Dims lengths;
    TF_RETURN_IF_ERROR(c->HostIntegers(2, &lengths));
    int64 total = 0;
    for (const int64 length : lengths) {
      if (length < 0) {
        return errors::InvalidArgument("Invalid value in lengths: ", length);
      }
      total += length;
    }
    if (tensor.dims() == 0 || total != tensor.dim_size(0)) {
      return errors::InvalidArgument("The lengths add up to ", total,
                                     ", but the tensor's shape is ",
                                     tensor.shape().DebugString());
    }
    int64 row = 0;
    for (const int64 length : lengths) {
      TensorShape shape = tensor.shape();
      shape.set_dim(0, length);
      if (!list.element_shape.IsCompatibleWith(shape)) {
        return errors::InvalidArgument(
            "tensor part of shape ", shape.DebugString(),
            " does not match element_shape ", list.element_shape.DebugString());
      }
      Tensor part;
      TF_RETURN_IF_ERROR(CopyRows(c, tensor, row, length, shape, &part));
      list.tensors.push_back(part);
      row += length;
    }
    return WriteList(c, 0, list);
  }
};

// Joins a list's tensors along their first dimension, and tells their lengths.
class TensorListConcat : public ListKernel {
 public:
  using ListKernel::ListKernel;

  Status Compute(KernelContext* c) {
    TensorList list;
    TF_RETURN_IF_ERROR(ReadList(c, 0, element_dtype_, &list));
    Dims leading;
    if (c->num_inputs() > 2) TF_RETURN_IF_ERROR(c->HostIntegers(2, &leading));
    Tensor* lengths;
    TF_RETURN_IF_ERROR(c->Output(
        1, TensorShape({static_cast<int64>(list.tensors.size())}), &lengths));
    TensorShape shape;
    bool known = false;
    for (const Tensor& tensor : list.tensors) {
      if (tensor.dtype() == DT_INVALID) continue;
      if (tensor.dims() == 0) {
        return errors::InvalidArgument(
            "Concat requires elements to be at least vectors, found a scalar");
      }
      TensorShape rest = tensor.shape();
      rest.RemoveDim(0);
      if (known && !(rest == shape)) {
        return errors::InvalidArgument(
            "Tried to concat tensors of unequal "
            "shapes: ",
            shape.DebugString(), " vs ", rest.DebugString());
      }
      shape = rest;
      known = true;
    }
    if (!known) {
      PartialTensorShape rest = list.element_shape;
      if (rest.unknown_rank() && c->num_inputs() > 1) {
        TF_RETURN_IF_ERROR(ReadShape(c, 1, &rest));
      }
      if (!rest.unknown_rank() && rest.dims() > 0) rest.RemoveDim(0);
      if (!rest.AsTensorShape(&shape)) {
        return errors::InvalidArgument(
            "All except the first dimension must be fully defined when "
            "concating an empty tensor list. element_shape: ",
            rest.DebugString());
      }
    }
    int64 total = 0;
    for (size_t i = 0; i < list.tensors.size(); ++i) {
      const Tensor& tensor = list.tensors[i];
      int64 length;
      if (tensor.dtype() != DT_INVALID) {
        length = tensor.dim_size(0);
      } else if (i < leading.size()) {
        length = leading[i];
      } else {
        return errors::InvalidArgument(
            "List contains uninitialized tensor at "
            "index ",
            i, " but leading_dims has only ", leading.size(), " elements.");
      }
      lengths->vec<int64>()(i) = length;
      total += length;
    }
    shape.InsertDim(0, total);
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    int64 row = 0;
    for (size_t i = 0; i < list.tensors.size(); ++i) {
      const int64 length = lengths->vec<int64>()(i);
      if (output->NumElements() > 0) {
        TF_RETURN_IF_ERROR(
            CopyToRows(c, list.tensors[i], *output, row, length));
      }
      row += length;
    }
    return Status::OK();
  }
};

// Zeros like lists, and sums of lists, which gradients of lists need. Elements
// may be lists themselves.
class ZerosLikeList {
 public:
  explicit ZerosLikeList(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    Tensor zeros;
    TF_RETURN_IF_ERROR(ZerosLike(c, c->Input(0), &zeros));
    c->SetOutput(0, zeros);
    return Status::OK();
  }

 private:
  static Status ZerosLike(KernelContext* c, const Tensor& tensor,
                          Tensor* zeros) {
    if (tensor.dtype() != DT_VARIANT) {
      TF_RETURN_IF_ERROR(c->Temporary(tensor.dtype(), tensor.shape(), zeros));
      return FillZero(c, *zeros);
    }
    TF_RETURN_IF_ERROR(NewHandles(c, tensor.shape(), zeros));
    for (int64 i = 0; i < tensor.NumElements(); ++i) {
      TensorList list;
      TF_RETURN_IF_ERROR(
          TensorList::FromVariant(tensor.flat<Variant>()(i), &list));
      for (Tensor& element : list.tensors) {
        if (element.dtype() == DT_INVALID) continue;
        Tensor zero;
        TF_RETURN_IF_ERROR(ZerosLike(c, element, &zero));
        element = zero;
      }
      TF_RETURN_IF_ERROR(list.ToVariant(&zeros->flat<Variant>()(i)));
    }
    return Status::OK();
  }
};

class AddLists {
 public:
  explicit AddLists(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    Tensor sum = c->Input(0);
    for (int input = 1; input < c->num_inputs(); ++input) {
      TF_RETURN_IF_ERROR(Add(c, c->Input(input), &sum));
    }
    c->SetOutput(0, sum);
    return Status::OK();
  }

 private:
  // An absent tensor counts as zeros.
  static Status Add(KernelContext* c, const Tensor& other, Tensor* sum) {
    if (other.dtype() == DT_INVALID) return Status::OK();
    if (sum->dtype() == DT_INVALID) {
      *sum = other;
      return Status::OK();
    }
    if (!sum->shape().IsSameSize(other.shape())) {
      return errors::InvalidArgument(
          "Trying to add two tensors with incompatible element shapes ",
          sum->shape().DebugString(), " and ", other.shape().DebugString());
    }
    Tensor result;
    if (sum->dtype() == DT_VARIANT) {
      TF_RETURN_IF_ERROR(NewHandles(c, sum->shape(), &result));
      for (int64 i = 0; i < result.NumElements(); ++i) {
        TF_RETURN_IF_ERROR(AddList(c, sum->flat<Variant>()(i),
                                   other.flat<Variant>()(i),
                                   &result.flat<Variant>()(i)));
      }
    } else {
      TF_RETURN_IF_ERROR(c->Temporary(sum->dtype(), sum->shape(), &result));
      TF_RETURN_IF_ERROR(c->Elementwise(DML_ADD, {sum, &other}, result));
    }
    *sum = result;
    return Status::OK();
  }

  static Status AddList(KernelContext* c, const Variant& a, const Variant& b,
                        Variant* result) {
    TensorList sum;
    TensorList other;
    TF_RETURN_IF_ERROR(TensorList::FromVariant(a, &sum));
    TF_RETURN_IF_ERROR(TensorList::FromVariant(b, &other));
    if (other.element_dtype != sum.element_dtype) {
      return errors::InvalidArgument(
          "Trying to add two lists of tensors of different dtypes. One is ",
          DataTypeString(sum.element_dtype), " and the other is ",
          DataTypeString(other.element_dtype));
    }
    PartialTensorShape shape;
    if (!sum.element_shape.MergeWith(other.element_shape, &shape).ok()) {
      return errors::InvalidArgument(
          "Trying to add two lists of tensors with incompatible element "
          "shapes. One is ",
          sum.element_shape.DebugString(), " and the other is ",
          other.element_shape.DebugString());
    }
    sum.element_shape = shape;
    if (other.tensors.size() != sum.tensors.size()) {
      return errors::InvalidArgument(
          "Trying to add two lists of tensors with different lengths. One is ",
          sum.tensors.size(), " and the other is ", other.tensors.size());
    }
    for (size_t i = 0; i < sum.tensors.size(); ++i) {
      TF_RETURN_IF_ERROR(Add(c, other.tensors[i], &sum.tensors[i]));
    }
    return sum.ToVariant(result);
  }
};

const Kernels kRows({
    Row("EmptyTensorList").HostTwin({"handle"}),
    Row("TensorListReserve").HostTwin({"handle"}),
    Row("TensorListPushBack")
        .HostTwin({"input_handle", "tensor", "output_handle"}),
    Row("TensorListSetItem")
        .Types("element_dtype", kAllDeviceTypes)
        .HostTwin({"input_handle", "item", "output_handle"}),
    Row("TensorListLength").HostTwin({"input_handle"}),
    Row("TensorListElementShape").HostTwin({"input_handle"}),
    Row("TensorListResize").HostTwin({"input_handle", "output_handle"}),
    Row("TensorListConcatLists").HostTwin({"input_a", "input_b", "output"}),

    Row("TensorListStack")
        .Types("element_dtype", kAllDeviceTypes)
        .Host({"element_shape"})
        .Make<TensorListStack>(),
    Row("TensorListGather")
        .Types("element_dtype", kAllDeviceTypes)
        .Host({"indices", "element_shape"})
        .Make<TensorListGather>(),
    Row("TensorListGetItem")
        .Types("element_dtype", kAllDeviceTypes)
        .Host({"index", "element_shape"})
        .Make<TensorListGetItem>(),
    Row("TensorListPopBack")
        .Types("element_dtype", kAllDeviceTypes)
        .Host({"element_shape"})
        .Make<TensorListPopBack>(),
    Row("TensorListPopBack")
        .Types("element_dtype", {DT_VARIANT})
        .HostTwin({"input_handle", "output_handle", "tensor"}),
    Row("TensorListFromTensor")
        .Types("element_dtype", kAllDeviceTypes)
        .Host({"element_shape"})
        .Make<TensorListFromTensor>(),
    Row("TensorListScatter")
        .Types("element_dtype", kAllDeviceTypes)
        .Host({"indices", "element_shape"})
        .Make<TensorListScatter>(false),
    Row("TensorListScatterV2")
        .Types("element_dtype", kAllDeviceTypes)
        .Host({"indices", "element_shape", "num_elements"})
        .Make<TensorListScatter>(false),
    Row("TensorListScatterIntoExistingList")
        .Types("element_dtype", kAllDeviceTypes)
        .Host({"indices"})
        .Make<TensorListScatter>(true),
    Row("TensorListSplit")
        .Types("element_dtype", kAllDeviceTypes)
        .Host({"element_shape", "lengths"})
        .Make<TensorListSplit>(),
    Row("TensorListConcat")
        .Types("element_dtype", kAllDeviceTypes)
        .Host({"lengths"})
        .Make<TensorListConcat>(),
    Row("TensorListConcatV2")
        .Types("element_dtype", kAllDeviceTypes)
        .Host({"element_shape", "leading_dims", "lengths"})
        .Make<TensorListConcat>(),
    Row("ZerosLike").Types("T", {DT_VARIANT}).Make<ZerosLikeList>(),
    Row("AddN").Types("T", {DT_VARIANT}).Make<AddLists>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
