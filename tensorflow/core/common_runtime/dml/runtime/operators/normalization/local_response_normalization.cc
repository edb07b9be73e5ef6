// See local_response_normalization.comp for the steps.
#include <algorithm>
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/normalization/normalization_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

using Parameters = LocalResponseNormalizationParameters;

enum class Step : uint32_t {
  kOutput = Parameters::kOutput,
  kShares = Parameters::kShares,
  kGradient = Parameters::kGradient
};

Parameters::MatrixLayout LayoutOf(const dml_tensor& tensor) {
  return {DataOffset(tensor), static_cast<int32_t>(tensor.strides[0]),
          static_cast<int32_t>(tensor.strides[1])};
}

Status CheckMatrices(Span<const dml_tensor* const> tensors, int64_t radius) {
  for (const dml_tensor* tensor : tensors) {
    DML_RETURN_IF_ERROR(
        CheckTensor(tensor, "local_response_normalization: tensor"));
    if (tensor->rank != 2 || tensor->type != tensors[0]->type ||
        !SameSizes(*tensor, *tensors[0])) {
      return InvalidArgument(
          "local_response_normalization: tensors must be [rows, channels], all "
          "of one type and size, not ",
          Describe(*tensors[0]), " and ", Describe(*tensor));
    }
  }
  if (radius < 0) {
    return InvalidArgument("local_response_normalization: the radius ", radius,
                           " must not be negative");
  }
  return Status::Ok();
}

Parameters MakeConstants(const dml_tensor& x, int64_t radius, double bias,
                         double alpha, double beta) {
  Parameters constants = {};
  constants.count = static_cast<uint32_t>(ElementCount(x));
  constants.channels = static_cast<uint32_t>(x.sizes[1]);
  constants.by_channels = DivideBy(constants.channels);
  // A wider window holds no more channels.
  constants.radius = static_cast<uint32_t>(std::min(radius, x.sizes[1]));
  constants.bias = static_cast<float>(bias);
  constants.alpha = static_cast<float>(alpha);
  constants.beta = static_cast<float>(beta);
  constants.x_at = LayoutOf(x);
  return constants;
}

Status LaunchStep(OperatorContext& context, uint32_t type, Step step,
                  const BufferArgument (&buffers)[5],
                  const Parameters& constants) {
  return LaunchProgram(
      context, ShaderName("local_response_normalization", type),
      {kGroupSize, static_cast<uint32_t>(step)},
      LinearGrid(context, CeilDivide(constants.count, kGroupSize)), buffers,
      constants);
}

}  // namespace

Status LocalResponseNormalization(OperatorContext& context,
                                  const dml_tensor* input, int64_t radius,
                                  double bias, double alpha, double beta,
                                  const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckMatrices({input, output}, radius));
  if (IsEmpty(*output)) return Status::Ok();
  DML_RETURN_IF_ERROR(
      CheckDisjoint("local_response_normalization", *input, *output));
  Parameters constants = MakeConstants(*input, radius, bias, alpha, beta);
  constants.y_at = LayoutOf(*output);
  const BufferArgument x = Argument(*input, Access::kRead);
  return LaunchStep(context, input->type, Step::kOutput,
                    {x, Argument(*output, Access::kWrite), x, x, x}, constants);
}

Status LocalResponseNormalizationGradient(
    OperatorContext& context, const dml_tensor* input, const dml_tensor* output,
    const dml_tensor* output_gradient, int64_t radius, double bias,
    double alpha, double beta, const dml_tensor* input_gradient) {
  DML_RETURN_IF_ERROR(
      CheckMatrices({input, output, output_gradient, input_gradient}, radius));
  if (IsEmpty(*input_gradient)) return Status::Ok();
  for (const dml_tensor* tensor : {input, output, output_gradient}) {
    DML_RETURN_IF_ERROR(CheckDisjoint("local_response_normalization_gradient",
                                      *tensor, *input_gradient));
  }
  Parameters constants = MakeConstants(*input, radius, bias, alpha, beta);
  constants.y_at = LayoutOf(*output);
  constants.dy_at = LayoutOf(*output_gradient);
  constants.dx_at = LayoutOf(*input_gradient);
  Scratch shares(context);
  DML_RETURN_IF_ERROR(
      shares.Allocate(uint64_t{constants.count} * sizeof(float)));
  const BufferArgument x = Argument(*input, Access::kRead);
  const BufferArgument y = Argument(*output, Access::kRead);
  const BufferArgument dy = Argument(*output_gradient, Access::kRead);
  // Buffers that a step leaves alone are the input.
  DML_RETURN_IF_ERROR(LaunchStep(context, input->type, Step::kShares,
                                 {x, y, dy, shares.Argument(Access::kWrite), x},
                                 constants));
  return LaunchStep(context, input->type, Step::kGradient,
                    {x, x, dy, shares.Argument(Access::kRead),
                     Argument(*input_gradient, Access::kWrite)},
                    constants);
}

}  // namespace dml
