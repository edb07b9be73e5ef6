#include "tensorflow/core/kernels/dml/recurrent/block_cell.h"

#include <utility>

namespace tensorflow {
namespace dml {

Status CheckSizes(const char* name, const Tensor& tensor,
                  gtl::ArraySlice<int64> sizes) {
  if (tensor.shape() == TensorShape(sizes)) return Status::OK();
  return errors::InvalidArgument(name, " must have shape ",
                                 TensorShape(sizes).DebugString(), ", not ",
                                 tensor.shape().DebugString());
}

dml_tensor Rows(const dml_tensor& matrix, int64 begin, int64 count) {
  dml_tensor rows = matrix;
  const int64 bytes = matrix.type == DML_FLOAT16 ? 2 : 4;
  rows.data += begin * matrix.strides[0] * bytes;
  rows.sizes[0] = count;
  return rows;
}

dml_tensor Transposed(const dml_tensor& matrix) {
  dml_tensor result = matrix;
  std::swap(result.sizes[0], result.sizes[1]);
  std::swap(result.strides[0], result.strides[1]);
  return result;
}

Status Multiply(KernelContext* c, const dml_tensor& a, const dml_tensor& b,
                const dml_tensor& product, double beta) {
  DML_RETURN_IF_FAILED(dml_gemm(c->device(), &a, &b, &product, 1.0, beta,
                                /*bias=*/nullptr, DML_ACTIVATION_NONE));
  return Status::OK();
}

Status MultiplyBoth(KernelContext* c, const dml_tensor& x, const dml_tensor& h,
                    const dml_tensor& w, const dml_tensor& gates) {
  const int64 inputs = x.sizes[1], units = h.sizes[1];
  TF_RETURN_IF_ERROR(Multiply(c, x, Rows(w, 0, inputs), gates, 0));
  return Multiply(c, h, Rows(w, inputs, units), gates, 1);
}

Status RunBlockCell(KernelContext* c, dml_block_step step, uint32 flags,
                    const std::vector<dml_tensor>& tensors, double forget_bias,
                    double cell_clip) {
  std::vector<const dml_tensor*> pointers;
  for (const dml_tensor& tensor : tensors) {
    pointers.push_back(tensor.rank == 0 ? nullptr : &tensor);
  }
  DML_RETURN_IF_FAILED(dml_block_cell(c->device(), step, flags, pointers.data(),
                                      pointers.size(), forget_bias, cell_clip));
  return Status::OK();
}

}  // namespace dml
}  // namespace tensorflow
