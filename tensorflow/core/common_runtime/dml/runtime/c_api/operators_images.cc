// Convolution, pooling and images; see run_operator.h.

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/run_operator.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"

using dml::OperatorContext;

dml_code dml_convolution(dml_device* device,
                         const dml_convolution_attributes* attributes,
                         const dml_tensor* input, const dml_tensor* filter,
                         const dml_tensor* bias, dml_activation activation,
                         const dml_tensor* output) {
  return dml::RunOperator("convolution", device,
                          {{"attributes", attributes},
                           {"input", input},
                           {"filter", filter},
                           {"output", output}},
                          [&](OperatorContext& context) {
                            return dml::Convolution(context, attributes, input,
                                                    filter, bias, activation,
                                                    output);
                          });
}

dml_code dml_convolution_backward_data(
    dml_device* device, const dml_convolution_attributes* attributes,
    const dml_tensor* filter, const dml_tensor* output_gradient,
    const dml_tensor* input_gradient) {
  return dml::RunOperator("convolution_backward_data", device,
                          {{"attributes", attributes},
                           {"filter", filter},
                           {"output_gradient", output_gradient},
                           {"input_gradient", input_gradient}},
                          [&](OperatorContext& context) {
                            return dml::ConvolutionBackwardData(
                                context, attributes, filter, output_gradient,
                                input_gradient);
                          });
}

dml_code dml_convolution_backward_filter(
    dml_device* device, const dml_convolution_attributes* attributes,
    const dml_tensor* input, const dml_tensor* output_gradient,
    const dml_tensor* filter_gradient) {
  return dml::RunOperator("convolution_backward_filter", device,
                          {{"attributes", attributes},
                           {"input", input},
                           {"output_gradient", output_gradient},
                           {"filter_gradient", filter_gradient}},
                          [&](OperatorContext& context) {
                            return dml::ConvolutionBackwardFilter(
                                context, attributes, input, output_gradient,
                                filter_gradient);
                          });
}

dml_code dml_max_pool(dml_device* device,
                      const dml_pooling_attributes* attributes,
                      const dml_tensor* input, const dml_tensor* output) {
  return dml::RunOperator(
      "max_pool", device,
      {{"attributes", attributes}, {"input", input}, {"output", output}},
      [&](OperatorContext& context) {
        return dml::MaxPool(context, attributes, input, output);
      });
}

dml_code dml_max_pool_gradient(dml_device* device,
                               const dml_pooling_attributes* attributes,
                               const dml_tensor* input,
                               const dml_tensor* output,
                               const dml_tensor* output_gradient,
                               const dml_tensor* input_gradient) {
  return dml::RunOperator("max_pool_gradient", device,
                          {{"attributes", attributes},
                           {"input", input},
                           {"output", output},
                           {"output_gradient", output_gradient},
                           {"input_gradient", input_gradient}},
                          [&](OperatorContext& context) {
                            return dml::MaxPoolGradient(
                                context, attributes, input, output,
                                output_gradient, input_gradient);
                          });
}

dml_code dml_max_pool_gather(dml_device* device,
                             const dml_pooling_attributes* attributes,
                             const dml_tensor* input, const dml_tensor* values,
                             const dml_tensor* output) {
  return dml::RunOperator("max_pool_gather", device,
                          {{"attributes", attributes},
                           {"input", input},
                           {"values", values},
                           {"output", output}},
                          [&](OperatorContext& context) {
                            return dml::MaxPoolGather(context, attributes,
                                                      input, values, output);
                          });
}

dml_code dml_average_pool(dml_device* device,
                          const dml_pooling_attributes* attributes,
                          const dml_tensor* input, const dml_tensor* output) {
  return dml::RunOperator(
      "average_pool", device,
      {{"attributes", attributes}, {"input", input}, {"output", output}},
      [&](OperatorContext& context) {
        return dml::AveragePool(context, attributes, input, output);
      });
}

dml_code dml_average_pool_gradient(dml_device* device,
                                   const dml_pooling_attributes* attributes,
                                   const dml_tensor* output_gradient,
                                   const dml_tensor* input_gradient) {
  return dml::RunOperator("average_pool_gradient", device,
                          {{"attributes", attributes},
                           {"output_gradient", output_gradient},
                           {"input_gradient", input_gradient}},
                          [&](OperatorContext& context) {
                            return dml::AveragePoolGradient(context, attributes,
                                                            output_gradient,
                                                            input_gradient);
                          });
}

dml_code dml_resize(dml_device* device, dml_resize_mode mode,
                    dml_resize_coordinates coordinates, const dml_tensor* input,
                    const dml_tensor* output) {
  return dml::RunOperator(
      "resize", device, {{"input", input}, {"output", output}},
      [&](OperatorContext& context) {
        return dml::Resize(context, mode, coordinates, input, output);
      });
}

dml_code dml_resize_gradient(dml_device* device, dml_resize_mode mode,
                             dml_resize_coordinates coordinates,
                             const dml_tensor* output_gradient,
                             const dml_tensor* input_gradient) {
  return dml::RunOperator("resize_gradient", device,
                          {{"output_gradient", output_gradient},
                           {"input_gradient", input_gradient}},
                          [&](OperatorContext& context) {
                            return dml::ResizeGradient(
                                context, mode, coordinates, output_gradient,
                                input_gradient);
                          });
}

dml_code dml_convert_colors(dml_device* device, dml_color_op op,
                            const dml_tensor* input, const dml_tensor* amount,
                            const dml_tensor* output) {
  return dml::RunOperator(
      "convert_colors", device, {{"input", input}, {"output", output}},
      [&](OperatorContext& context) {
        return dml::ConvertColors(context, op, input, amount, output);
      });
}

dml_code dml_crop_and_resize(dml_device* device, dml_resize_mode mode,
                             const dml_tensor* image, const dml_tensor* boxes,
                             const dml_tensor* box_index, double outside,
                             const dml_tensor* crops) {
  return dml::RunOperator("crop_and_resize", device,
                          {{"image", image},
                           {"boxes", boxes},
                           {"box_index", box_index},
                           {"crops", crops}},
                          [&](OperatorContext& context) {
                            return dml::CropAndResize(context, mode, image,
                                                      boxes, box_index, outside,
                                                      crops);
                          });
}

dml_code dml_crop_and_resize_image_gradient(dml_device* device,
                                            dml_resize_mode mode,
                                            const dml_tensor* crops_gradient,
                                            const dml_tensor* boxes,
                                            const dml_tensor* box_index,
                                            const dml_tensor* image_gradient) {
  return dml::RunOperator("crop_and_resize_image_gradient", device,
                          {{"crops_gradient", crops_gradient},
                           {"boxes", boxes},
                           {"box_index", box_index},
                           {"image_gradient", image_gradient}},
                          [&](OperatorContext& context) {
                            return dml::CropAndResizeImageGradient(
                                context, mode, crops_gradient, boxes, box_index,
                                image_gradient);
                          });
}

dml_code dml_crop_and_resize_boxes_gradient(dml_device* device,
                                            const dml_tensor* crops_gradient,
                                            const dml_tensor* image,
                                            const dml_tensor* boxes,
                                            const dml_tensor* box_index,
                                            const dml_tensor* boxes_gradient) {
  return dml::RunOperator("crop_and_resize_boxes_gradient", device,
                          {{"crops_gradient", crops_gradient},
                           {"image", image},
                           {"boxes", boxes},
                           {"box_index", box_index},
                           {"boxes_gradient", boxes_gradient}},
                          [&](OperatorContext& context) {
                            return dml::CropAndResizeBoxesGradient(
                                context, crops_gradient, image, boxes,
                                box_index, boxes_gradient);
                          });
}

dml_code dml_dilation(dml_device* device, const int64_t strides[2],
                      const int64_t rates[2], const int64_t pad_before[2],
                      const dml_tensor* input, const dml_tensor* filter,
                      const dml_tensor* output) {
  return dml::RunOperator("dilation", device,
                          {{"strides", strides},
                           {"rates", rates},
                           {"pad_before", pad_before},
                           {"input", input},
                           {"filter", filter},
                           {"output", output}},
                          [&](OperatorContext& context) {
                            return dml::Dilation(context, strides, rates,
                                                 pad_before, input, filter,
                                                 output);
                          });
}

dml_code dml_dilation_input_gradient(
    dml_device* device, const int64_t strides[2], const int64_t rates[2],
    const int64_t pad_before[2], const dml_tensor* input,
    const dml_tensor* filter, const dml_tensor* output_gradient,
    const dml_tensor* input_gradient) {
  return dml::RunOperator("dilation_input_gradient", device,
                          {{"strides", strides},
                           {"rates", rates},
                           {"pad_before", pad_before},
                           {"input", input},
                           {"filter", filter},
                           {"output_gradient", output_gradient},
                           {"input_gradient", input_gradient}},
                          [&](OperatorContext& context) {
                            return dml::DilationInputGradient(
                                context, strides, rates, pad_before, input,
                                filter, output_gradient, input_gradient);
                          });
}

dml_code dml_dilation_filter_gradient(
    dml_device* device, const int64_t strides[2], const int64_t rates[2],
    const int64_t pad_before[2], const dml_tensor* input,
    const dml_tensor* filter, const dml_tensor* output_gradient,
    const dml_tensor* filter_gradient) {
  return dml::RunOperator("dilation_filter_gradient", device,
                          {{"strides", strides},
                           {"rates", rates},
                           {"pad_before", pad_before},
                           {"input", input},
                           {"filter", filter},
                           {"output_gradient", output_gradient},
                           {"filter_gradient", filter_gradient}},
                          [&](OperatorContext& context) {
                            return dml::DilationFilterGradient(
                                context, strides, rates, pad_before, input,
                                filter, output_gradient, filter_gradient);
                          });
}

dml_code dml_extract_patches(dml_device* device, const int64_t strides[3],
                             const int64_t dilations[3],
                             const int64_t pad_before[3],
                             const dml_tensor* input,
                             const dml_tensor* output) {
  return dml::RunOperator("extract_patches", device,
                          {{"strides", strides},
                           {"dilations", dilations},
                           {"pad_before", pad_before},
                           {"input", input},
                           {"output", output}},
                          [&](OperatorContext& context) {
                            return dml::ExtractPatches(context, strides,
                                                       dilations, pad_before,
                                                       input, output);
                          });
}
