// Batch: recorded work that is sent, and completes, together.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_BATCH_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_BATCH_H_

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/profile.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/queue_order.h"
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
    uint32_t first_member;  // in members
    uint32_t member_count;  // 0 but for grouped programs
    uint64_t copy_bytes;
    float units;   // of work, as WorkTimes counts it; of a dispatch
    uint32_t tag;  // of a dispatch, in the stream's table
    Place after;   // what of the other queue has to be complete before
    hal::Queue queue;
    bool barrier_before;
    hal::BarrierScope barrier;  // what it orders
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
  // What a profile times of one queue; empty unless one is taken.
  struct Timing {
    std::vector<ProfileRecord> records;
    std::vector<uint32_t> commands;  // that these describe
    std::vector<uint64_t> ticks;     // before the first command and after each
    bool failed = false;
    uint64_t submitted_ns = 0;  // of the host's steady clock
  };
  // What has gone to one queue.
  struct Sent {
    uint32_t end = 0;  // commands in all submissions up to that with `value`
    uint64_t value = 0;
  };

  uint64_t sequence = 0;
  // By hal::Queue, in the order of recording.
  std::array<std::vector<Command>, hal::kQueues> commands;
  std::vector<hal::Binding> bindings;
  std::vector<BufferArgument> arguments;  // of bindings; where queues are two
  std::vector<uint8_t> constants;
  std::vector<uint32_t> members;  // hal::DispatchDesc::members
  std::vector<StagingRing::Slice> uploads;
  std::vector<StagingRing::Slice> readbacks;
  std::vector<Completion> completions;
  std::vector<RetiredHeap> retired_heaps;
  std::vector<const hal::Program*> retired_programs;  // of chains
  std::array<Timing, hal::kQueues> timings;
  RangeSet touched;  // kept only where the host may touch device memory
  uint64_t staging_bytes = 0;
  float estimate_ns = 0;  // of the device's time, when it was recorded
  std::chrono::steady_clock::time_point since;  // its first item
  std::chrono::steady_clock::time_point sent;   // began to be

  std::array<size_t, hal::kQueues> commands_sent{};
  std::array<std::vector<Sent>, hal::kQueues> sent_pieces;
  bool early = false;      // sent since the device had nothing to do
  bool submitted = false;  // all of it, or it failed
  // Of the device's counters, when it completed.
  std::array<uint64_t, hal::kQueues> values{};
  Status status;

  std::vector<Command>& On(hal::Queue queue) {
    return commands[static_cast<size_t>(queue)];
  }
  const std::vector<Command>& On(hal::Queue queue) const {
    return commands[static_cast<size_t>(queue)];
  }
  size_t command_count() const {
    return commands[0].size() + commands[1].size();
  }
  bool empty() const {
    return command_count() == 0 && completions.empty() && retired_heaps.empty();
  }
  bool timed() const {
    return !timings[0].records.empty() || !timings[1].records.empty();
  }

  bool Uses(const hal::Heap* heap) const {
    return std::any_of(
        bindings.begin(), bindings.end(),
        [heap](const hal::Binding& binding) { return binding.heap == heap; });
  }

  void Reset(uint64_t new_sequence) {
    sequence = new_sequence;
    for (auto& of_queue : commands) of_queue.clear();
    bindings.clear();
    arguments.clear();
    constants.clear();
    members.clear();
    uploads.clear();
    readbacks.clear();
    completions.clear();
    retired_heaps.clear();
    retired_programs.clear();
    for (Timing& timing : timings) {
      timing.records.clear();
      timing.commands.clear();
      timing.ticks.clear();
      timing.failed = false;
    }
    commands_sent = {};
    for (auto& of_queue : sent_pieces) of_queue.clear();
    touched.Clear();
    staging_bytes = 0;
    estimate_ns = 0;
    submitted = false;
    values = {};
    status = Status::Ok();
  }
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_BATCH_H_
