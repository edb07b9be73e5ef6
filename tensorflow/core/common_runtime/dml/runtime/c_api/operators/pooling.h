/* Pooling and morphological dilation. */
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_POOLING_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_POOLING_H_

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct dml_pooling_attributes {
  uint32_t spatial_rank;
  int64_t window[3];
  int64_t strides[3];
  int64_t pad_before[3];
  int32_t propagate_nan; /* of max pooling and what belongs to it */
} dml_pooling_attributes;

/* Tensors [batch, channels, spatial...] as for convolution; float. Outputs must
 * not overlap inputs. Max: of the elements inside the input, passing over NaN;
 * -infinity where there are none. With `propagate_nan`, the first NaN of a
 * window counts as its maximum. */
DML_EXPORT dml_code dml_max_pool(dml_device* device,
                                 const dml_pooling_attributes* attributes,
                                 const dml_tensor* input,
                                 const dml_tensor* output);

/* As dml_max_pool, and where each maximum is: places, int64 of the output's
 * sizes, numbers the input's elements in the order [batch, spatial...,
 * channels], or [spatial..., channels] if not `with_batch`. Of equal elements
 * it tells the first, and that of the window where no element counts. */
DML_EXPORT dml_code dml_max_pool_argmax(
    dml_device* device, const dml_pooling_attributes* attributes,
    int32_t with_batch, const dml_tensor* input, const dml_tensor* output,
    const dml_tensor* places);

/* Each output's gradient goes to the first maximal element of its window.
 * `output` is what dml_max_pool made of `input`. */
DML_EXPORT dml_code dml_max_pool_gradient(
    dml_device* device, const dml_pooling_attributes* attributes,
    const dml_tensor* input, const dml_tensor* output,
    const dml_tensor* output_gradient, const dml_tensor* input_gradient);

/* Gathers, for each output, `values` (sizes of the input) at the first maximal
 * element of the window of `input`, 0 where the window has no elements: the
 * gradient of dml_max_pool_gradient. */
DML_EXPORT dml_code dml_max_pool_gather(
    dml_device* device, const dml_pooling_attributes* attributes,
    const dml_tensor* input, const dml_tensor* values,
    const dml_tensor* output);

/* The mean over the elements inside the input (padding does not count); 0 where
 * there are none. */
DML_EXPORT dml_code dml_average_pool(dml_device* device,
                                     const dml_pooling_attributes* attributes,
                                     const dml_tensor* input,
                                     const dml_tensor* output);

/* Each output's gradient, in equal shares, to the elements of its window. */
DML_EXPORT dml_code dml_average_pool_gradient(
    dml_device* device, const dml_pooling_attributes* attributes,
    const dml_tensor* output_gradient, const dml_tensor* input_gradient);

/* Morphological dilation: input [batch, rows, columns, depth], filter [rows,
 * columns, depth], output [batch, rows, columns, depth], float, contiguous:
 *   output[n, y, x, c] = the largest of
 *       input[n, y * strides[0] - pad_before[0] + i * rates[0],
 *             x * strides[1] - pad_before[1] + j * rates[1], c] +
 *       filter[i, j, c]
 * over i and j that are in the input; the lowest finite number where no sum is
 * larger, which NaN is not. The outputs overlap no inputs. */
DML_EXPORT dml_code dml_dilation(dml_device* device, const int64_t strides[2],
                                 const int64_t rates[2],
                                 const int64_t pad_before[2],
                                 const dml_tensor* input,
                                 const dml_tensor* filter,
                                 const dml_tensor* output);

/* The gradient of an output goes to the element of the first of its largest
 * sums; to none where no sum is larger than the lowest number. */
DML_EXPORT dml_code dml_dilation_input_gradient(
    dml_device* device, const int64_t strides[2], const int64_t rates[2],
    const int64_t pad_before[2], const dml_tensor* input,
    const dml_tensor* filter, const dml_tensor* output_gradient,
    const dml_tensor* input_gradient);

/* As above, to the filter's element of that sum. */
DML_EXPORT dml_code dml_dilation_filter_gradient(
    dml_device* device, const int64_t strides[2], const int64_t rates[2],
    const int64_t pad_before[2], const dml_tensor* input,
    const dml_tensor* filter, const dml_tensor* output_gradient,
    const dml_tensor* filter_gradient);

#ifdef __cplusplus
}
#endif

#endif
