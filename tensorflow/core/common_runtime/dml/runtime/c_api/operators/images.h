/* Images: resizing, colors, boxes and windows. */
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_IMAGES_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_IMAGES_H_

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where output element o lies among `in` input elements, resized to `out`. */
typedef enum dml_resize_coordinates DML_ENUM {
  DML_RESIZE_LEGACY = 0,        /* x = o * in / out */
  DML_RESIZE_ALIGN_CORNERS = 1, /* x = o * (in - 1) / (out - 1); LEGACY where
                                   out is 1 */
  DML_RESIZE_HALF_PIXEL = 2     /* x = (o + 0.5) * in / out - 0.5 */
} dml_resize_coordinates;

/* What becomes of x; elements beyond the edges are those at the edges. */
typedef enum dml_resize_mode DML_ENUM {
  DML_RESIZE_NEAREST = 0, /* floor(x); ALIGN_CORNERS: the nearest, halves up;
                             HALF_PIXEL: floor(x + 0.5) */
  DML_RESIZE_LINEAR = 1   /* from floor(x) to ceil(x), in both dimensions */
} dml_resize_mode;

/* Tensors [batch, channels, height, width] by strides, with equal batch and
 * channels; float32 and float16, which input and output may mix, or an input of
 * float64 with an output of float32 or float64. Sizes are below 2^22. The
 * output must not overlap the input. Coordinates are computed in float32. */
DML_EXPORT dml_code dml_resize(dml_device* device, dml_resize_mode mode,
                               dml_resize_coordinates coordinates,
                               const dml_tensor* input,
                               const dml_tensor* output);

/* Each input's gradient: the sum, in a fixed order, of its shares of the
 * outputs. */
DML_EXPORT dml_code dml_resize_gradient(dml_device* device,
                                        dml_resize_mode mode,
                                        dml_resize_coordinates coordinates,
                                        const dml_tensor* output_gradient,
                                        const dml_tensor* input_gradient);

/* Each output is the mean of what it covers of the input: [batch, height,
 * width, channels], contiguous, with equal batch and channels; numbers, to
 * float32, in which all is computed. An output covers in / out inputs in a
 * dimension, or, if `align_corners` and out is above 1, (in - 1) / (out - 1).
 * Sizes are below 2^22. */
DML_EXPORT dml_code dml_resize_area(dml_device* device, int32_t align_corners,
                                    const dml_tensor* input,
                                    const dml_tensor* output);

/* Models of color. Hue, saturation and value: v = the largest of r, g and b;
 * s = (v - the smallest) / v, or 0 where v <= 0; h in turns, from red over
 * green and blue back to red, or 0 where all are equal. */
typedef enum dml_color_op DML_ENUM {
  DML_RGB_TO_HSV = 0,
  DML_HSV_TO_RGB = 1,       /* hues beyond one turn are red */
  DML_ADJUST_HUE = 2,       /* RGB: `amount` turns on */
  DML_ADJUST_SATURATION = 3 /* RGB: times `amount`, then cut to [0, 1] */
} dml_color_op;

/* input and output: float [pixels, 3]; amount: float32, rank 0; null for
 * conversions between RGB and HSV only. */
DML_EXPORT dml_code dml_convert_colors(dml_device* device, dml_color_op op,
                                       const dml_tensor* input,
                                       DML_NULLABLE const dml_tensor* amount,
                                       const dml_tensor* output);

/* Boxes of images, as crops of one size. image: float [images, height, width,
 * depth]; boxes: float32 [count, 4], each [y1, x1, y2, x2] in units of height -
 * 1 and width - 1; box_index: int32 [count], the image of each; crops: float32
 * [count, crop height, crop width, depth]. All contiguous. Element (i, j) of a
 * crop lies at y1 + (y2 - y1) * i / (crop height - 1), or in the middle if the
 * crop's height is 1; columns likewise. What lies beyond the image, or in one
 * that does not exist, is `outside`. NEAREST: halves away from zero. */
DML_EXPORT dml_code dml_crop_and_resize(
    dml_device* device, dml_resize_mode mode, const dml_tensor* image,
    const dml_tensor* boxes, const dml_tensor* box_index, double outside,
    const dml_tensor* crops);

/* The sum of each image element's shares, in the order of the boxes. */
DML_EXPORT dml_code dml_crop_and_resize_image_gradient(
    dml_device* device, dml_resize_mode mode, const dml_tensor* crops_gradient,
    const dml_tensor* boxes, const dml_tensor* box_index,
    const dml_tensor* image_gradient);

/* Of LINEAR. */
DML_EXPORT dml_code dml_crop_and_resize_boxes_gradient(
    dml_device* device, const dml_tensor* crops_gradient,
    const dml_tensor* image, const dml_tensor* boxes,
    const dml_tensor* box_index, const dml_tensor* boxes_gradient);

/* Sliding windows, of any type: input [batch, 3 spatial, channels], output
 * contiguous [batch, 3 spatial, 3 of the window, channels]:
 *   output[n, o, k, c] = input[n, o * stride - pad_before + k * dilation, c]
 * zero outside of the input. Fewer dimensions come as leading ones of size 1.
 */
DML_EXPORT dml_code dml_extract_patches(dml_device* device,
                                        const int64_t strides[3],
                                        const int64_t dilations[3],
                                        const int64_t pad_before[3],
                                        const dml_tensor* input,
                                        const dml_tensor* output);

/* Non-maximum suppression. boxes [n, 4]: two opposite corners of each, as y, x,
 * y, x; scores [n]: both float32. Of the boxes whose score exceeds
 * score_threshold, from the highest score on and the first of equal ones, a box
 * is selected unless its intersection with one selected before is more than
 * overlap_threshold times their union, until `most` are. selected: int32
 * [most], of which the first count (int32, rank 0) elements are written. Boxes
 * without area overlap none; a score that is NaN exceeds nothing. All
 * contiguous. */
DML_EXPORT dml_code dml_non_max_suppression(
    dml_device* device, const dml_tensor* boxes, const dml_tensor* scores,
    double overlap_threshold, double score_threshold,
    const dml_tensor* selected, const dml_tensor* count);

#ifdef __cplusplus
}
#endif

#endif
