// Sliding windows as elements.
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/images/images_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {

Status ExtractPatches(OperatorContext& context, const int64_t strides[3],
                      const int64_t dilations[3], const int64_t pad_before[3],
                      const dml_tensor* input, const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckTensor(input, "extract_patches: input"));
  DML_RETURN_IF_ERROR(CheckTensor(output, "extract_patches: output"));
  if (input->rank != 5 || output->rank != 8 || !IsContiguous(*output) ||
      input->type != output->type || input->sizes[0] != output->sizes[0] ||
      input->sizes[4] != output->sizes[7]) {
    return InvalidArgument(
        "extract_patches: takes input [batch, 3 spatial, channels] and a "
        "contiguous output [batch, 3 spatial, 3 of the window, channels] of "
        "its type, not ",
        Describe(*input), " and ", Describe(*output));
  }
  // Where the last window ends must be a number that programs can hold.
  constexpr int64_t kLimit = int64_t{1} << 30;
  ExtractPatchesParameters constants = {};
  for (int d = 0; d < 3; ++d) {
    const int64_t outputs = output->sizes[d + 1];
    const int64_t window = output->sizes[d + 4];
    const bool fits = strides[d] > 0 && dilations[d] > 0 &&
                      pad_before[d] > -kLimit && pad_before[d] < kLimit &&
                      outputs <= kLimit / strides[d] &&
                      window <= kLimit / dilations[d];
    if (!fits) {
      return InvalidArgument("extract_patches: stride ", strides[d],
                             ", dilation ", dilations[d], " or padding ",
                             pad_before[d], " is out of range for ",
                             Describe(*output));
    }
    constants.inputs[d] = static_cast<int32_t>(input->sizes[d + 1]);
    constants.outputs[d] = static_cast<uint32_t>(outputs);
    constants.window[d] = static_cast<uint32_t>(window);
    constants.stride[d] = static_cast<int32_t>(strides[d]);
    constants.dilation[d] = static_cast<int32_t>(dilations[d]);
    constants.pad_before[d] = static_cast<int32_t>(pad_before[d]);
  }
  if (IsEmpty(*output)) return Status::Ok();
  if (IsEmpty(*input)) {
    const uint64_t zero[2] = {};  // as wide as the widest type
    return Fill(context, output, zero);
  }
  DML_RETURN_IF_ERROR(CheckDisjoint("extract_patches", *input, *output));
  constants.total = static_cast<uint32_t>(ElementCount(*output));
  constants.channels = static_cast<uint32_t>(output->sizes[7]);
  constants.x_offset = DataOffset(*input);
  for (int d = 0; d < 5; ++d) {
    constants.x_strides[d] = static_cast<int32_t>(input->strides[d]);
  }
  return LaunchProgram(
      context, ShaderName("extract_patches", BitsType(input->type)),
      {kGroupSize},
      LinearGrid(context, CeilDivide(constants.total, 4 * kGroupSize)),
      {Argument(*input, Access::kRead), Argument(*output, Access::kWrite)},
      constants);
}

}  // namespace dml
