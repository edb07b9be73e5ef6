// Reductions, scans and selections; see run_operator.h.

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/run_operator.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"

using dml::OperatorContext;

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
