// What the kernels that read, join or split the tensors of lists share.
#ifndef TENSORFLOW_CORE_KERNELS_DML_LISTS_TENSOR_LIST_OPS_H_
#define TENSORFLOW_CORE_KERNELS_DML_LISTS_TENSOR_LIST_OPS_H_

#include "tensorflow/core/kernels/dml/kernel.h"
#include "tensorflow/core/kernels/dml/lists/tensor_list.h"

namespace tensorflow {
namespace dml {

// The list that a variant holds. InvalidArgument unless its elements are of
// `element_dtype`.
Status ListFromVariant(const Variant& variant, DataType element_dtype,
                       TensorList* list);
// The same of an input, which must be a scalar.
Status ReadList(KernelContext* c, int input, DataType element_dtype,
                TensorList* list);

// A shape input: -1 stands for what is unknown, as a scalar for everything.
Status ReadPartialShape(KernelContext* c, int input, PartialTensorShape* shape);

// The base of kernels whose attribute element_dtype is that of the list.
class ListKernel {
 public:
  explicit ListKernel(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("element_dtype", &element_dtype_));
  }

 protected:
  DataType element_dtype_;
};

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_KERNELS_DML_LISTS_TENSOR_LIST_OPS_H_
