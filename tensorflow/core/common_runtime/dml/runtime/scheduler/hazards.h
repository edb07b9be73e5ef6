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
  // before it: it conflicts with a command since the last barrier.
  bool Note(Span<const BufferArgument> arguments) {
    // Above this, a barrier costs less than looking the ranges up.
    constexpr size_t kMaxRanges = 1024;
    const bool barrier =
        reads_.size() + writes_.size() > kMaxRanges || Conflict(arguments);
    if (barrier) {
      reads_.Clear();
      writes_.Clear();
    }
    for (const BufferArgument& a : arguments) {
      if (a.bytes == 0) continue;
      RangeSet& set = a.access == Access::kRead ? reads_ : writes_;
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
      if (a.access != Access::kRead && reads_.Overlaps(a.address, end)) {
        return true;
      }
    }
    return false;
  }

  RangeSet reads_;
  RangeSet writes_;
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_HAZARDS_H_
