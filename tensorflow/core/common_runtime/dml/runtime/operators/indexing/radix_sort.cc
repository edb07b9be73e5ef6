#include "tensorflow/core/common_runtime/dml/runtime/operators/radix_sort.h"

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/indexing/indexing_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/tensor.h"
#include "tensorflow/core/common_runtime/dml/runtime/shaders/shared_parameters.h"

namespace dml {

static_assert(kGroupSize == 1u << RadixSort::kBitsOfPass,
              "an invocation for each value of a byte");

int64_t RadixSort::GroupsOfSegment() const {
  return CeilDivide(count_, int64_t{RadixSortParameters::kKeysOfGroup});
}

Status RadixSort::Allocate() {
  const uint64_t bytes = segments_ * count_ * sizeof(uint32_t);
  for (Pair& pair : pairs_) {
    DML_RETURN_IF_ERROR(pair.keys.Allocate(bytes));
    DML_RETURN_IF_ERROR(pair.positions.Allocate(bytes));
  }
  return counts_.Allocate(segments_ * kGroupSize * GroupsOfSegment() *
                          sizeof(uint32_t));
}

Status RadixSort::Sort(uint32_t first_bit, uint32_t end_bit) {
  for (uint32_t shift = first_bit; shift < end_bit; shift += kBitsOfPass) {
    DML_RETURN_IF_ERROR(Pass(shift));
  }
  return Status::Ok();
}

Status RadixSort::Pass(uint32_t shift) {
  const int64_t groups = GroupsOfSegment();
  RadixSortParameters constants = {};
  constants.segments = static_cast<uint32_t>(segments_);
  constants.count = static_cast<uint32_t>(count_);
  constants.groups = static_cast<uint32_t>(groups);
  constants.shift = shift;
  constants.has_positions = has_positions_;
  const Pair& from = pairs_[last_];
  const Pair& to = pairs_[1 - last_];
  const auto launch = [&](uint32_t step, Access counts_access) {
    const bool place = step == RadixSortParameters::kPlace;
    const Access access = place ? Access::kWrite : Access::kRead;
    const BufferArgument read = from.keys.Argument(Access::kRead);
    // Buffers that a launch leaves alone are the keys.
    return LaunchProgram(
        context_, "radix_sort", {kGroupSize, step},
        LinearGrid(context_, segments_ * groups),
        {read,
         place && has_positions_ ? from.positions.Argument(Access::kRead)
                                 : read,
         counts_.Argument(counts_access),
         place ? to.keys.Argument(access) : read,
         place ? to.positions.Argument(access) : read},
        constants);
  };
  DML_RETURN_IF_ERROR(launch(RadixSortParameters::kCount, Access::kWrite));
  // Segments have equally many keys, so the sums over all counts are places
  // among the keys of all segments.
  const dml_tensor places = MakeTensor(counts_.address(), DML_INT32,
                                       {segments_ * kGroupSize * groups});
  DML_RETURN_IF_ERROR(Scan(context_, DML_SCAN_SUM, &places, 0,
                           /*exclusive=*/1, /*reverse=*/0, &places));
  DML_RETURN_IF_ERROR(launch(RadixSortParameters::kPlace, Access::kRead));
  last_ = 1 - last_;
  has_positions_ = true;
  return Status::Ok();
}

}  // namespace dml
