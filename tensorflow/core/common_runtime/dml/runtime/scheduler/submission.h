// Submission: one command list that the device was given, and what is noted of
// it until it completes.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_SUBMISSION_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_SUBMISSION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/batch.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/batch_cutter.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/work_times.h"

namespace dml {

struct Submission {
  // Commands that have a time of their own: until the next timestamp.
  struct Segment {
    size_t end_command;
    size_t end_work;  // in works
    bool after_barrier;
  };
  // The first or last command, for messages. Without program, a copy.
  struct Name {
    const hal::Program* program = nullptr;
    uint32_t tag = 0;
  };

  std::unique_ptr<hal::CommandList> list;
  hal::Queue queue = hal::Queue::kCompute;
  uint64_t value = 0;    // of its queue's counter, when it completed
  hal::QueuePoint wait;  // that it begins after; value 0: none
  Batch* batch = nullptr;
  BatchCutter::Piece piece;
  Name first, last;

  bool alone = false;  // the device had nothing to do before
  uint64_t submitted_ns = 0;
  uint32_t timestamps = 0;  // that the list has room for; 0: it has none
  std::vector<WorkTimes::Work> works;
  std::vector<Segment> segments;  // their ends have timestamps
  bool profiled = false;
  uint32_t profile_timestamps = 0;  // room for timestamps of a profile
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_SUBMISSION_H_
