#include "tensorflow/core/kernels/dml/recurrent/block_cell.h"

#include "tensorflow/core/kernels/dml/recurrent/matrices.h"

namespace tensorflow {
namespace dml {

Status CheckSizes(const char* name, const Tensor& tensor,
                  gtl::ArraySlice<int64> sizes) {
  if (tensor.shape() == TensorShape(sizes)) return OkStatus();
  return errors::InvalidArgument(name, " must have shape ",
                                 TensorShape(sizes).DebugString(), ", not ",
                                 tensor.shape().DebugString());
}

Status MultiplyBoth(KernelContext* c, const dml_tensor& x, const dml_tensor& h,
                    const dml_tensor& w, const dml_tensor& gates) {
  const int64 inputs = x.sizes[1], units = h.sizes[1];
  TF_RETURN_IF_ERROR(MultiplyMatrices(c, x, RowRange(w, 0, inputs), gates, 0));
  return MultiplyMatrices(c, h, RowRange(w, inputs, units), gates, 1);
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
  return OkStatus();
}

}  // namespace dml
}  // namespace tensorflow
