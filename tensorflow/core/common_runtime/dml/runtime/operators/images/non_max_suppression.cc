// Non-maximum suppression: a sort by score, then, for as many boxes at a time
// as memory for their overlaps allows, two launches: see
// suppress_overlaps.comp and suppress_boxes.comp.
#include <algorithm>
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/images/images_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

// Boxes of a word of bits.
constexpr uint64_t kWord = 32;

// Memory for the overlaps of the boxes taken at a time.
constexpr uint64_t kMostOverlapBytes = uint64_t{64} << 20;

// What an invocation may walk in one launch, so that none runs into a driver's
// time limit or, on Mesa's software driver, into its limit of 65535 iterations
// (row_walk.h).
constexpr uint64_t kIterationsPerLaunch = 49152;

// How many of `count` boxes to take at a time, a multiple of kWord.
uint64_t RowsOf(uint64_t count) {
  const uint64_t words = CeilDivide(count, kWord);
  const uint64_t iterations =
      1 + kWord + CeilDivide(words, kGroupSize) * (1 + kWord);
  const uint64_t blocks =
      std::min({words, kIterationsPerLaunch / iterations,
                kMostOverlapBytes / (words * sizeof(uint32_t) * kWord)});
  return kWord * std::max<uint64_t>(blocks, 1);
}

Status Check(const dml_tensor* boxes, const dml_tensor* scores,
             const dml_tensor* selected, const dml_tensor* count) {
  DML_RETURN_IF_ERROR(CheckTensor(boxes, "non_max_suppression: boxes"));
  DML_RETURN_IF_ERROR(CheckTensor(scores, "non_max_suppression: scores"));
  DML_RETURN_IF_ERROR(CheckTensor(selected, "non_max_suppression: selected"));
  DML_RETURN_IF_ERROR(CheckTensor(count, "non_max_suppression: count"));
  const bool fits = boxes->rank == 2 && boxes->sizes[1] == 4 &&
                    boxes->type == DML_FLOAT32 && scores->rank == 1 &&
                    scores->sizes[0] == boxes->sizes[0] &&
                    scores->type == DML_FLOAT32 && selected->rank == 1 &&
                    selected->type == DML_INT32 && count->rank == 0 &&
                    count->type == DML_INT32 && IsContiguous(*boxes) &&
                    IsContiguous(*scores) && IsContiguous(*selected);
  if (!fits) {
    return InvalidArgument(
        "non_max_suppression: takes float32 boxes [n, 4] and scores [n], int32 "
        "selected [most] and count [], all contiguous, not ",
        Describe(*boxes), ", ", Describe(*scores), ", ", Describe(*selected),
        " and ", Describe(*count));
  }
  for (const dml_tensor* input : {boxes, scores}) {
    for (const dml_tensor* output : {selected, count}) {
      DML_RETURN_IF_ERROR(
          CheckDisjoint("non_max_suppression", *input, *output));
    }
  }
  return CheckDisjoint("non_max_suppression", *selected, *count);
}

}  // namespace

Status NonMaxSuppression(OperatorContext& context, const dml_tensor* boxes,
                         const dml_tensor* scores, double overlap_threshold,
                         double score_threshold, const dml_tensor* selected,
                         const dml_tensor* count) {
  DML_RETURN_IF_ERROR(Check(boxes, scores, selected, count));
  if (IsEmpty(*scores) || IsEmpty(*selected)) {
    const int32_t zero = 0;
    return Fill(context, count, &zero);
  }
  const int64_t n = scores->sizes[0];
  const uint64_t words = CeilDivide(n, kWord), rows = RowsOf(n);
  Scratch sorted(context), order(context), removed(context), overlaps(context);
  DML_RETURN_IF_ERROR(sorted.Allocate(n * sizeof(float)));
  DML_RETURN_IF_ERROR(order.Allocate(n * sizeof(int32_t)));
  DML_RETURN_IF_ERROR(removed.Allocate(words * sizeof(uint32_t)));
  DML_RETURN_IF_ERROR(overlaps.Allocate(words * rows * sizeof(uint32_t)));

  const dml_tensor row = Reshape(*scores, {1, n});
  const dml_tensor values = MakeTensor(sorted.address(), DML_FLOAT32, {1, n});
  const dml_tensor indices = MakeTensor(order.address(), DML_INT32, {1, n});
  DML_RETURN_IF_ERROR(TopK(context, &row, &values, &indices));

  for (uint64_t first = 0; first < static_cast<uint64_t>(n); first += rows) {
    SuppressOverlapsParameters pairs = {};
    pairs.count = static_cast<uint32_t>(n);
    pairs.first = static_cast<uint32_t>(first);
    pairs.rows = static_cast<uint32_t>(std::min(rows, n - first));
    pairs.row_groups =
        static_cast<uint32_t>(CeilDivide(pairs.rows, kGroupSize));
    pairs.groups =
        static_cast<uint32_t>(pairs.row_groups * (words - first / kWord));
    pairs.threshold = static_cast<float>(overlap_threshold);
    DML_RETURN_IF_ERROR(LaunchProgram(
        context, ShaderName("suppress_overlaps"), {kGroupSize},
        LinearGrid(context, pairs.groups),
        {Argument(*boxes, Access::kRead), order.Argument(Access::kRead),
         overlaps.Argument(Access::kWrite)},
        pairs));
    const SuppressBoxesParameters walk = {
        pairs.count, pairs.first, pairs.rows,
        static_cast<uint32_t>(selected->sizes[0]),
        static_cast<float>(score_threshold)};
    DML_RETURN_IF_ERROR(LaunchProgram(
        context, ShaderName("suppress_boxes"), {kGroupSize}, Grid(),
        {overlaps.Argument(Access::kRead), sorted.Argument(Access::kRead),
         order.Argument(Access::kRead), removed.Argument(Access::kReadWrite),
         Argument(*selected, Access::kReadWrite),
         Argument(*count, Access::kReadWrite)},
        walk));
  }
  return Status::Ok();
}

}  // namespace dml
