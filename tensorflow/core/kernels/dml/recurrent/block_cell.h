// What the kernels of fused recurrent cells share.
#ifndef TENSORFLOW_CORE_KERNELS_DML_RECURRENT_BLOCK_CELL_H_
#define TENSORFLOW_CORE_KERNELS_DML_RECURRENT_BLOCK_CELL_H_

#include <vector>

#include "tensorflow/core/kernels/dml/kernel.h"

namespace tensorflow {
namespace dml {

// InvalidArgument, naming `name`, unless `tensor` has these sizes.
Status CheckSizes(const char* name, const Tensor& tensor,
                  gtl::ArraySlice<int64> sizes);

// gates = x times the first rows of w + h times the others: the product with
// [x, h], which is never put together.
Status MultiplyBoth(KernelContext* c, const dml_tensor& x, const dml_tensor& h,
                    const dml_tensor& w, const dml_tensor& gates);

// dml_block_cell(); tensors of rank 0 are absent.
Status RunBlockCell(KernelContext* c, dml_block_step step, uint32 flags,
                    const std::vector<dml_tensor>& tensors,
                    double forget_bias = 0, double cell_clip = 0);

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_KERNELS_DML_RECURRENT_BLOCK_CELL_H_
