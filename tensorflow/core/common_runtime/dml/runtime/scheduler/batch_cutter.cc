#include "tensorflow/core/common_runtime/dml/runtime/scheduler/batch_cutter.h"

#include <algorithm>
#include <cmath>

#include "tensorflow/core/common_runtime/dml/runtime/scheduler/grid_slices.h"

namespace dml {
namespace {

// Copies are not cut into less.
constexpr uint64_t kLeastCopyBytes = uint64_t{1} << 20;
// Where slices begin; what cuts caches' lines in two is slower.
constexpr uint64_t kCopyAlignment = 4096;

// `number`, rounded up, from 1 to `most`.
uint64_t AtMost(double number, uint64_t most) {
  return static_cast<uint64_t>(
      std::clamp(std::ceil(number), 1.0, static_cast<double>(most)));
}

uint64_t GroupsOf(const uint32_t (&groups)[3]) {
  return uint64_t{groups[0]} * groups[1] * groups[2];
}

}  // namespace

WorkTimes::Work WorkOf(const Batch::Command& command) {
  if (command.program == nullptr) {
    return WorkTimes::Copy(command.copy_bytes, command.queue);
  }
  return {command.program, GroupsOf(command.groups), command.units};
}

CommandSlice::CommandSlice(const Batch::Command& command, uint64_t slice,
                           uint64_t slices)
    : first{0, 0, 0}, groups{1, 1, 1}, begin(0), bytes(command.copy_bytes) {
  if (command.program == nullptr) {
    const uint64_t each =
        RoundUp(CeilDivide(command.copy_bytes, slices), kCopyAlignment);
    begin = std::min(slice * each, command.copy_bytes);
    bytes = std::min(each, command.copy_bytes - begin);
    work = WorkTimes::Copy(bytes, command.queue);
    return;
  }
  GridSlices(command.groups, slices).Get(slice, &first, &groups);
  work.program = command.program;
  work.groups = GroupsOf(groups);
  work.units = command.units * static_cast<float>(work.groups) /
               static_cast<float>(GroupsOf(command.groups));
}

// Slices aim at half of the limit: long enough for the groups of one to keep
// the device busy, so that what a slice takes tells what the whole would take.
uint64_t BatchCutter::SlicesOf(const Batch::Command& command) const {
  const float limit = static_cast<float>(kLimit * target_ns_);
  const WorkTimes::Work work = WorkOf(command);
  float estimate = times_.Estimate(work);
  if (estimate <= limit) return 1;
  if (command.program == nullptr) {
    const uint64_t most =
        std::max<uint64_t>(command.copy_bytes / kLeastCopyBytes, 1);
    const uint64_t wanted = AtMost(2.0 * estimate / limit, most);
    const uint64_t each =
        RoundUp(CeilDivide(command.copy_bytes, wanted), kCopyAlignment);
    return CeilDivide(command.copy_bytes, each);
  }
  const uint64_t most =
      std::max<uint64_t>(work.groups / times_.concurrent_groups(), 1);
  uint64_t slices = 1;
  // Small grids are slower for each group.
  for (int round = 0; round < 4 && estimate > limit && slices < most; ++round) {
    const uint64_t wanted = AtMost(2.0 * slices * estimate / limit, most);
    slices = GridSlices(command.groups, wanted).size();
    estimate = times_.Estimate(CommandSlice(command, 0, slices).work);
  }
  return slices;
}

bool BatchCutter::Next(Piece* piece) {
  if (!last_.last_of_command()) {
    ++last_.slice;
    *piece = last_;
    return true;
  }
  last_.begin = last_.end;
  last_.slice = 0;
  last_.slices = 1;
  if (last_.begin == end_) return false;
  const float target = static_cast<float>(target_ns_);
  const float limit = kLimit * target;
  float total = 0;
  while (last_.end < end_ && total < target) {
    const Batch::Command& command = commands_[last_.end];
    const WorkTimes::Work work = WorkOf(command);
    const float estimate = times_.Estimate(work);
    if (total > 0 && total + estimate > limit) break;
    // Until one was measured, so that several of them are not sent as one piece
    // to a bus that is much slower than thought.
    if (total > 0 && command.copy_bytes >= kLeastCopyBytes &&
        !times_.Known(work)) {
      break;
    }
    total += estimate;
    ++last_.end;
  }
  if (last_.end == last_.begin + 1) {
    last_.slices = SlicesOf(commands_[last_.begin]);
  }
  *piece = last_;
  return true;
}

}  // namespace dml
