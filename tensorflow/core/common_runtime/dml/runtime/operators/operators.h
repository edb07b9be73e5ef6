// Every operator of the runtime, one function each.
//
// c_api/dml_operators.h is the contract; each function here has the same
// parameters. The file that defines it is named after its family.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_OPERATORS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_OPERATORS_H_

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/context.h"

namespace dml {

Status Elementwise(OperatorContext& context, dml_elementwise_op op,
                   const dml_tensor* const* inputs, uint32_t input_count,
                   const dml_tensor* output, const double* parameters);

Status Cast(OperatorContext& context, const dml_tensor* input,
            const dml_tensor* output);

Status CastBfloat16(OperatorContext& context, const dml_tensor* input,
                    int32_t truncate, const dml_tensor* output);

Status CopyTensor(OperatorContext& context, const dml_tensor* input,
                  const dml_tensor* output);

Status Fill(OperatorContext& context, const dml_tensor* output,
            const void* value);

Status Range(OperatorContext& context, const dml_tensor* output, double start,
             double delta);

Status Pad(OperatorContext& context, dml_pad_mode mode, const dml_tensor* input,
           const int64_t* before, const void* value, const dml_tensor* output);

Status MatrixBand(OperatorContext& context, dml_band_mode mode,
                  const dml_tensor* x, const dml_tensor* z, int64_t lower,
                  int64_t upper, const dml_tensor* y);

Status Reduce(OperatorContext& context, dml_reduce_op op,
              const dml_tensor* input, const dml_tensor* output, double scale);

Status ArgReduce(OperatorContext& context, dml_arg_reduce_op op,
                 const dml_tensor* input, uint32_t axis,
                 const dml_tensor* output);

Status Scan(OperatorContext& context, dml_scan_op op, const dml_tensor* input,
            uint32_t axis, int32_t exclusive, int32_t reverse,
            const dml_tensor* output);

Status TopK(OperatorContext& context, const dml_tensor* input,
            const dml_tensor* values, const dml_tensor* indices);

Status NonMaxSuppression(OperatorContext& context, const dml_tensor* boxes,
                         const dml_tensor* scores, double overlap_threshold,
                         double score_threshold, const dml_tensor* selected,
                         const dml_tensor* count);

Status NonzeroCount(OperatorContext& context, const dml_tensor* input,
                    const dml_tensor* block_ends);

Status Nonzero(OperatorContext& context, const dml_tensor* input,
               const dml_tensor* block_ends, const dml_tensor* output);

Status SearchSorted(OperatorContext& context, int32_t upper,
                    const dml_tensor* sorted, const dml_tensor* values,
                    const dml_tensor* output);

Status CountValues(OperatorContext& context, const dml_tensor* values,
                   const dml_tensor* output);

Status PackBits(OperatorContext& context, const dml_tensor* input,
                const dml_tensor* output);

Status Cross(OperatorContext& context, const dml_tensor* x, const dml_tensor* y,
             const dml_tensor* output);

Status ReverseSequence(OperatorContext& context, const dml_tensor* input,
                       const dml_tensor* lengths, uint32_t sequence_axis,
                       uint32_t batch_axis, const dml_tensor* output);

Status InTopK(OperatorContext& context, const dml_tensor* predictions,
              const dml_tensor* targets, const dml_tensor* k,
              const dml_tensor* output);

Status Gemm(OperatorContext& context, const dml_tensor* a, const dml_tensor* b,
            const dml_tensor* c, double alpha, double beta,
            const dml_tensor* bias, dml_activation activation);
Status ComplexGemm(OperatorContext& context, const dml_tensor* a,
                   int32_t conjugate_a, const dml_tensor* b,
                   int32_t conjugate_b, const dml_tensor* c);

Status Convolution(OperatorContext& context,
                   const dml_convolution_attributes* attributes,
                   const dml_tensor* input, const dml_tensor* filter,
                   const dml_tensor* bias, dml_activation activation,
                   const dml_tensor* output);

Status ConvolutionBackwardData(OperatorContext& context,
                               const dml_convolution_attributes* attributes,
                               const dml_tensor* filter,
                               const dml_tensor* output_gradient,
                               const dml_tensor* input_gradient);

Status ConvolutionBackwardFilter(OperatorContext& context,
                                 const dml_convolution_attributes* attributes,
                                 const dml_tensor* input,
                                 const dml_tensor* output_gradient,
                                 const dml_tensor* filter_gradient);

Status MaxPool(OperatorContext& context,
               const dml_pooling_attributes* attributes,
               const dml_tensor* input, const dml_tensor* output);

Status MaxPoolGradient(OperatorContext& context,
                       const dml_pooling_attributes* attributes,
                       const dml_tensor* input, const dml_tensor* output,
                       const dml_tensor* output_gradient,
                       const dml_tensor* input_gradient);

Status MaxPoolGather(OperatorContext& context,
                     const dml_pooling_attributes* attributes,
                     const dml_tensor* input, const dml_tensor* values,
                     const dml_tensor* output);

Status AveragePool(OperatorContext& context,
                   const dml_pooling_attributes* attributes,
                   const dml_tensor* input, const dml_tensor* output);

Status AveragePoolGradient(OperatorContext& context,
                           const dml_pooling_attributes* attributes,
                           const dml_tensor* output_gradient,
                           const dml_tensor* input_gradient);

Status Resize(OperatorContext& context, dml_resize_mode mode,
              dml_resize_coordinates coordinates, const dml_tensor* input,
              const dml_tensor* output);

Status ResizeGradient(OperatorContext& context, dml_resize_mode mode,
                      dml_resize_coordinates coordinates,
                      const dml_tensor* output_gradient,
                      const dml_tensor* input_gradient);

Status ConvertColors(OperatorContext& context, dml_color_op op,
                     const dml_tensor* input, const dml_tensor* amount,
                     const dml_tensor* output);

Status CropAndResize(OperatorContext& context, dml_resize_mode mode,
                     const dml_tensor* image, const dml_tensor* boxes,
                     const dml_tensor* box_index, double outside,
                     const dml_tensor* crops);

Status CropAndResizeImageGradient(OperatorContext& context,
                                  dml_resize_mode mode,
                                  const dml_tensor* crops_gradient,
                                  const dml_tensor* boxes,
                                  const dml_tensor* box_index,
                                  const dml_tensor* image_gradient);

Status CropAndResizeBoxesGradient(OperatorContext& context,
                                  const dml_tensor* crops_gradient,
                                  const dml_tensor* image,
                                  const dml_tensor* boxes,
                                  const dml_tensor* box_index,
                                  const dml_tensor* boxes_gradient);

Status Dilation(OperatorContext& context, const int64_t strides[2],
                const int64_t rates[2], const int64_t pad_before[2],
                const dml_tensor* input, const dml_tensor* filter,
                const dml_tensor* output);

Status DilationInputGradient(OperatorContext& context, const int64_t strides[2],
                             const int64_t rates[2],
                             const int64_t pad_before[2],
                             const dml_tensor* input, const dml_tensor* filter,
                             const dml_tensor* output_gradient,
                             const dml_tensor* input_gradient);

Status DilationFilterGradient(OperatorContext& context,
                              const int64_t strides[2], const int64_t rates[2],
                              const int64_t pad_before[2],
                              const dml_tensor* input, const dml_tensor* filter,
                              const dml_tensor* output_gradient,
                              const dml_tensor* filter_gradient);

Status ExtractPatches(OperatorContext& context, const int64_t strides[3],
                      const int64_t dilations[3], const int64_t pad_before[3],
                      const dml_tensor* input, const dml_tensor* output);

Status BatchNormTraining(OperatorContext& context, const dml_tensor* input,
                         const dml_tensor* scale, const dml_tensor* offset,
                         double epsilon, int32_t unbiased_variance,
                         const dml_tensor* output, const dml_tensor* mean,
                         const dml_tensor* variance,
                         const dml_tensor* saved_inverse_stddev);

Status BatchNormInference(OperatorContext& context, const dml_tensor* input,
                          const dml_tensor* scale, const dml_tensor* offset,
                          const dml_tensor* mean, const dml_tensor* variance,
                          double epsilon, const dml_tensor* output);

Status BatchNormGradient(OperatorContext& context, int32_t training,
                         const dml_tensor* output_gradient,
                         const dml_tensor* input, const dml_tensor* scale,
                         const dml_tensor* mean,
                         const dml_tensor* inverse_stddev,
                         const dml_tensor* input_gradient,
                         const dml_tensor* scale_gradient,
                         const dml_tensor* offset_gradient);

Status LocalResponseNormalization(OperatorContext& context,
                                  const dml_tensor* input, int64_t radius,
                                  double bias, double alpha, double beta,
                                  const dml_tensor* output);

Status LocalResponseNormalizationGradient(
    OperatorContext& context, const dml_tensor* input, const dml_tensor* output,
    const dml_tensor* output_gradient, int64_t radius, double bias,
    double alpha, double beta, const dml_tensor* input_gradient);

Status Softmax(OperatorContext& context, int32_t log, const dml_tensor* input,
               const dml_tensor* output);

Status SoftmaxCrossEntropy(OperatorContext& context, const dml_tensor* logits,
                           const dml_tensor* labels, const dml_tensor* loss,
                           const dml_tensor* backprop);

Status SparseSoftmaxCrossEntropy(OperatorContext& context,
                                 const dml_tensor* logits,
                                 const dml_tensor* labels,
                                 const dml_tensor* loss,
                                 const dml_tensor* backprop);

Status RecurrentCell(OperatorContext& context, dml_cell cell,
                     const dml_tensor* gates, const dml_tensor* recurrent,
                     const dml_tensor* hidden_before,
                     const dml_tensor* cell_before, const dml_tensor* lengths,
                     int32_t time, const dml_tensor* hidden,
                     const dml_tensor* cell_after, const dml_tensor* output);

Status RecurrentCellGradient(
    OperatorContext& context, dml_cell cell, const dml_tensor* gates,
    const dml_tensor* recurrent, const dml_tensor* hidden_before,
    const dml_tensor* cell_before, const dml_tensor* cell_after,
    const dml_tensor* lengths, int32_t time, const dml_tensor* output_gradient,
    const dml_tensor* hidden_gradient, const dml_tensor* cell_gradient,
    const dml_tensor* gates_gradient, const dml_tensor* recurrent_gradient);

Status Gather(OperatorContext& context, const dml_tensor* params,
              const dml_tensor* indices, const dml_tensor* output);

Status Scatter(OperatorContext& context, dml_scatter_op op,
               const dml_tensor* indices, const dml_tensor* updates,
               const dml_tensor* output);

Status Fft(OperatorContext& context, int32_t inverse, const dml_tensor* input,
           const dml_tensor* output);

Status TridiagonalMatmul(OperatorContext& context, const dml_tensor* upper,
                         const dml_tensor* middle, const dml_tensor* lower,
                         const dml_tensor* x, const dml_tensor* output);

Status TridiagonalSolve(OperatorContext& context, int32_t pivoting,
                        const dml_tensor* diagonals, const dml_tensor* b,
                        const dml_tensor* output, const dml_tensor* singular);

Status SparseMatmul(OperatorContext& context, const dml_tensor* rows,
                    const dml_tensor* inner, const dml_tensor* values,
                    const dml_tensor* b, const dml_tensor* output);

Status BlockCell(OperatorContext& context, dml_block_step step, uint32_t flags,
                 const dml_tensor* const* tensors, uint32_t tensor_count,
                 double forget_bias, double cell_clip);

Status OneHot(OperatorContext& context, const dml_tensor* indices,
              const dml_tensor* on_value, const dml_tensor* off_value,
              const dml_tensor* output);

Status Random(OperatorContext& context, dml_random_distribution distribution,
              const uint32_t counter[4], const uint32_t key[2], int64_t low,
              int64_t high, const dml_tensor* output);

Status ApplyOptimizer(OperatorContext& context, dml_optimizer optimizer,
                      const dml_tensor* const* tensors, uint32_t tensor_count,
                      int32_t use_nesterov, int32_t update_slots);

Status ApplyOptimizerToRows(OperatorContext& context, dml_optimizer optimizer,
                            const dml_tensor* const* tensors,
                            uint32_t tensor_count, const dml_tensor* indices,
                            int32_t use_nesterov, int32_t update_slots);

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_OPERATORS_H_
