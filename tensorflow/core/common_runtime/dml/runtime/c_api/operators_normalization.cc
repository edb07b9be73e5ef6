// Normalization and losses; see run_operator.h.

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/run_operator.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"

using dml::OperatorContext;

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
