// Lists of types for what hands tensors and references on.
#ifndef TENSORFLOW_CORE_KERNELS_DML_CONTROL_TYPE_LISTS_H_
#define TENSORFLOW_CORE_KERNELS_DML_CONTROL_TYPE_LISTS_H_

#include <algorithm>
#include <initializer_list>

#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {

inline TypeList With(TypeList types, std::initializer_list<DataType> more) {
  types.insert(types.end(), more);
  return types;
}

// For ops that have bool in host memory, where it steers control flow.
inline TypeList WithoutBool(TypeList types) {
  types.erase(std::remove(types.begin(), types.end(), DT_BOOL), types.end());
  return types;
}

// References in CUDA's types, not in more (variables/variable_ops.cc); some ops
// have a few others.
const TypeList kReferences = {
    DT_FLOAT, DT_HALF,  DT_DOUBLE, DT_BFLOAT16,  DT_INT8,       DT_INT16,
    DT_INT64, DT_UINT8, DT_UINT16, DT_COMPLEX64, DT_COMPLEX128, DT_BOOL};

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_KERNELS_DML_CONTROL_TYPE_LISTS_H_
