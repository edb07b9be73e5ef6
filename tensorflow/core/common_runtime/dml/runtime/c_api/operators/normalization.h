/* Batch, layer and local response normalization. */
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_NORMALIZATION_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_NORMALIZATION_H_

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_tensor.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/operators/products.h"

#ifdef __cplusplus
extern "C" {
#endif

/* input, output [batch, channels, spatial...] (rank 2 to 5), float32 or
 * float16, and so `side`; all others float32 [channels].
 *   output = activation((input - mean) / sqrt(variance + epsilon) * scale
 *                       + offset + side)
 * with the biased variance over batch and space. Outputs: mean, variance
 * (times n / (n - 1) when `unbiased_variance`, n > 1), saved_inverse_stddev =
 * 1 / sqrt(biased variance + epsilon). These must not overlap an input;
 * `output` may be `input` or `side`. What is added is rounded to the tensors'
 * type first: results are those of an addition and an activation of their own.
 * It is an error to ask for statistics of no elements. */
DML_EXPORT dml_code dml_batch_norm_training(
    dml_device* device, const dml_tensor* input, const dml_tensor* scale,
    const dml_tensor* offset, double epsilon, int32_t unbiased_variance,
    DML_NULLABLE const dml_tensor* side, dml_activation activation,
    const dml_tensor* output, DML_NULLABLE const dml_tensor* mean,
    DML_NULLABLE const dml_tensor* variance,
    DML_NULLABLE const dml_tensor* saved_inverse_stddev);

/* As above with the given mean and variance. */
DML_EXPORT dml_code
dml_batch_norm_inference(dml_device* device, const dml_tensor* input,
                         const dml_tensor* scale, const dml_tensor* offset,
                         const dml_tensor* mean, const dml_tensor* variance,
                         double epsilon, DML_NULLABLE const dml_tensor* side,
                         dml_activation activation, const dml_tensor* output);

/* Gradients of training (`training` != 0, with the batch's mean and inverse
 * standard deviation) or of inference (with the given ones). `activated` is the
 * output of an activation behind the batch norm, whose gradient comes first:
 *   RELU: output_gradient where activated > 0, else 0; RELU6: where
 *   0 < activated < 6; NONE: the output_gradient, and no `activated`.
 * Those of scale and offset must not overlap an input. */
DML_EXPORT dml_code dml_batch_norm_gradient(
    dml_device* device, int32_t training, const dml_tensor* output_gradient,
    DML_NULLABLE const dml_tensor* activated, dml_activation activation,
    const dml_tensor* input, const dml_tensor* scale, const dml_tensor* mean,
    const dml_tensor* inverse_stddev, const dml_tensor* input_gradient,
    const dml_tensor* scale_gradient, const dml_tensor* offset_gradient);

/* input, output [rows, n], float32 or float16, and so scale, offset [n]; mean,
 * inverse_stddev float32 [rows]. Of each row, with its mean and biased variance
 * v, summed in float32:
 *   output = (input - mean) * inverse_stddev * scale + offset,
 *   inverse_stddev = 1 / sqrt(v + epsilon)
 * `output` may be `input`; nothing else overlaps. It is an error if n is 0 and
 * there are rows. */
DML_EXPORT dml_code dml_layer_norm(
    dml_device* device, const dml_tensor* input, const dml_tensor* scale,
    const dml_tensor* offset, double epsilon, const dml_tensor* output,
    DML_NULLABLE const dml_tensor* mean,
    DML_NULLABLE const dml_tensor* inverse_stddev);

/* Gradients of the above, of its mean and inverse_stddev. With x' = (input -
 * mean) * inverse_stddev and g = output_gradient * scale:
 *   input_gradient = inverse_stddev * (g - mean of g - x' * mean of (g * x')),
 *     means of each row
 *   scale_gradient = sum over rows of output_gradient * x'
 *   offset_gradient = sum over rows of output_gradient
 * `input_gradient` may be `output_gradient` or `input`; nothing else overlaps.
 */
DML_EXPORT dml_code dml_layer_norm_gradient(
    dml_device* device, const dml_tensor* output_gradient,
    const dml_tensor* input, const dml_tensor* scale, const dml_tensor* mean,
    const dml_tensor* inverse_stddev, const dml_tensor* input_gradient,
    const dml_tensor* scale_gradient, const dml_tensor* offset_gradient);

/* Across channels: tensors [rows, channels], float32 or float16.
 *   norm[r,c] = bias + alpha * sum of input[r,d]^2 over |d - c| <= radius
 *   output = input * norm^-beta */
DML_EXPORT dml_code dml_local_response_normalization(
    dml_device* device, const dml_tensor* input, int64_t radius, double bias,
    double alpha, double beta, const dml_tensor* output);

/* With `output` as made of `input`:
 *   input_gradient[r,c] = output_gradient[r,c] * norm[r,c]^-beta
 *     - 2 * alpha * beta * input[r,c] * sum over |d - c| <= radius of
 *         output_gradient[r,d] * output[r,d] / norm[r,d]
 * `input_gradient` must not overlap the others. */
DML_EXPORT dml_code dml_local_response_normalization_gradient(
    dml_device* device, const dml_tensor* input, const dml_tensor* output,
    const dml_tensor* output_gradient, int64_t radius, double bias,
    double alpha, double beta, const dml_tensor* input_gradient);

#ifdef __cplusplus
}
#endif

#endif
