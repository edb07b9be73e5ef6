// Gradients clipped by the norm of all of them. See squares.comp and
// clip_by_norm.comp, of which each input takes a launch: the stream makes up to
// 16 of them one.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/optimizers/optimizers_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/pieces.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

constexpr char kName[] = "clip_by_global_norm";
// Of all inputs together, about: each group of the second program reads them.
constexpr uint64_t kSums = 1024;
// Elements of a part: a group's lanes have 64 each.
constexpr uint64_t kLeastChunk = 64 * kGroupSize;

Status CheckScalar(const dml_tensor* tensor, const char* what) {
  DML_RETURN_IF_ERROR(CheckTensor(tensor, what));
  if (tensor->type == DML_FLOAT32 && tensor->rank == 0) return Status::Ok();
  return InvalidArgument(what, " ", Describe(*tensor),
                         " must be a scalar of float32");
}

// Elements are read while others are written: what is written must overlap
// nothing but the input that it is made of.
class Ranges {
 public:
  void Add(const dml_tensor& tensor, uint32_t index, bool written) {
    const BufferArgument range = Argument(tensor, Access::kRead);
    if (range.bytes == 0) return;
    ranges_.push_back(
        {range.address, range.address + range.bytes, index, written});
  }

  Status Check() {
    std::sort(ranges_.begin(), ranges_.end(),
              [](const Range& a, const Range& b) {
                return a.begin != b.begin ? a.begin < b.begin
                                          : a.written && !b.written;
              });
    uint64_t read_end = 0;
    const Range* last_written = nullptr;
    for (const Range& range : ranges_) {
      const bool overlaps_written =
          last_written != nullptr && range.begin < last_written->end &&
          (range.written || range.index != last_written->index);
      if (overlaps_written || (range.written && range.begin < read_end)) {
        return InvalidArgument(kName,
                               ": an output overlaps a tensor other than its "
                               "own input; each needs memory of its own");
      }
      if (range.written) {
        last_written = &range;
      } else {
        read_end = std::max(read_end, range.end);
      }
    }
    return Status::Ok();
  }

 private:
  struct Range {
    uint64_t begin, end;
    uint32_t index;
    bool written;
  };
  std::vector<Range> ranges_;
};

Status Check(const dml_tensor* const* inputs, uint32_t input_count,
             const dml_tensor* clip_norm, const dml_tensor* const* outputs,
             uint32_t output_count, const dml_tensor* norm) {
  if (input_count != output_count) {
    return InvalidArgument(kName, ": ", input_count, " inputs do not give ",
                           output_count, " outputs");
  }
  DML_RETURN_IF_ERROR(CheckScalar(clip_norm, "clip_by_global_norm: clip_norm"));
  DML_RETURN_IF_ERROR(CheckScalar(norm, "clip_by_global_norm: norm"));
  Ranges ranges;
  for (uint32_t i = 0; i < input_count; ++i) {
    DML_RETURN_IF_ERROR(
        CheckWideTensor(inputs[i], "clip_by_global_norm: input"));
    DML_RETURN_IF_ERROR(
        CheckWideTensor(outputs[i], "clip_by_global_norm: output"));
    const dml_tensor& input = *inputs[i];
    const dml_tensor& output = *outputs[i];
    if (input.type != DML_FLOAT32 || output.type != DML_FLOAT32 ||
        !SameSizes(input, output) || !IsContiguous(input) ||
        !IsContiguous(output)) {
      return InvalidArgument(kName, ": input ", i, " ", Describe(input),
                             " and output ", Describe(output),
                             " must be of float32, of equal sizes, and have no "
                             "gaps");
    }
    DML_RETURN_IF_ERROR(CheckAliasing(kName, input, output));
    ranges.Add(input, i, /*written=*/false);
    ranges.Add(output, i, /*written=*/true);
  }
  ranges.Add(*clip_norm, input_count, /*written=*/false);
  ranges.Add(*norm, input_count + 1, /*written=*/true);
  return ranges.Check();
}

// What a launch takes.
struct Part {
  dml_tensor x, y;
  uint64_t count = 0;  // of elements
  uint32_t chunk = 0;  // of these, for a sum
  uint32_t sums = 0;
};

Status FindParts(const OperatorContext& context,
                 const dml_tensor* const* inputs,
                 const dml_tensor* const* outputs, uint32_t count,
                 std::vector<Part>* parts) {
  for (uint32_t i = 0; i < count; ++i) {
    const int64_t elements = ElementCount(*inputs[i]);
    if (elements == 0) continue;
    const dml_tensor x = Reshape(*inputs[i], {elements});
    const dml_tensor y = Reshape(*outputs[i], {elements});
    DML_RETURN_IF_ERROR(ForEachPiece(context, kName, {&x, &y}, kAllDimensions,
                                     [parts](const dml_tensor* const* pieces) {
                                       Part part;
                                       part.x = *pieces[0];
                                       part.y = *pieces[1];
                                       part.count = static_cast<uint64_t>(
                                           pieces[0]->sizes[0]);
                                       parts->push_back(part);
                                       return Status::Ok();
                                     }));
  }
  return Status::Ok();
}

// How many sums there are.
uint32_t ShareOut(std::vector<Part>* parts) {
  uint64_t elements = 0;
  for (const Part& part : *parts) elements += part.count;
  const uint64_t chunk =
      std::max(kLeastChunk, RoundUp(CeilDivide(elements, kSums), 4));
  uint32_t sums = 0;
  for (Part& part : *parts) {
    part.chunk = static_cast<uint32_t>(std::min(chunk, RoundUp(part.count, 4)));
    part.sums = static_cast<uint32_t>(CeilDivide(part.count, part.chunk));
    sums += part.sums;
  }
  return sums;
}

}  // namespace

Status ClipByGlobalNorm(OperatorContext& context,
                        const dml_tensor* const* inputs, uint32_t input_count,
                        const dml_tensor* clip_norm,
                        const dml_tensor* const* outputs, uint32_t output_count,
                        const dml_tensor* norm) {
  DML_RETURN_IF_ERROR(
      Check(inputs, input_count, clip_norm, outputs, output_count, norm));
  std::vector<Part> parts;
  DML_RETURN_IF_ERROR(FindParts(context, inputs, outputs, input_count, &parts));
  if (parts.empty()) {
    const float zero = 0;
    return Fill(context, norm, &zero);
  }
  const uint32_t sum_count = ShareOut(&parts);
  Scratch sums(context);
  DML_RETURN_IF_ERROR(sums.Allocate(sum_count * sizeof(float)));

  uint64_t at = sums.address();
  for (const Part& part : parts) {
    const uint64_t bytes = part.sums * sizeof(float);
    const SquaresParameters constants = {static_cast<uint32_t>(part.count),
                                         part.chunk};
    const BufferArgument buffers[] = {Argument(part.x, Access::kRead),
                                      {at, bytes, Access::kWrite}};
    DML_RETURN_IF_ERROR(LaunchProgram(
        context, ShaderName("squares", DML_FLOAT32),
        {kGroupSize, static_cast<uint32_t>(IsVectorAligned(part.x))},
        LinearGrid(context, part.sums), buffers, constants));
    at += bytes;
  }

  // The first launch writes the norm; others, that are not to wait for it, have
  // something else in its place.
  BufferArgument norm_argument = Argument(*norm, Access::kWrite);
  for (const Part& part : parts) {
    const bool first = &part == &parts.front();
    const ClipByNormParameters constants = {static_cast<uint32_t>(part.count),
                                            sum_count, first};
    constexpr uint64_t kElements =
        4 * ClipByNormParameters::kVectorsOfLane * kGroupSize;
    const BufferArgument buffers[] = {
        Argument(part.x, Access::kRead), Argument(part.y, Access::kWrite),
        sums.Argument(Access::kRead), Argument(*clip_norm, Access::kRead),
        norm_argument};
    DML_RETURN_IF_ERROR(LaunchProgram(
        context, ShaderName("clip_by_norm", DML_FLOAT32),
        {kGroupSize, static_cast<uint32_t>(IsVectorAligned(part.x) &&
                                           IsVectorAligned(part.y))},
        LinearGrid(context, CeilDivide(part.count, kElements)), buffers,
        constants));
    norm_argument = sums.Argument(Access::kRead);
  }
  return Status::Ok();
}

}  // namespace dml
