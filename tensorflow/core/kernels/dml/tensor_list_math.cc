// Zeros like tensor lists, and sums of lists, which gradients of loops need.
// Elements may be lists themselves.
#include "tensorflow/core/kernels/dml/fill.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/tensor_list.h"

namespace tensorflow {
namespace dml {
namespace {

// Handles for lists, in host memory.
Status NewHandles(KernelContext* c, const TensorShape& shape, Tensor* handles) {
  AllocatorAttributes on_host;
  on_host.set_on_host(true);
  return c->tf()->allocate_temp(DT_VARIANT, shape, handles, on_host);
}

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
    Row("ZerosLike").Types("T", {DT_VARIANT}).Make<ZerosLikeList>(),
    Row("AddN").Types("T", {DT_VARIANT}).Make<AddLists>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
