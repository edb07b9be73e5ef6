// Padding: dimensions that are neither padded nor apart in memory are merged
// first.
#include <algorithm>
#include <cstdint>
#include <cstring>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/copies/copies_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/pieces.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

struct Dimension {
  int64_t x_size = 1;
  int64_t y_size = 1;
  int64_t before = 0;
  int64_t x_stride = 0;
  int64_t y_stride = 0;

  bool padded() const { return before != 0 || x_size != y_size; }
};

// An unpadded dimension joins the one outside it where both tensors walk on;
// also when that one is padded, if its pads are whole rows of this one.
// Returns the rank, at least 1.
uint32_t Merge(dml_pad_mode mode, const dml_tensor& input,
               const int64_t* before, const dml_tensor& output,
               Dimension* merged) {
  uint32_t rank = 0;
  for (uint32_t d = 0; d < output.rank; ++d) {
    const Dimension next = {input.sizes[d], output.sizes[d], before[d],
                            input.strides[d], output.strides[d]};
    if (!next.padded() && next.x_size == 1 && rank > 0) continue;
    if (rank > 0 && !next.padded()) {
      Dimension& last = merged[rank - 1];
      const bool walks_on = last.x_stride == next.x_stride * next.x_size &&
                            last.y_stride == next.y_stride * next.y_size;
      if (walks_on && (mode == DML_PAD_CONSTANT || !last.padded())) {
        last = {last.x_size * next.x_size, last.y_size * next.y_size,
                last.before * next.x_size, next.x_stride, next.y_stride};
        continue;
      }
    }
    merged[rank++] = next;
  }
  return std::max<uint32_t>(rank, 1);
}

Status CheckPads(dml_pad_mode mode, const dml_tensor& input,
                 const int64_t* before, const dml_tensor& output) {
  if (mode != DML_PAD_CONSTANT && mode != DML_PAD_REFLECT &&
      mode != DML_PAD_SYMMETRIC) {
    return InvalidArgument("pad: there is no mode ", static_cast<int>(mode));
  }
  if (input.type != output.type || input.rank != output.rank) {
    return InvalidArgument("pad: the input ", Describe(input),
                           " and the output ", Describe(output),
                           " differ in type or rank");
  }
  if (before == nullptr && input.rank > 0) {
    return InvalidArgument("pad: `before` is null");
  }
  for (uint32_t d = 0; d < input.rank; ++d) {
    constexpr int64_t kLimit = int64_t{1} << 31;
    if (before[d] <= -kLimit || before[d] >= kLimit) {
      return InvalidArgument("pad: ", before[d], " before dimension ", d,
                             " exceeds 2^31");
    }
    const int64_t after = output.sizes[d] - input.sizes[d] - before[d];
    const int64_t most = input.sizes[d] - (mode == DML_PAD_REFLECT ? 1 : 0);
    if (mode != DML_PAD_CONSTANT &&
        (before[d] < 0 || after < 0 || before[d] > most || after > most)) {
      return InvalidArgument("pad: dimension ", d, " of ", Describe(input),
                             " cannot take ", before[d], " before and ", after,
                             " after it: in this mode 0 to ", most,
                             " are possible");
    }
  }
  return Status::Ok();
}

// Pads of tensors that programs do not take whole: a fill, and a copy of what
// the input keeps.
Status PadByParts(OperatorContext& context, const dml_tensor& input,
                  const int64_t* before, const void* value,
                  const dml_tensor& output) {
  DML_RETURN_IF_ERROR(Fill(context, &output, value));
  dml_tensor from = input, to = output;
  for (uint32_t d = 0; d < input.rank; ++d) {
    const int64_t cropped = std::max<int64_t>(-before[d], 0);
    const int64_t padded = std::max<int64_t>(before[d], 0);
    const int64_t kept =
        std::min(input.sizes[d] - cropped, output.sizes[d] - padded);
    if (kept <= 0) return Status::Ok();
    const int64_t bytes = TypeBytes(input.type);
    from.data += cropped * input.strides[d] * bytes;
    to.data += padded * output.strides[d] * bytes;
    from.sizes[d] = to.sizes[d] = kept;
  }
  return CopyTensor(context, &from, &to);
}

}  // namespace

Status Pad(OperatorContext& context, dml_pad_mode mode, const dml_tensor* input,
           const int64_t* before, const void* value, const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckWideTensor(input, "pad: input"));
  DML_RETURN_IF_ERROR(CheckWideTensor(output, "pad: output"));
  DML_RETURN_IF_ERROR(CheckPads(mode, *input, before, *output));
  if (IsEmpty(*output)) return Status::Ok();
  if (SameSizes(*input, *output) &&
      std::all_of(before, before + input->rank,
                  [](int64_t pad) { return pad == 0; })) {
    return CopyTensor(context, input, output);
  }
  DML_RETURN_IF_ERROR(CheckAliasing("pad", *input, *output));
  const uint32_t bytes = TypeBytes(output->type);
  uint32_t bits[4] = {};
  if (value != nullptr) std::memcpy(bits, value, bytes);
  if (IsEmpty(*input)) {  // only constant mode comes here
    return Fill(context, output, bits);
  }
  for (const dml_tensor* tensor : {input, output}) {
    if (FitsPrograms(context, *tensor)) continue;
    if (mode == DML_PAD_CONSTANT) {
      return PadByParts(context, *input, before, bits, *output);
    }
    if (!CouldFitPrograms(*tensor)) return TooManyElements("pad", *tensor);
  }

  Dimension merged[DML_MAX_RANK];
  const uint32_t merged_rank = Merge(mode, *input, before, *output, merged);
  const uint32_t rank = merged_rank <= 4 ? merged_rank : DML_MAX_RANK;
  PadParameters constants = {};
  constants.count = static_cast<uint32_t>(ElementCount(*output));
  std::memcpy(constants.value, bits, sizeof(bits));
  uint32_t sizes[DML_MAX_RANK];
  for (uint32_t d = 0; d < rank; ++d) {
    // Dimensions of size 1 in front, where the rank has no program.
    const uint32_t pad = rank - merged_rank;
    const Dimension dimension = d < pad ? Dimension() : merged[d - pad];
    sizes[d] = static_cast<uint32_t>(dimension.y_size);
    constants.x_strides[d] = static_cast<int32_t>(dimension.x_stride);
    constants.y_strides[d] = static_cast<int32_t>(dimension.y_stride);
    constants.x_sizes[d] = static_cast<int32_t>(dimension.x_size);
    constants.before[d] = static_cast<int32_t>(dimension.before);
  }
  constants.index = IndexOf(sizes, rank);
  constants.x_offset = DataOffset(*input);
  constants.y_offset = DataOffset(*output);
  return LaunchProgram(
      context, ShaderName("pad", BitsType(output->type)),
      {kGroupSize, rank, static_cast<uint32_t>(mode)},
      LinearGrid(context, CeilDivide(constants.count, 4 * kGroupSize)),
      {Argument(*input, Access::kRead), Argument(*output, Access::kWrite)},
      constants);
}

}  // namespace dml
