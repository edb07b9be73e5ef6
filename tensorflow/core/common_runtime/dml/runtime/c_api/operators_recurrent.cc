// Recurrent layers; see run_operator.h.

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/run_operator.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"

using dml::OperatorContext;

dml_code dml_recurrent_cell(
    dml_device* device, dml_cell cell, const dml_tensor* gates,
    const dml_tensor* recurrent, const dml_tensor* hidden_before,
    const dml_tensor* cell_before, const dml_tensor* lengths, int32_t time,
    const dml_tensor* hidden, const dml_tensor* cell_after,
    const dml_tensor* output) {
  return dml::RunOperator(
      "recurrent_cell", device, {{"gates", gates}, {"output", output}},
      [&](OperatorContext& context) {
        return dml::RecurrentCell(context, cell, gates, recurrent,
                                  hidden_before, cell_before, lengths, time,
                                  hidden, cell_after, output);
      });
}

dml_code dml_recurrent_cell_gradient(
    dml_device* device, dml_cell cell, const dml_tensor* gates,
    const dml_tensor* recurrent, const dml_tensor* hidden_before,
    const dml_tensor* cell_before, const dml_tensor* cell_after,
    const dml_tensor* lengths, int32_t time, const dml_tensor* output_gradient,
    const dml_tensor* hidden_gradient, const dml_tensor* cell_gradient,
    const dml_tensor* gates_gradient, const dml_tensor* recurrent_gradient) {
  return dml::RunOperator(
      "recurrent_cell_gradient", device,
      {{"gates", gates}, {"hidden_gradient", hidden_gradient}},
      [&](OperatorContext& context) {
        return dml::RecurrentCellGradient(
            context, cell, gates, recurrent, hidden_before, cell_before,
            cell_after, lengths, time, output_gradient, hidden_gradient,
            cell_gradient, gates_gradient, recurrent_gradient);
      });
}
