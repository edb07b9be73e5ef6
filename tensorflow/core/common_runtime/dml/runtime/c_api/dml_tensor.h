/* Tensors, as the operators of dml_operators.h take them. */
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_DML_TENSOR_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_DML_TENSOR_H_

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_runtime.h"

/* Marks the pointers that an operator takes null for. All others it refuses:
 * DML_INVALID_ARGUMENT, "gemm: a is null". */
#define DML_NULLABLE

#ifdef __cplusplus
extern "C" {
#endif

typedef enum dml_data_type DML_ENUM {
  DML_FLOAT32 = 0,
  DML_FLOAT16 = 1,
  DML_FLOAT64 = 2,
  DML_INT8 = 3,
  DML_INT16 = 4,
  DML_INT32 = 5,
  DML_INT64 = 6,
  DML_UINT8 = 7,
  DML_UINT16 = 8,
  DML_UINT32 = 9,
  DML_UINT64 = 10,
  DML_BOOL = 11,
  DML_COMPLEX64 = 12, /* two float32: the real part first */
  DML_COMPLEX128 = 13 /* two float64 */
} dml_data_type;

#define DML_MAX_RANK 8

typedef struct dml_tensor {
  uint64_t data; /* device address of the element at index 0 */
  uint32_t type; /* a dml_data_type */
  uint32_t rank; /* 0 to DML_MAX_RANK; 0: one element */
  int64_t sizes[DML_MAX_RANK];
  int64_t strides[DML_MAX_RANK]; /* elements */
} dml_tensor;

#ifdef __cplusplus
}
#endif

#endif /* TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_DML_TENSOR_H_ */
