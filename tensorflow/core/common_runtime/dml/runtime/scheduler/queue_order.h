// What keeps the order between the two queues of a device.
//
// Barriers order the work of one queue (hazards.h). Between the queues, a
// command waits for the newest one of the other queue that it conflicts with,
// and by that for all before it. What it waits for is named by its place among
// what was recorded, since values of the device's counters are known only when
// work is sent.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_QUEUE_ORDER_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_QUEUE_ORDER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/span.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/stream.h"

namespace dml {

// The first `count` commands that one batch has for a queue; nothing where
// `count` is 0.
struct Place {
  uint64_t sequence = 0;  // of the batch
  uint32_t count = 0;

  bool nothing() const { return count == 0; }
  // Whether all of the other place is at or before this one.
  bool Covers(const Place& other) const {
    return sequence != other.sequence ? sequence > other.sequence
                                      : count >= other.count;
  }
};

// Whether there has to be an order between these two.
inline bool Conflict(const BufferArgument& a, const BufferArgument& b) {
  return a.address < b.address + b.bytes && b.address < a.address + a.bytes &&
         a.bytes > 0 && b.bytes > 0 &&
         (a.access != Access::kRead || b.access != Access::kRead);
}

// The copies of the transfer queue that work on the other queue may still have
// to wait for. Thread-compatible.
class PendingTransfers {
 public:
  bool empty() const { return entries_.empty(); }
  size_t size() const { return entries_.size(); }

  // Notes a copy; places only grow. The pieces of one copy become one entry.
  void Add(const BufferArgument& argument, const Place& place) {
    if (!entries_.empty()) {
      Entry& last = entries_.back();
      if (last.argument.access == argument.access &&
          last.argument.address + last.argument.bytes == argument.address) {
        last.argument.bytes += argument.bytes;
        last.place = place;
        return;
      }
    }
    entries_.push_back({argument, place});
  }

  // What a command with these arguments has to wait for. That, and all before
  // it, is forgotten: all later work comes behind this command.
  Place Take(Span<const BufferArgument> arguments) {
    for (size_t i = entries_.size(); i-- > 0;) {
      for (const BufferArgument& argument : arguments) {
        if (!Conflict(entries_[i].argument, argument)) continue;
        const Place place = entries_[i].place;
        entries_.erase(entries_.begin(), entries_.begin() + i + 1);
        return place;
      }
    }
    return {};
  }

  // All copies of batches up to this one have completed.
  void Complete(uint64_t sequence) {
    entries_.erase(
        entries_.begin(),
        std::find_if(entries_.begin(), entries_.end(), [=](const Entry& entry) {
          return entry.place.sequence > sequence;
        }));
  }

 private:
  struct Entry {
    BufferArgument argument;
    Place place;
  };
  std::vector<Entry> entries_;  // oldest first
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_QUEUE_ORDER_H_
