// Ops that make tensors of a list of parts of one tensor.
#include <algorithm>

#include "tensorflow/core/kernels/dml/lists/tensor_list_ops.h"
#include "tensorflow/core/kernels/dml/parts.h"
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

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
  if (tensor.dims() > 0) return OkStatus();
  return errors::InvalidArgument(
      "Tensor must be at least a vector, but saw shape: ",
      tensor.shape().DebugString());
}

// Rows [row, row + rows) of `tensor` as a tensor of its own.
Status CopyRows(KernelContext* c, const Tensor& tensor, int64 row, int64 rows,
                const TensorShape& shape, Tensor* copy) {
  TF_RETURN_IF_ERROR(c->Temporary(tensor.dtype(), shape, copy));
  if (copy->NumElements() == 0) return OkStatus();
  return c->CopyTensor(tensor.Slice(row, row + rows), *copy);
}

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
    return OkStatus();
  }
};

class TensorListFromTensor : public ListKernel {
 public:
  using ListKernel::ListKernel;

  Status Compute(KernelContext* c) {
    const Tensor& tensor = c->Input(0);
    TensorList list;
    list.element_dtype = element_dtype_;
    TF_RETURN_IF_ERROR(ReadPartialShape(c, 1, &list.element_shape));
    TF_RETURN_IF_ERROR(CheckAtLeastVector(tensor));
    TensorShape shape = tensor.shape();
    shape.RemoveDim(0);
    if (!list.element_shape.IsCompatibleWith(shape)) {
      return errors::InvalidArgument(
          "Specified a list with shape ", list.element_shape.DebugString(),
          " from a tensor with shape ", shape.DebugString());
    }
    Parts rows(tensor, 0);
    for (int64 i = 0; i < tensor.dim_size(0); ++i) {
      Tensor row;
      TF_RETURN_IF_ERROR(c->Temporary(tensor.dtype(), shape, &row));
      rows.Add(row);
      list.tensors.push_back(row);
    }
    TF_RETURN_IF_ERROR(rows.Split(c));
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
      TF_RETURN_IF_ERROR(ReadPartialShape(c, 2, &list.element_shape));
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
    TF_RETURN_IF_ERROR(ReadPartialShape(c, 1, &list.element_shape));
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
    if (shape.unknown_rank()) return OkStatus();
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
    if (shape.IsCompatibleWith(tensor)) return OkStatus();
    return errors::InvalidArgument(message);
  }
};

const Kernels kKernels({
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
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
