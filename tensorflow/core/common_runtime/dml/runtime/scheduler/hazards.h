// Hazards: decides where barriers go.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_HAZARDS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_HAZARDS_H_

#include "tensorflow/core/common_runtime/dml/runtime/base/span.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/range_set.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/stream.h"

namespace dml {

// Thread-compatible.
class Hazards {
 public:
  // Notes a command that touches `arguments`. True when a barrier must come
  // before it: it conflicts with a command since the last barrier. `parts` is
  // Launch::parts.
  bool Note(Span<const BufferArgument> arguments, uint64_t parts = 0) {
    // Above this, a barrier costs less than looking the ranges up.
    constexpr size_t kMaxRanges = 1024;
    if (parts != parts_) JoinParts(parts);
    const bool barrier =
        reads_.size() + writes_.size() + part_writes_.size() > kMaxRanges ||
        Conflict(arguments);
    if (barrier) {
      reads_.Clear();
      writes_.Clear();
      part_writes_.Clear();
    }
    for (const BufferArgument& a : arguments) {
      if (a.bytes == 0) continue;
      RangeSet& set = a.access == Access::kRead ? reads_
                      : IsPart(a)               ? part_writes_
                                                : writes_;
      set.Add(a.address, a.address + a.bytes);
    }
    return barrier;
  }

 private:
  bool Conflict(Span<const BufferArgument> arguments) const {
    for (const BufferArgument& a : arguments) {
      if (a.bytes == 0) continue;
      const uint64_t end = a.address + a.bytes;
      if (writes_.Overlaps(a.address, end)) return true;
      if (!IsPart(a) && part_writes_.Overlaps(a.address, end)) return true;
      if (a.access != Access::kRead && reads_.Overlaps(a.address, end)) {
        return true;
      }
    }
    return false;
  }

  bool IsPart(const BufferArgument& argument) const {
    return parts_ != 0 && argument.access == Access::kWrite;
  }

  // What was written in parts has an order against all that follows.
  void JoinParts(uint64_t parts) {
    part_writes_.ForEach(
        [this](uint64_t begin, uint64_t end) { writes_.Add(begin, end); });
    part_writes_.Clear();
    parts_ = parts;
  }

  RangeSet reads_;
  RangeSet writes_;
  uint64_t parts_ = 0;    // of the command that was noted last
  RangeSet part_writes_;  // of commands with that number
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_HAZARDS_H_
