// Profile: when the device did what, on the host's clock.
//
// While a profile is taken, submissions carry a timestamp before their first
// command and one after each. A command's time runs from the completion of what
// comes before it to its own completion: commands that the device overlaps
// share no time, so that the times of a queue never add up to more than has
// passed.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_PROFILE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_PROFILE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/span.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/host_clock.h"

namespace dml {

enum class WorkKind : uint8_t {
  kLaunch,
  kHostToDevice,
  kDeviceToHost,
  kDeviceToDevice
};

struct ProfileOptions {
  // Records that are kept until they are read; what comes after is counted.
  uint64_t max_records = uint64_t{1} << 20;
  // Names the work that the calling thread enqueues. Called with the stream's
  // lock held; null: all work is named 0.
  uint64_t (*activity)() = nullptr;
};

struct ProfileRecord {
  uint64_t activity = 0;
  uint64_t start_ns = 0;  // of the host's steady clock
  uint64_t end_ns = 0;
  uint64_t bytes = 0;             // of a copy
  const char* program = nullptr;  // of a launch; lives with the stream
  WorkKind kind = WorkKind::kLaunch;
};

struct ProfileStatistics {
  uint64_t waiting = 0;         // records to be read
  uint64_t dropped = 0;         // beyond max_records, or not readable
  uint64_t timestamp_room = 0;  // of submissions that were profiled
};

// Thread-compatible.
class Profile {
 public:
  // What the device told of a batch that completed.
  struct Reading {
    std::vector<uint64_t> ticks;  // empty: could not be read
    uint64_t submitted_ns = 0;
    uint64_t retired_ns = 0;
    uint64_t clock_ticks = 0;  // both clocks at one moment, where
    uint64_t clock_ns = 0;     // the device can tell
  };

  // `clocks` by hal::Queue.
  Profile(const ProfileOptions& options, Span<const hal::DeviceClock> clocks)
      : options_(options), lanes_(clocks.begin(), clocks.end()) {}

  uint64_t Activity() const {
    return options_.activity == nullptr ? 0 : options_.activity();
  }
  // Adds what `commands` of one batch and queue describe; their times are
  // between ticks[indices[i]] and the next.
  void Add(hal::Queue queue, const std::vector<ProfileRecord>& commands,
           const std::vector<uint32_t>& indices, const Reading& reading);
  void Drop(uint64_t records) { dropped_ += records; }

  // Moves the oldest records to `records`; returns how many.
  size_t Take(Span<ProfileRecord> records);
  uint64_t waiting() const { return records_.size(); }
  uint64_t dropped() const { return dropped_; }

 private:
  // Of one queue.
  struct Lane {
    explicit Lane(const hal::DeviceClock& device) : clock(device) {}
    HostClock clock;
    uint64_t last_end_ns = 0;
  };
  const ProfileOptions options_;
  std::vector<Lane> lanes_;
  uint64_t dropped_ = 0;
  std::deque<ProfileRecord> records_;
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_PROFILE_H_
