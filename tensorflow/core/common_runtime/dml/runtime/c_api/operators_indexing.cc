// Indexing; see run_operator.h.

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/run_operator.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"

using dml::OperatorContext;

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
