#include "tensorflow/core/kernels/dml/lists/tensor_list_ops.h"

#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {

Status ListFromVariant(const Variant& variant, DataType element_dtype,
                       TensorList* list) {
  TF_RETURN_IF_ERROR(TensorList::FromVariant(variant, list));
  if (list->element_dtype == element_dtype) return OkStatus();
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

Status ReadPartialShape(KernelContext* c, int input,
                        PartialTensorShape* shape) {
  Dims sizes;
  TF_RETURN_IF_ERROR(c->HostIntegers(input, &sizes));
  if (c->Input(input).dims() == 0) {
    if (sizes[0] != -1) {
      return errors::InvalidArgument(
          "The only valid scalar shape tensor is the fully unknown shape "
          "specified as -1.");
    }
    *shape = PartialTensorShape();
    return OkStatus();
  }
  return PartialTensorShape::MakePartialShape(
      sizes.data(), static_cast<int>(sizes.size()), shape);
}

namespace {

// Ops that only move handles are TensorFlow's CPU kernels.
const Kernels kKernels({
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
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
