// Tensor lists: a variant that holds tensors, which the gradients of
// functional loops (while_v2) keep their values in.
//
// TensorFlow's class is private to its library, but a variant can encode and
// decode itself, which for lists hands over the tensors without copying them.
#ifndef TENSORFLOW_CORE_KERNELS_DML_LISTS_TENSOR_LIST_H_
#define TENSORFLOW_CORE_KERNELS_DML_LISTS_TENSOR_LIST_H_

#include <vector>

#include "tensorflow/core/framework/partial_tensor_shape.h"
#include "tensorflow/core/framework/variant.h"
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {

// Types that TensorFlow's CPU kernels take for elements and the device holds.
const TypeList kListElementTypes = {
    DT_FLOAT, DT_HALF,      DT_DOUBLE,    DT_BFLOAT16, DT_INT8,
    DT_INT16, DT_INT32,     DT_INT64,     DT_UINT8,    DT_UINT16,
    DT_BOOL,  DT_COMPLEX64, DT_COMPLEX128};

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

#endif  // TENSORFLOW_CORE_KERNELS_DML_LISTS_TENSOR_LIST_H_
