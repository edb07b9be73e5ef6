// The operators: checks that no required pointer is null, then the function of
// the same name in operators/.

#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/run_operator.h"

using dml::OperatorContext;

dml_code dml_elementwise(dml_device* device, dml_elementwise_op op,
                         const dml_tensor* const* inputs, uint32_t input_count,
                         const dml_tensor* output, const double* parameters) {
  return dml::RunOperator(
      "elementwise", device, {{"inputs", inputs}, {"output", output}},
      [&](OperatorContext& context) {
        return dml::Elementwise(context, op, inputs, input_count, output,
                                parameters);
      });
}

dml_code dml_cast(dml_device* device, const dml_tensor* input,
                  const dml_tensor* output) {
  return dml::RunOperator("cast", device,
                          {{"input", input}, {"output", output}},
                          [&](OperatorContext& context) {
                            return dml::Cast(context, input, output);
                          });
}

dml_code dml_cast_bfloat16(dml_device* device, const dml_tensor* input,
                           int32_t truncate, const dml_tensor* output) {
  return dml::RunOperator(
      "cast_bfloat16", device, {{"input", input}, {"output", output}},
      [&](OperatorContext& context) {
        return dml::CastBfloat16(context, input, truncate, output);
      });
}

dml_code dml_copy_tensor(dml_device* device, const dml_tensor* input,
                         const dml_tensor* output) {
  return dml::RunOperator("copy_tensor", device,
                          {{"input", input}, {"output", output}},
                          [&](OperatorContext& context) {
                            return dml::CopyTensor(context, input, output);
                          });
}

dml_code dml_fill(dml_device* device, const dml_tensor* output,
                  const void* value) {
  return dml::RunOperator("fill", device,
                          {{"output", output}, {"value", value}},
                          [&](OperatorContext& context) {
                            return dml::Fill(context, output, value);
                          });
}

dml_code dml_range(dml_device* device, const dml_tensor* output, double start,
                   double delta) {
  return dml::RunOperator("range", device, {{"output", output}},
                          [&](OperatorContext& context) {
                            return dml::Range(context, output, start, delta);
                          });
}

dml_code dml_pad(dml_device* device, dml_pad_mode mode, const dml_tensor* input,
                 const int64_t* before, const void* value,
                 const dml_tensor* output) {
  return dml::RunOperator(
      "pad", device, {{"input", input}, {"before", before}, {"output", output}},
      [&](OperatorContext& context) {
        return dml::Pad(context, mode, input, before, value, output);
      });
}

dml_code dml_matrix_band(dml_device* device, dml_band_mode mode,
                         const dml_tensor* x, const dml_tensor* z,
                         int64_t lower, int64_t upper, const dml_tensor* y) {
  return dml::RunOperator("matrix_band", device, {{"x", x}, {"z", z}, {"y", y}},
                          [&](OperatorContext& context) {
                            return dml::MatrixBand(context, mode, x, z, lower,
                                                   upper, y);
                          });
}

dml_code dml_reduce(dml_device* device, dml_reduce_op op,
                    const dml_tensor* input, const dml_tensor* output,
                    double scale) {
  return dml::RunOperator(
      "reduce", device, {{"input", input}, {"output", output}},
      [&](OperatorContext& context) {
        return dml::Reduce(context, op, input, output, scale);
      });
}

dml_code dml_arg_reduce(dml_device* device, dml_arg_reduce_op op,
                        const dml_tensor* input, uint32_t axis,
                        const dml_tensor* output) {
  return dml::RunOperator(
      "arg_reduce", device, {{"input", input}, {"output", output}},
      [&](OperatorContext& context) {
        return dml::ArgReduce(context, op, input, axis, output);
      });
}

dml_code dml_scan(dml_device* device, dml_scan_op op, const dml_tensor* input,
                  uint32_t axis, int32_t exclusive, int32_t reverse,
                  const dml_tensor* output) {
  return dml::RunOperator(
      "scan", device, {{"input", input}, {"output", output}},
      [&](OperatorContext& context) {
        return dml::Scan(context, op, input, axis, exclusive, reverse, output);
      });
}

dml_code dml_top_k(dml_device* device, const dml_tensor* input,
                   const dml_tensor* values, const dml_tensor* indices) {
  return dml::RunOperator(
      "top_k", device,
      {{"input", input}, {"values", values}, {"indices", indices}},
      [&](OperatorContext& context) {
        return dml::TopK(context, input, values, indices);
      });
}

dml_code dml_in_top_k(dml_device* device, const dml_tensor* predictions,
                      const dml_tensor* targets, const dml_tensor* k,
                      const dml_tensor* output) {
  return dml::RunOperator("in_top_k", device,
                          {{"predictions", predictions},
                           {"targets", targets},
                           {"k", k},
                           {"output", output}},
                          [&](OperatorContext& context) {
                            return dml::InTopK(context, predictions, targets, k,
                                               output);
                          });
}

dml_code dml_gemm(dml_device* device, const dml_tensor* a, const dml_tensor* b,
                  const dml_tensor* c, double alpha, double beta,
                  const dml_tensor* bias, dml_activation activation) {
  return dml::RunOperator("gemm", device, {{"a", a}, {"b", b}, {"c", c}},
                          [&](OperatorContext& context) {
                            return dml::Gemm(context, a, b, c, alpha, beta,
                                             bias, activation);
                          });
}

dml_code dml_complex_gemm(dml_device* device, const dml_tensor* a,
                          int32_t conjugate_a, const dml_tensor* b,
                          int32_t conjugate_b, const dml_tensor* c) {
  return dml::RunOperator(
      "complex_gemm", device, {{"a", a}, {"b", b}, {"c", c}},
      [&](OperatorContext& context) {
        return dml::ComplexGemm(context, a, conjugate_a, b, conjugate_b, c);
      });
}

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

dml_code dml_batch_norm_training(
    dml_device* device, const dml_tensor* input, const dml_tensor* scale,
    const dml_tensor* offset, double epsilon, int32_t unbiased_variance,
    const dml_tensor* output, const dml_tensor* mean,
    const dml_tensor* variance, const dml_tensor* saved_inverse_stddev) {
  return dml::RunOperator("batch_norm_training", device,
                          {{"input", input},
                           {"scale", scale},
                           {"offset", offset},
                           {"output", output}},
                          [&](OperatorContext& context) {
                            return dml::BatchNormTraining(
                                context, input, scale, offset, epsilon,
                                unbiased_variance, output, mean, variance,
                                saved_inverse_stddev);
                          });
}

dml_code dml_batch_norm_inference(dml_device* device, const dml_tensor* input,
                                  const dml_tensor* scale,
                                  const dml_tensor* offset,
                                  const dml_tensor* mean,
                                  const dml_tensor* variance, double epsilon,
                                  const dml_tensor* output) {
  return dml::RunOperator("batch_norm_inference", device,
                          {{"input", input},
                           {"scale", scale},
                           {"offset", offset},
                           {"mean", mean},
                           {"variance", variance},
                           {"output", output}},
                          [&](OperatorContext& context) {
                            return dml::BatchNormInference(
                                context, input, scale, offset, mean, variance,
                                epsilon, output);
                          });
}

dml_code dml_batch_norm_gradient(
    dml_device* device, int32_t training, const dml_tensor* output_gradient,
    const dml_tensor* input, const dml_tensor* scale, const dml_tensor* mean,
    const dml_tensor* inverse_stddev, const dml_tensor* input_gradient,
    const dml_tensor* scale_gradient, const dml_tensor* offset_gradient) {
  return dml::RunOperator("batch_norm_gradient", device,
                          {{"output_gradient", output_gradient},
                           {"input", input},
                           {"scale", scale},
                           {"mean", mean},
                           {"inverse_stddev", inverse_stddev},
                           {"input_gradient", input_gradient},
                           {"scale_gradient", scale_gradient},
                           {"offset_gradient", offset_gradient}},
                          [&](OperatorContext& context) {
                            return dml::BatchNormGradient(
                                context, training, output_gradient, input,
                                scale, mean, inverse_stddev, input_gradient,
                                scale_gradient, offset_gradient);
                          });
}

dml_code dml_local_response_normalization(dml_device* device,
                                          const dml_tensor* input,
                                          int64_t radius, double bias,
                                          double alpha, double beta,
                                          const dml_tensor* output) {
  return dml::RunOperator(
      "local_response_normalization", device,
      {{"input", input}, {"output", output}}, [&](OperatorContext& context) {
        return dml::LocalResponseNormalization(context, input, radius, bias,
                                               alpha, beta, output);
      });
}

dml_code dml_local_response_normalization_gradient(
    dml_device* device, const dml_tensor* input, const dml_tensor* output,
    const dml_tensor* output_gradient, int64_t radius, double bias,
    double alpha, double beta, const dml_tensor* input_gradient) {
  return dml::RunOperator("local_response_normalization_gradient", device,
                          {{"input", input},
                           {"output", output},
                           {"output_gradient", output_gradient},
                           {"input_gradient", input_gradient}},
                          [&](OperatorContext& context) {
                            return dml::LocalResponseNormalizationGradient(
                                context, input, output, output_gradient, radius,
                                bias, alpha, beta, input_gradient);
                          });
}

dml_code dml_softmax(dml_device* device, int32_t log, const dml_tensor* input,
                     const dml_tensor* output) {
  return dml::RunOperator("softmax", device,
                          {{"input", input}, {"output", output}},
                          [&](OperatorContext& context) {
                            return dml::Softmax(context, log, input, output);
                          });
}

dml_code dml_softmax_cross_entropy(dml_device* device, const dml_tensor* logits,
                                   const dml_tensor* labels,
                                   const dml_tensor* loss,
                                   const dml_tensor* backprop) {
  return dml::RunOperator("softmax_cross_entropy", device,
                          {{"logits", logits}, {"labels", labels}},
                          [&](OperatorContext& context) {
                            return dml::SoftmaxCrossEntropy(
                                context, logits, labels, loss, backprop);
                          });
}

dml_code dml_sparse_softmax_cross_entropy(dml_device* device,
                                          const dml_tensor* logits,
                                          const dml_tensor* labels,
                                          const dml_tensor* loss,
                                          const dml_tensor* backprop) {
  return dml::RunOperator("sparse_softmax_cross_entropy", device,
                          {{"logits", logits}, {"labels", labels}},
                          [&](OperatorContext& context) {
                            return dml::SparseSoftmaxCrossEntropy(
                                context, logits, labels, loss, backprop);
                          });
}

dml_code dml_non_max_suppression(dml_device* device, const dml_tensor* boxes,
                                 const dml_tensor* scores,
                                 double overlap_threshold,
                                 double score_threshold,
                                 const dml_tensor* selected,
                                 const dml_tensor* count) {
  return dml::RunOperator("non_max_suppression", device,
                          {{"boxes", boxes},
                           {"scores", scores},
                           {"selected", selected},
                           {"count", count}},
                          [&](OperatorContext& context) {
                            return dml::NonMaxSuppression(
                                context, boxes, scores, overlap_threshold,
                                score_threshold, selected, count);
                          });
}

dml_code dml_nonzero_count(dml_device* device, const dml_tensor* input,
                           const dml_tensor* block_ends) {
  return dml::RunOperator(
      "nonzero_count", device, {{"input", input}, {"block_ends", block_ends}},
      [&](OperatorContext& context) {
        return dml::NonzeroCount(context, input, block_ends);
      });
}

dml_code dml_nonzero(dml_device* device, const dml_tensor* input,
                     const dml_tensor* block_ends, const dml_tensor* output) {
  return dml::RunOperator(
      "nonzero", device,
      {{"input", input}, {"block_ends", block_ends}, {"output", output}},
      [&](OperatorContext& context) {
        return dml::Nonzero(context, input, block_ends, output);
      });
}

dml_code dml_search_sorted(dml_device* device, int32_t upper,
                           const dml_tensor* sorted, const dml_tensor* values,
                           const dml_tensor* output) {
  return dml::RunOperator(
      "search_sorted", device,
      {{"sorted", sorted}, {"values", values}, {"output", output}},
      [&](OperatorContext& context) {
        return dml::SearchSorted(context, upper, sorted, values, output);
      });
}

dml_code dml_count_values(dml_device* device, const dml_tensor* values,
                          const dml_tensor* output) {
  return dml::RunOperator("count_values", device,
                          {{"values", values}, {"output", output}},
                          [&](OperatorContext& context) {
                            return dml::CountValues(context, values, output);
                          });
}

dml_code dml_pack_bits(dml_device* device, const dml_tensor* input,
                       const dml_tensor* output) {
  return dml::RunOperator("pack_bits", device,
                          {{"input", input}, {"output", output}},
                          [&](OperatorContext& context) {
                            return dml::PackBits(context, input, output);
                          });
}

dml_code dml_cross(dml_device* device, const dml_tensor* x, const dml_tensor* y,
                   const dml_tensor* output) {
  return dml::RunOperator("cross", device,
                          {{"x", x}, {"y", y}, {"output", output}},
                          [&](OperatorContext& context) {
                            return dml::Cross(context, x, y, output);
                          });
}

dml_code dml_reverse_sequence(dml_device* device, const dml_tensor* input,
                              const dml_tensor* lengths, uint32_t sequence_axis,
                              uint32_t batch_axis, const dml_tensor* output) {
  return dml::RunOperator(
      "reverse_sequence", device,
      {{"input", input}, {"lengths", lengths}, {"output", output}},
      [&](OperatorContext& context) {
        return dml::ReverseSequence(context, input, lengths, sequence_axis,
                                    batch_axis, output);
      });
}

dml_code dml_gather(dml_device* device, const dml_tensor* params,
                    const dml_tensor* indices, const dml_tensor* output) {
  return dml::RunOperator(
      "gather", device,
      {{"params", params}, {"indices", indices}, {"output", output}},
      [&](OperatorContext& context) {
        return dml::Gather(context, params, indices, output);
      });
}

dml_code dml_scatter(dml_device* device, dml_scatter_op op,
                     const dml_tensor* indices, const dml_tensor* updates,
                     const dml_tensor* output) {
  return dml::RunOperator(
      "scatter", device,
      {{"indices", indices}, {"updates", updates}, {"output", output}},
      [&](OperatorContext& context) {
        return dml::Scatter(context, op, indices, updates, output);
      });
}

dml_code dml_fft(dml_device* device, int32_t inverse, const dml_tensor* input,
                 const dml_tensor* output) {
  return dml::RunOperator("fft", device, {{"input", input}, {"output", output}},
                          [&](OperatorContext& context) {
                            return dml::Fft(context, inverse, input, output);
                          });
}

dml_code dml_tridiagonal_matmul(dml_device* device, const dml_tensor* upper,
                                const dml_tensor* middle,
                                const dml_tensor* lower, const dml_tensor* x,
                                const dml_tensor* output) {
  return dml::RunOperator("tridiagonal_matmul", device,
                          {{"upper", upper},
                           {"middle", middle},
                           {"lower", lower},
                           {"x", x},
                           {"output", output}},
                          [&](OperatorContext& context) {
                            return dml::TridiagonalMatmul(
                                context, upper, middle, lower, x, output);
                          });
}

dml_code dml_tridiagonal_solve(dml_device* device, int32_t pivoting,
                               const dml_tensor* diagonals, const dml_tensor* b,
                               const dml_tensor* output,
                               const dml_tensor* singular) {
  return dml::RunOperator("tridiagonal_solve", device,
                          {{"diagonals", diagonals},
                           {"b", b},
                           {"output", output},
                           {"singular", singular}},
                          [&](OperatorContext& context) {
                            return dml::TridiagonalSolve(context, pivoting,
                                                         diagonals, b, output,
                                                         singular);
                          });
}

dml_code dml_sparse_matmul(dml_device* device, const dml_tensor* rows,
                           const dml_tensor* inner, const dml_tensor* values,
                           const dml_tensor* b, const dml_tensor* output) {
  return dml::RunOperator("sparse_matmul", device,
                          {{"rows", rows},
                           {"inner", inner},
                           {"values", values},
                           {"b", b},
                           {"output", output}},
                          [&](OperatorContext& context) {
                            return dml::SparseMatmul(context, rows, inner,
                                                     values, b, output);
                          });
}

dml_code dml_one_hot(dml_device* device, const dml_tensor* indices,
                     const dml_tensor* on_value, const dml_tensor* off_value,
                     const dml_tensor* output) {
  return dml::RunOperator("one_hot", device,
                          {{"indices", indices},
                           {"on_value", on_value},
                           {"off_value", off_value},
                           {"output", output}},
                          [&](OperatorContext& context) {
                            return dml::OneHot(context, indices, on_value,
                                               off_value, output);
                          });
}

dml_code dml_random(dml_device* device, dml_random_distribution distribution,
                    const uint32_t counter[4], const uint32_t key[2],
                    int64_t low, int64_t high, const dml_tensor* output) {
  return dml::RunOperator(
      "random", device,
      {{"counter", counter}, {"key", key}, {"output", output}},
      [&](OperatorContext& context) {
        return dml::Random(context, distribution, counter, key, low, high,
                           output);
      });
}

dml_code dml_apply_optimizer(dml_device* device, dml_optimizer optimizer,
                             const dml_tensor* const* tensors,
                             uint32_t tensor_count, int32_t use_nesterov,
                             int32_t update_slots) {
  return dml::RunOperator("apply_optimizer", device, {{"tensors", tensors}},
                          [&](OperatorContext& context) {
                            return dml::ApplyOptimizer(
                                context, optimizer, tensors, tensor_count,
                                use_nesterov, update_slots);
                          });
}

dml_code dml_apply_optimizer_to_rows(
    dml_device* device, dml_optimizer optimizer,
    const dml_tensor* const* tensors, uint32_t tensor_count,
    const dml_tensor* indices, int32_t use_nesterov, int32_t update_slots) {
  return dml::RunOperator("apply_optimizer_to_rows", device,
                          {{"tensors", tensors}, {"indices", indices}},
                          [&](OperatorContext& context) {
                            return dml::ApplyOptimizerToRows(
                                context, optimizer, tensors, tensor_count,
                                indices, use_nesterov, update_slots);
                          });
}
