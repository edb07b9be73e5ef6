// Hazards: decides where barriers go, and what they order.
//
// A barrier costs the wait for what it orders, and what the device does to make
// writes visible. Hence there are as few as possible: each orders all that is
// noted of its queue, and no more: the kinds of work that are there, and where
// all of these only read, their end and no writes. A barrier for the conflict
// alone would let other work go on, if devices could; they wait for all work of
// a queue, and the next conflict would need another barrier.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_HAZARDS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_HAZARDS_H_

#include "tensorflow/core/common_runtime/dml/runtime/base/span.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/range_set.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/stream.h"

namespace dml {

// Of one queue. Thread-compatible.
class Hazards {
 public:
  enum class Kind { kDispatch, kCopy };

  // Notes a command that touches `arguments`. True when a barrier must come
  // before it, with scope(): it conflicts with a command since the last one.
  // `parts` is Launch::parts.
  bool Note(Span<const BufferArgument> arguments, uint64_t parts = 0,
            Kind kind = Kind::kDispatch) {
    // Above this, a barrier costs less than looking the ranges up.
    constexpr size_t kMaxRanges = 1024;
    if (parts != parts_) JoinParts(parts);
    const bool barrier =
        reads_.size() + writes_.size() + part_writes_.size() > kMaxRanges ||
        Conflict(arguments);
    if (barrier) {
      scope_ = noted_;
      noted_ = {false, false, false};
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
      noted_.writes |= a.access != Access::kRead;
    }
    (kind == Kind::kCopy ? noted_.copies : noted_.dispatches) = true;
    return barrier;
  }

  // Of the barrier before the command that was noted last, which needs one.
  const hal::BarrierScope& scope() const { return scope_; }

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

  hal::BarrierScope scope_;
  hal::BarrierScope noted_{false, false, false};  // since the last barrier
  RangeSet reads_;
  RangeSet writes_;
  uint64_t parts_ = 0;    // of the command that was noted last
  RangeSet part_writes_;  // of commands with that number
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_HAZARDS_H_
