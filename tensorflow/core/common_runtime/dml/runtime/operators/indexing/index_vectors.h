// Vectors of indices, as gather_nd and scatter_nd take them:
// index_vectors.glsl.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_INDEXING_INDEX_VECTORS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_INDEXING_INDEX_VECTORS_H_

#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/tensor.h"

namespace dml {

// Indices [count, depth] of a fitting type are places in a tensor of `sizes`,
// which has `rows` elements.
Status CheckIndexVectors(const char* name, const int64_t* sizes,
                         const dml_tensor& indices, int64_t rows);

// Those sizes, as programs take them.
void CopySizes(const int64_t* sizes, const dml_tensor& indices, uint32_t* to);

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_INDEXING_INDEX_VECTORS_H_
