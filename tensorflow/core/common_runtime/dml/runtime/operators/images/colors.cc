// Colors of pixels, converted and adjusted.
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/images/images_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

bool IsAdjustment(dml_color_op op) {
  return op == DML_ADJUST_HUE || op == DML_ADJUST_SATURATION;
}

Status Check(dml_color_op op, const dml_tensor* input, const dml_tensor* amount,
             const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckTensor(input, "convert_colors: input"));
  DML_RETURN_IF_ERROR(CheckTensor(output, "convert_colors: output"));
  if (!IsAdjustment(op) && op != DML_RGB_TO_HSV && op != DML_HSV_TO_RGB) {
    return InvalidArgument("convert_colors: there is no operation ",
                           static_cast<int>(op));
  }
  if (input->rank != 2 || input->sizes[1] != 3 || !IsFloat(input->type) ||
      !SameSizes(*input, *output) || input->type != output->type) {
    return InvalidArgument(
        "convert_colors: takes float tensors [pixels, 3] of one type, not ",
        Describe(*input), " and ", Describe(*output));
  }
  if (!IsAdjustment(op)) return Status::Ok();
  if (amount == nullptr) {
    return InvalidArgument("convert_colors: adjusts by an amount, not null");
  }
  DML_RETURN_IF_ERROR(CheckTensor(amount, "convert_colors: amount"));
  if (amount->rank != 0 || amount->type != DML_FLOAT32) {
    return InvalidArgument("convert_colors: the amount is float32 [], not ",
                           Describe(*amount));
  }
  return CheckDisjoint("convert_colors", *amount, *output);
}

}  // namespace

Status ConvertColors(OperatorContext& context, dml_color_op op,
                     const dml_tensor* input, const dml_tensor* amount,
                     const dml_tensor* output) {
  DML_RETURN_IF_ERROR(Check(op, input, amount, output));
  if (IsEmpty(*output)) return Status::Ok();
  DML_RETURN_IF_ERROR(CheckAliasing("convert_colors", *input, *output));
  ColorsParameters constants = {};
  constants.count = static_cast<uint32_t>(output->sizes[0]);
  constants.x_offset = DataOffset(*input);
  constants.y_offset = DataOffset(*output);
  for (int d = 0; d < 2; ++d) {
    constants.x_strides[d] = static_cast<int32_t>(input->strides[d]);
    constants.y_strides[d] = static_cast<int32_t>(output->strides[d]);
  }
  // Conversions don't read the amount.
  const dml_tensor& parameter = IsAdjustment(op) ? *amount : *input;
  return LaunchProgram(
      context, ShaderName("colors", input->type),
      {kGroupSize, static_cast<uint32_t>(op)},
      LinearGrid(context, CeilDivide(constants.count, 4 * kGroupSize)),
      {Argument(*input, Access::kRead), Argument(parameter, Access::kRead),
       Argument(*output, Access::kWrite)},
      constants);
}

}  // namespace dml
