/* Convolutions and their gradients. */
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_CONVOLUTION_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_CONVOLUTION_H_

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_tensor.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/operators/products.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Logical order, whatever the layout in memory (strides say that):
 *   input  [batch, in channels, spatial...]
 *   filter [out channels, in channels / groups, spatial...]
 *   output [batch, out channels, spatial...]
 * 1 to 3 spatial dimensions. Cross-correlation, as in TF:
 *   output[n,o,p] = sum over c,k of
 *     input[n, c, p * stride - pad_before + k * dilation] * filter[o,c,k]
 * with zeros outside the input. What is read past the end follows from the
 * sizes. groups = in channels is the depthwise convolution. */
typedef struct dml_convolution_attributes {
  uint32_t spatial_rank;
  int64_t strides[3];
  int64_t dilations[3];
  int64_t pad_before[3];
  int64_t groups;
} dml_convolution_attributes;

/* output = activation(convolution + bias), bias [out channels]. float; float16
 * accumulates in float32. */
DML_EXPORT dml_code dml_convolution(
    dml_device* device, const dml_convolution_attributes* attributes,
    const dml_tensor* input, const dml_tensor* filter,
    DML_NULLABLE const dml_tensor* bias, dml_activation activation,
    const dml_tensor* output);

/* Gradient of the input: transposed convolution. */
DML_EXPORT dml_code dml_convolution_backward_data(
    dml_device* device, const dml_convolution_attributes* attributes,
    const dml_tensor* filter, const dml_tensor* output_gradient,
    const dml_tensor* input_gradient);

/* Gradient of the filter. */
DML_EXPORT dml_code dml_convolution_backward_filter(
    dml_device* device, const dml_convolution_attributes* attributes,
    const dml_tensor* input, const dml_tensor* output_gradient,
    const dml_tensor* filter_gradient);

#ifdef __cplusplus
}
#endif

#endif
