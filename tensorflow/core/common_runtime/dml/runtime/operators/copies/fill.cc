// Tensors made of nothing: fills and ranges.
#include <cstdint>
#include <cstring>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/copies/copies_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/pieces.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

Status FillContiguous(OperatorContext& context, dml_tensor tensor,
                      const void* value) {
  // As many copies of the value as fit 16 bytes, so that small elements may be
  // written several at a time.
  uint32_t bytes = TypeBytes(tensor.type);
  uint8_t pattern[16];
  for (uint32_t i = 0; i < sizeof(pattern); i += bytes) {
    std::memcpy(pattern + i, value, bytes);
  }
  const dml_tensor flat =
      MakeTensor(tensor.data, tensor.type, {ElementCount(tensor)});
  const dml_tensor wide = Widen(flat, WidestBytes({&flat}));
  return ForEachPiece(
      context, "fill", {&wide}, kAllDimensions,
      [&](const dml_tensor* const* pieces) {
        const dml_tensor& piece = *pieces[0];
        FillParameters constants = {static_cast<uint32_t>(ElementCount(piece)),
                                    {}};
        std::memcpy(constants.value, pattern, sizeof(pattern));
        return LaunchProgram(
            context, ShaderName("fill", piece.type),
            {kGroupSize, static_cast<uint32_t>(IsVectorAligned(piece))},
            LinearGrid(context, CeilDivide(constants.count, 4 * kGroupSize)),
            {Argument(piece, Access::kWrite)}, constants);
      });
}

void SplitWords(double value, bool is_float, uint32_t words[2]) {
  if (is_float) {
    const float high = static_cast<float>(value);
    const float low = static_cast<float>(value - high);
    std::memcpy(&words[0], &high, sizeof(high));
    std::memcpy(&words[1], &low, sizeof(low));
  } else {
    const int64_t integer = static_cast<int64_t>(value);
    std::memcpy(words, &integer, sizeof(integer));
  }
}

}  // namespace

Status Fill(OperatorContext& context, const dml_tensor* output,
            const void* value) {
  DML_RETURN_IF_ERROR(CheckWideTensor(output, "fill: output"));
  if (value == nullptr) return InvalidArgument("fill: the value is null");
  if (IsEmpty(*output)) return Status::Ok();
  if (IsContiguous(*output)) return FillContiguous(context, *output, value);
  // One element, repeated by strides of 0.
  Scratch scratch(context);
  DML_RETURN_IF_ERROR(scratch.Allocate(TypeBytes(output->type)));
  dml_tensor element = *output;
  element.data = scratch.address();
  for (int64_t& stride : element.strides) stride = 0;
  DML_RETURN_IF_ERROR(FillContiguous(
      context, MakeTensor(scratch.address(), output->type, {}), value));
  return CopyTensor(context, &element, output);
}

Status Range(OperatorContext& context, const dml_tensor* output, double start,
             double delta) {
  DML_RETURN_IF_ERROR(CheckTensor(output, "range: output"));
  if (output->rank != 1 ||
      !(IsFloat(output->type) || IsInteger(output->type))) {
    return InvalidArgument("range: the output must be numbers of rank 1, not ",
                           Describe(*output));
  }
  // NaN fails each comparison.
  const auto fits = [](double x) { return x >= -0x1p63 && x < 0x1p63; };
  if (IsInteger(output->type) && !(fits(start) && fits(delta))) {
    return InvalidArgument("range: a start of ", start, " and steps of ", delta,
                           " for ", Describe(*output),
                           ": both must be numbers that an int64 holds");
  }
  if (IsEmpty(*output)) return Status::Ok();
  RangeParameters constants = {};
  constants.count = static_cast<uint32_t>(output->sizes[0]);
  constants.stride = static_cast<int32_t>(output->strides[0]);
  constants.offset = DataOffset(*output);
  SplitWords(start, IsFloat(output->type), constants.start);
  SplitWords(delta, IsFloat(output->type), constants.step);
  return LaunchProgram(
      context, ShaderName("range", output->type), {kGroupSize},
      LinearGrid(context, CeilDivide(constants.count, kGroupSize)),
      {Argument(*output, Access::kWrite)}, constants);
}

}  // namespace dml
