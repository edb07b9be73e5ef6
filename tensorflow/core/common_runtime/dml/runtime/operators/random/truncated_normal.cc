// Normal numbers between bounds. See truncated_normal.comp.
#include <algorithm>
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/random/random_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

constexpr uint32_t kParameters = 4;

Status CheckParameter(const dml_tensor* tensor, const dml_tensor& output) {
  DML_RETURN_IF_ERROR(CheckTensor(tensor, "random: a parameter"));
  if (tensor->type == output.type && tensor->rank == 1 &&
      (tensor->sizes[0] == 1 || tensor->sizes[0] == output.sizes[0]) &&
      IsContiguous(*tensor)) {
    return Status::Ok();
  }
  return InvalidArgument("random: a parameter ", Describe(*tensor),
                         " must be contiguous, of the type of ",
                         Describe(output), ", with 1 element or ",
                         output.sizes[0]);
}

}  // namespace

Status RandomTruncatedNormal(OperatorContext& context,
                             const uint32_t counter[4], const uint32_t key[2],
                             const dml_tensor* means,
                             const dml_tensor* deviations,
                             const dml_tensor* lows, const dml_tensor* highs,
                             const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckTensor(output, "random: output"));
  if (counter == nullptr || key == nullptr) {
    return InvalidArgument("random: the counter or the key is null");
  }
  if (output->rank != 2 || !IsFloat(output->type) || !IsContiguous(*output)) {
    return InvalidArgument("random: the output ", Describe(*output),
                           " must be a contiguous matrix of floats");
  }
  TruncatedNormalParameters constants = {};
  const dml_tensor* const parameters[kParameters] = {means, deviations, lows,
                                                     highs};
  for (uint32_t i = 0; i < kParameters; ++i) {
    DML_RETURN_IF_ERROR(CheckParameter(parameters[i], *output));
    if (parameters[i]->sizes[0] != 1) constants.varies |= 1u << i;
  }
  if (IsEmpty(*output)) return Status::Ok();
  constants.count = static_cast<uint32_t>(ElementCount(*output));
  constants.batch = static_cast<uint32_t>(output->sizes[1]);
  std::copy_n(counter, 4, constants.counter);
  std::copy_n(key, 2, constants.key);
  return LaunchProgram(
      context, ShaderName("truncated_normal", output->type), {kGroupSize},
      LinearGrid(context, CeilDivide(constants.count, kGroupSize)),
      {Argument(*output, Access::kWrite), Argument(*means, Access::kRead),
       Argument(*deviations, Access::kRead), Argument(*lows, Access::kRead),
       Argument(*highs, Access::kRead)},
      constants);
}

}  // namespace dml
