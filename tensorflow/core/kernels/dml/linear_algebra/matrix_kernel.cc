#include "tensorflow/core/kernels/dml/linear_algebra/matrix_kernel.h"

#include <algorithm>
#include <string>

namespace tensorflow {
namespace dml {
namespace {

// The largest inner dimension of a kernel's inputs.
int64 LargestMatrix(OpKernelContext* c) {
  int64 largest = 0;
  for (int i = 0; i < c->num_inputs(); ++i) {
    const TensorShape& shape = c->input(i).shape();
    for (int d = std::max(shape.dims() - 2, 0); d < shape.dims(); ++d) {
      largest = std::max(largest, shape.dim_size(d));
    }
  }
  return largest;
}

}  // namespace

Dims AsMatrices(const Tensor& tensor) {
  Dims sizes = {1, tensor.dim_size(tensor.dims() - 2),
                tensor.dim_size(tensor.dims() - 1)};
  for (int d = 0; d < tensor.dims() - 2; ++d) sizes[0] *= tensor.dim_size(d);
  return sizes;
}

TensorShape BatchShape(const Tensor& tensor) {
  TensorShape shape = tensor.shape();
  shape.RemoveLastDims(2);
  return shape;
}

Status CheckMatrices(KernelContext* c) {
  const TensorShape& first = c->Input(0).shape();
  if (first.dims() < 2) {
    return errors::InvalidArgument("Input tensor 0 must have rank >= 2, got ",
                                   first.dims());
  }
  for (int i = 1; i < c->num_inputs(); ++i) {
    const TensorShape& other = c->Input(i).shape();
    if (other.dims() != first.dims()) {
      return errors::InvalidArgument(
          "All input tensors must have the same rank: input ", i, " is ",
          other.DebugString(), ", input 0 ", first.DebugString());
    }
    for (int d = 0; d < first.dims() - 2; ++d) {
      if (other.dim_size(d) != first.dim_size(d)) {
        return errors::InvalidArgument(
            "All input tensors must have the same outer dimensions: input ", i,
            " is ", other.DebugString(), ", input 0 ", first.DebugString());
      }
    }
  }
  return OkStatus();
}

Status CheckSquareMatrices(KernelContext* c) {
  TF_RETURN_IF_ERROR(CheckMatrices(c));
  const Tensor& matrix = c->Input(0);
  const Dims sizes = AsMatrices(matrix);
  if (sizes[1] != sizes[2]) {
    return errors::InvalidArgument("Input matrix must be square, got ",
                                   matrix.shape().DebugString());
  }
  if (c->num_inputs() > 1 && AsMatrices(c->Input(1))[1] != sizes[1]) {
    return errors::InvalidArgument(
        "Input matrix and rhs are incompatible: ", matrix.shape().DebugString(),
        " and ", c->Input(1).shape().DebugString());
  }
  return OkStatus();
}

dml_tensor Adjoint(const dml_tensor& matrices) {
  return Permute(matrices, {0, 2, 1});
}

Status ReadFlags(KernelContext* c, const Tensor& flags, Readings* readings) {
  readings->value = flags;
  if (flags.NumElements() <= 1) return OkStatus();
  TF_RETURN_IF_ERROR(
      c->Temporary(DT_INT32, TensorShape({1}), &readings->value));
  const dml_tensor all = Describe(flags), any = Describe(readings->value);
  DML_RETURN_IF_FAILED(
      dml_reduce(c->device(), DML_REDUCE_MAX, &all, &any, 1.0));
  return OkStatus();
}

void ReadNothing(Readings* readings) {
  readings->value = Tensor(DT_INT32, TensorShape({0}));
}

Status CheckFlag(const Tensor& value, const char* message) {
  if (value.NumElements() == 0 || value.flat<int32>()(0) == 0) {
    return OkStatus();
  }
  return errors::InvalidArgument(message);
}

HostOfLargeMatrices::HostOfLargeMatrices(OpKernelConstruction* c,
                                         DeviceLimit limits) {
  if (!c->status().ok()) return;
  const bool large = c->input_type(0) == DT_COMPLEX128;
  limit_ = large ? limits.of_complex128 : limits.on_gpu;
  if (OnSoftwareAdapter(c)) limit_ = limits.in_software;
  kernel_.reset(CreateHostFallback(c));
}

bool HostOfLargeMatrices::Compute(OpKernelContext* c) const {
  if (LargestMatrix(c) <= limit_) return false;
  TellOfHost(c->op_kernel().type_string() + " of matrices of more than " +
                 std::to_string(limit_) + " rows or columns",
             "The host is faster");
  kernel_->Compute(c);
  return true;
}

Row MatrixRow(const char* op) {
  return Row(op).Types("T", {DT_FLOAT, DT_DOUBLE, DT_COMPLEX64, DT_COMPLEX128});
}

}  // namespace dml
}  // namespace tensorflow
