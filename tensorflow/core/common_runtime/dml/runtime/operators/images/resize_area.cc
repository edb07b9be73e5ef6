// Resizing of images by means over areas. See resize_area.comp.
#include <algorithm>
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/images/images_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

constexpr uint32_t kRank = 4;
constexpr uint32_t kHeight = 1;
constexpr uint32_t kChannel = 3;
// Beyond, float32 coordinates are too coarse.
constexpr int64_t kMaxSize = int64_t{1} << 22;

Status CheckResizeArea(const dml_tensor* input, const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckTensor(input, "resize_area: input"));
  DML_RETURN_IF_ERROR(CheckTensor(output, "resize_area: output"));
  if (input->rank != kRank || output->rank != kRank ||
      input->sizes[0] != output->sizes[0] ||
      input->sizes[kChannel] != output->sizes[kChannel] ||
      !IsContiguous(*input) || !IsContiguous(*output)) {
    return InvalidArgument(
        "resize_area: input and output must be contiguous [batch, height, "
        "width, channels] with equal batch and channels, not ",
        Describe(*input), " and ", Describe(*output));
  }
  if (input->type == DML_BOOL || IsComplex(input->type) ||
      output->type != DML_FLOAT32) {
    return Unimplemented(
        "resize_area: takes an input of numbers and an output of float32, not ",
        Describe(*input), " and ", Describe(*output));
  }
  for (uint32_t d = kHeight; d < kChannel; ++d) {
    if (std::max(input->sizes[d], output->sizes[d]) >= kMaxSize) {
      return InvalidArgument("resize_area: sizes must be below ", kMaxSize,
                             ", not ", Describe(*input), " and ",
                             Describe(*output));
    }
  }
  return Status::Ok();
}

}  // namespace

Status ResizeArea(OperatorContext& context, int32_t align_corners,
                  const dml_tensor* input, const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckResizeArea(input, output));
  if (IsEmpty(*output)) return Status::Ok();
  if (IsEmpty(*input)) {
    return InvalidArgument("resize_area: the input ", Describe(*input),
                           " has no elements to make an output of");
  }
  DML_RETURN_IF_ERROR(CheckDisjoint("resize_area", *input, *output));
  ResizeAreaParameters constants = {};
  constants.count = static_cast<uint32_t>(ElementCount(*output));
  constants.channels = static_cast<uint32_t>(output->sizes[kChannel]);
  uint64_t work = constants.count;
  for (uint32_t i = 0; i < 2; ++i) {
    const int64_t in = input->sizes[kHeight + i];
    const int64_t out = output->sizes[kHeight + i];
    const bool corners = align_corners != 0 && out > 1;
    constants.x_size[i] = static_cast<int32_t>(in);
    constants.y_size[i] = static_cast<uint32_t>(out);
    constants.scale[i] = static_cast<float>(corners ? in - 1 : in) /
                         static_cast<float>(corners ? out - 1 : out);
    work *= static_cast<uint64_t>(in / out + 1);
  }
  return LaunchProgram(
      context, ShaderName("resize_area", input->type, output->type),
      {kGroupSize},
      LinearGrid(context, CeilDivide(constants.count, kGroupSize), work),
      {Argument(*input, Access::kRead), Argument(*output, Access::kWrite)},
      constants);
}

}  // namespace dml
