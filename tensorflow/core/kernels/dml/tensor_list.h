// Tensor lists: a variant that holds tensors, which the gradients of
// functional loops (while_v2) keep their values in.
//
// TensorFlow's class is private to its library, but a variant can encode and
// decode itself, which for lists hands over the tensors without copying them.
#ifndef TENSORFLOW_CORE_KERNELS_DML_TENSOR_LIST_H_
#define TENSORFLOW_CORE_KERNELS_DML_TENSOR_LIST_H_

#include <vector>

#include "tensorflow/core/framework/partial_tensor_shape.h"
#include "tensorflow/core/framework/variant.h"
#include "tensorflow/core/kernels/dml/kernel.h"

namespace tensorflow {
namespace dml {

struct TensorList {
  PartialTensorShape element_shape;
  DataType element_dtype = DT_INVALID;
  int64 max_num_elements = -1;  // -1: no limit
  std::vector<Tensor> tensors;  // DT_INVALID: not written yet

  // InvalidArgument when `variant` holds no list.
  static Status FromVariant(const Variant& variant, TensorList* list);
  Status ToVariant(Variant* variant) const;
};

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_KERNELS_DML_TENSOR_LIST_H_
