/* The DML runtime's operators, each one function, in one header a family; the
 * rules that all follow are here.
 *
 * A function checks its arguments, enqueues the work and returns; the rules of
 * dml_runtime.h on errors, threads, order and addresses hold.
 *
 * Tensors are described as DirectML describes them: a data type, up to 8
 * sizes, and a stride for each, in elements. A stride of 0 repeats the
 * dimension (broadcast, inputs only); a negative one walks backwards from
 * `data`. Unless a function says otherwise:
 *   - any strides are taken, and inputs are broadcast only by stride 0: sizes
 *     must match exactly;
 *   - an output may be the very tensor of an input (same data, sizes and
 *     strides), but must not overlap an input otherwise;
 *   - a tensor with a size of 0 is empty: functions whose outputs are all
 *     empty enqueue nothing; reductions of empty ranges give the identity;
 *   - DML_BOOL is one byte, 0 or 1; float16 is computed in float32.
 * No pointer may be null but those marked DML_NULLABLE. DML_UNIMPLEMENTED:
 * there is no program for these data types.
 *
 * The enums' numbers are shared with the shaders: append, never renumber. The
 * build makes the functions' definitions, the Python binding and the page from
 * these headers; c_api/api_schema.py says what it reads in them.
 */
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_DML_OPERATORS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_DML_OPERATORS_H_

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_tensor.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/operators/convolution.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/operators/copies.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/operators/elementwise.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/operators/images.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/operators/indexing.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/operators/linear_algebra.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/operators/normalization.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/operators/optimizers.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/operators/pooling.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/operators/products.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/operators/random.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/operators/recurrent.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/operators/reductions.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/operators/softmax.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/operators/sorting.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/operators/spectral.h"

#endif /* TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_DML_OPERATORS_H_ */
