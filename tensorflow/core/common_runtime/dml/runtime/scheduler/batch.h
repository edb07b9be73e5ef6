// Batch: recorded work that is sent, and completes, together.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_BATCH_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_BATCH_H_

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/profile.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/range_set.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/staging_ring.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/stream.h"

namespace dml {

// Plain vectors that keep their capacity from use to use: recording allocates
// nothing once they have grown to what the program needs.
struct Batch {
  struct Command {
    const hal::Program* program;  // null: a copy, of bindings dst and src
    uint32_t groups[3];
    uint32_t first_binding;  // in bindings
    uint32_t binding_count;
    uint32_t first_constant;  // in constants
    uint32_t constant_bytes;
    uint64_t copy_bytes;
    float units;   // of work, as WorkTimes counts it; of a dispatch
    uint32_t tag;  // of a dispatch, in the stream's table
    bool barrier_before;
  };
  // Copies out of staging memory, then calls `done`; either may be missing.
  struct Completion {
    void* dst;
    const uint8_t* src;
    uint64_t bytes;
    Stream::Callback done;
  };
  struct RetiredHeap {
    std::unique_ptr<hal::Heap> heap;
    uint64_t address;
  };

  uint64_t sequence = 0;
  std::vector<Command> commands;
  std::vector<hal::Binding> bindings;
  std::vector<uint8_t> constants;
  std::vector<StagingRing::Slice> uploads;
  std::vector<StagingRing::Slice> readbacks;
  std::vector<Completion> completions;
  std::vector<RetiredHeap> retired_heaps;
  // Of a profile; empty unless one is taken.
  std::vector<ProfileRecord> timed;
  std::vector<uint32_t> timed_commands;  // in commands
  std::vector<uint64_t> ticks;  // before the first command and after each
  bool ticks_failed = false;
  uint64_t submitted_ns = 0;  // of the host's steady clock
  RangeSet touched;  // kept only where the host may touch device memory
  uint64_t staging_bytes = 0;
  float estimate_ns = 0;  // of the device's time, when it was recorded
  std::chrono::steady_clock::time_point since;  // its first item
  std::chrono::steady_clock::time_point sent;   // began to be

  bool early = false;      // sent since the device had nothing to do
  bool submitted = false;  // all of it, or it failed
  uint64_t value = 0;      // of the device's counter, when it completed
  Status status;

  bool empty() const {
    return commands.empty() && completions.empty() && retired_heaps.empty();
  }

  bool Uses(const hal::Heap* heap) const {
    return std::any_of(
        bindings.begin(), bindings.end(),
        [heap](const hal::Binding& binding) { return binding.heap == heap; });
  }

  void Reset(uint64_t new_sequence) {
    sequence = new_sequence;
    commands.clear();
    bindings.clear();
    constants.clear();
    uploads.clear();
    readbacks.clear();
    completions.clear();
    retired_heaps.clear();
    timed.clear();
    timed_commands.clear();
    ticks.clear();
    ticks_failed = false;
    touched.Clear();
    staging_bytes = 0;
    estimate_ns = 0;
    submitted = false;
    value = 0;
    status = Status::Ok();
  }
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_BATCH_H_
