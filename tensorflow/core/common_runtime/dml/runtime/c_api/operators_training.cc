// Random numbers and optimizers; see run_operator.h.

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/run_operator.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"

using dml::OperatorContext;

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
