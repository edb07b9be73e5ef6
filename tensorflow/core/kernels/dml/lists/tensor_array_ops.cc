#include "tensorflow/core/kernels/dml/lists/tensor_array_ops.h"

#include <algorithm>
#include <numeric>

namespace tensorflow {
namespace dml {

Status FindTensorArray(KernelContext* c, TensorArrayPtr* array) {
  OpKernelContext* const tf = c->tf();
  if (tf->input_dtype(0) == DT_RESOURCE) {
    return LookupResource(tf, HandleFromInput(tf, 0), array);
  }
  const Tensor handle = IsRefType(tf->input_dtype(0))
                            ? tf->mutable_input(0, /*lock_held=*/false)
                            : tf->input(0);
  if (handle.NumElements() != 2) {
    return errors::InvalidArgument(
        "Tensor array handle must be 2-element vector, but had shape: ",
        handle.shape().DebugString());
  }
  const auto parts = handle.flat<tstring>();
  TensorArray* found;
  TF_RETURN_IF_ERROR(
      LookUpInStep(tf, strings::StrCat(parts(0), parts(1)), &found));
  array->reset(found);
  return OkStatus();
}

Status OutputTensorArray(KernelContext* c, TensorArray* array) {
  OpKernelContext* const tf = c->tf();
  Tensor* output;
  if (tf->expected_output_dtype(0) == DT_RESOURCE) {
    TF_RETURN_IF_ERROR(c->Output(0, TensorShape({}), &output));
    output->scalar<ResourceHandle>()() = MakeStepHandle<TensorArray>(
        tf, strings::StrCat(array->container(), array->name()));
  } else {
    Tensor* handle;
    TF_RETURN_IF_ERROR(array->MakeHandle(tf, &handle));
    if (IsRefType(tf->expected_output_dtype(0))) {
      tf->set_output_ref(0, array->handle_mutex(), handle);
    } else {
      c->SetOutput(0, *handle);
    }
  }
  if (tf->num_outputs() < 2) return OkStatus();
  return c->Output(1, TensorShape({}), &output);
}

void ForwardFlow(KernelContext* c) {
  c->SetOutput(0, c->Input(c->num_inputs() - 1));
}

Status ReadIndices(KernelContext* c, int input, std::vector<int32>* indices) {
  const Tensor& tensor = c->Input(input);
  if (tensor.dims() != 1) {
    return errors::InvalidArgument(
        "Expected indices to be a vector, but received shape: ",
        tensor.shape().DebugString());
  }
  const auto values = tensor.vec<int32>();
  indices->assign(values.data(), values.data() + values.size());
  return OkStatus();
}

std::vector<int32> AllIndices(int32 count) {
  std::vector<int32> indices(std::max(count, 0));
  std::iota(indices.begin(), indices.end(), 0);
  return indices;
}

Status CheckWrite(const TensorArray& array, const Tensor& value) {
  if (value.dtype() == array.dtype()) return OkStatus();
  return errors::InvalidArgument(
      "TensorArray dtype is ", DataTypeString(array.dtype()),
      " but Op is trying to write dtype ", DataTypeString(value.dtype()), ".");
}

Status CheckRead(const TensorArray& array, DataType dtype) {
  if (dtype == array.dtype()) return OkStatus();
  return errors::InvalidArgument(
      "TensorArray dtype is ", DataTypeString(array.dtype()),
      " but Op requested dtype ", DataTypeString(dtype), ".");
}

std::vector<string> VersionsOf(const string& op) {
  return {op, op + "V2", op + "V3"};
}

}  // namespace dml
}  // namespace tensorflow
