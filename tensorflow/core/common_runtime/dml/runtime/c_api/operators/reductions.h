/* Reductions, scans and counts. */
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_REDUCTIONS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_REDUCTIONS_H_

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Of numbers but where noted. */
typedef enum dml_reduce_op DML_ENUM {
  DML_REDUCE_SUM = 0,        /* also complex; float16 sums up in float32 */
  DML_REDUCE_MEAN = 1,       /* also complex; empty: NaN for float, else 0 */
  DML_REDUCE_PRODUCT = 2,    /* also complex */
  DML_REDUCE_MAX = 3,        /* number; passes over NaN; empty: lowest value */
  DML_REDUCE_MIN = 4,        /* number; passes over NaN; empty: highest value */
  DML_REDUCE_ALL = 5,        /* bool */
  DML_REDUCE_ANY = 6,        /* bool */
  DML_REDUCE_SUM_SQUARE = 7, /* float, complex: of absolute values */
  DML_REDUCE_L2 = 8          /* the square root of that */
} dml_reduce_op;

/* Same rank; output sizes are 1 in the reduced dimensions and equal elsewhere.
 * Times `scale` (float only; 1.0 for none). */
DML_EXPORT dml_code dml_reduce(dml_device* device, dml_reduce_op op,
                               const dml_tensor* input,
                               const dml_tensor* output, double scale);

/* output = inputs[0] + inputs[1] + ..., added in this order; at least one
 * input. Equal types (float, complex, int32, int64) and sizes, and none has
 * gaps. Eight inputs are one launch, each seven more another; float16 sums up
 * in float32 within a launch. The output may be one of the first eight. */
DML_EXPORT dml_code dml_add_tensors(dml_device* device,
                                    const dml_tensor* const* inputs,
                                    uint32_t input_count,
                                    const dml_tensor* output);

typedef enum dml_arg_reduce_op DML_ENUM {
  DML_ARG_MAX = 0,
  DML_ARG_MIN = 1
} dml_arg_reduce_op;

/* Index of the first extreme element along `axis`; output int32 or int64, same
 * rank, size 1 in `axis`. A NaN is never picked unless all are (index 0). */
DML_EXPORT dml_code dml_arg_reduce(dml_device* device, dml_arg_reduce_op op,
                                   const dml_tensor* input, uint32_t axis,
                                   const dml_tensor* output);

typedef enum dml_scan_op DML_ENUM {
  DML_SCAN_SUM = 0,        /* TF's Cumsum */
  DML_SCAN_PRODUCT = 1,    /* TF's Cumprod */
  DML_SCAN_LOG_SUM_EXP = 2 /* the logarithm of the sum of exp(x); float */
} dml_scan_op;

/* output[.., i, ..] = the sum or product of input[.., j, ..] for all j <= i
 * along `axis`; j < i if `exclusive` (nothing: 0, 1, and for the logarithm of
 * nothing the type's lowest number); from the last element to the first if
 * `reverse`. Number or complex; equal sizes. float16 is accumulated in float32.
 */
DML_EXPORT dml_code dml_scan(dml_device* device, dml_scan_op op,
                             const dml_tensor* input, uint32_t axis,
                             int32_t exclusive, int32_t reverse,
                             const dml_tensor* output);

/* values: int32, rank 1; output: int32, rank 1:
 *   output[i] = how many of the values are i
 * Values outside of the output are not counted. */
DML_EXPORT dml_code dml_count_values(dml_device* device,
                                     const dml_tensor* values,
                                     const dml_tensor* output);

#ifdef __cplusplus
}
#endif

#endif
