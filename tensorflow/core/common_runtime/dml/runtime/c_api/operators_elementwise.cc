// Element-wise operators, fills and copies; see run_operator.h.

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/run_operator.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"

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
