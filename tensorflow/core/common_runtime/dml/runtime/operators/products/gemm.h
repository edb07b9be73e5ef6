// What the products of real and of complex matrices share.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_PRODUCTS_GEMM_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_PRODUCTS_GEMM_H_

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/tensor.h"

namespace dml {

// Types and sizes of checked tensors fit c = a x b + bias; `bias` may be null.
// `name` is for messages.
Status CheckProduct(const char* name, const dml_tensor* a, const dml_tensor* b,
                    const dml_tensor* c, const dml_tensor* bias);

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_PRODUCTS_GEMM_H_
