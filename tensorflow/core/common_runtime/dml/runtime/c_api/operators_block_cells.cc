// Fused recurrent cells; see run_operator.h.

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/run_operator.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"

dml_code dml_block_cell(dml_device* device, dml_block_step step, uint32_t flags,
                        const dml_tensor* const* tensors, uint32_t tensor_count,
                        double forget_bias, double cell_clip) {
  return dml::RunOperator("block_cell", device, {{"tensors", tensors}},
                          [&](dml::OperatorContext& context) {
                            return dml::BlockCell(context, step, flags, tensors,
                                                  tensor_count, forget_bias,
                                                  cell_clip);
                          });
}
