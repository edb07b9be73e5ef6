// Products of a vector and a matrix of few columns. See vector_product.comp.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_PRODUCTS_VECTOR_PRODUCT_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_PRODUCTS_VECTOR_PRODUCT_H_

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_tensor.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/context.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/products/products_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/products/tile_table.h"

namespace dml {

// Whether [m, n] leaves nearly all of a tile unused, and is a vector.
bool IsVectorProduct(const TileConfig& tile, int64_t m, int64_t n);

// c = a x b, of shapes as `gemm` has them, with m = 1; `c` is all of the
// result.
Status VectorProduct(OperatorContext& context, const GemmParameters& gemm,
                     const dml_tensor& a, const dml_tensor& b,
                     const dml_tensor& c);

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_PRODUCTS_VECTOR_PRODUCT_H_
