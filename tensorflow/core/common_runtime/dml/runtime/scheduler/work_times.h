// WorkTimes: what work takes on the device, learned from what it took.
//
// Work is measured in units, each about what a slow discrete GPU does in 100
// ns: a group that is started, 8 KiB that are touched, 65536 multiply-adds.
// What a unit takes is kept for each program and, since small grids use little
// of a device, for each class of grids: from 4^n groups to less than 4^(n + 1).
// With such a rate at hand an estimate is one multiplication.
//
// Where a class was not measured yet, its neighbours bound it: larger grids
// take no more for each unit than smaller ones, and smaller grids no longer in
// all than larger ones. A program that was never measured counts as
// kUnknownFactor times slower than what the device usually does.
//
// What was measured raises a rate at once and lowers it by a quarter at most,
// so that the slowest of several uses counts, and a single false measurement (a
// host that was suspended) is forgotten within some tens of others.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_WORK_TIMES_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_WORK_TIMES_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/span.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"

namespace dml {

// Thread-safe, but Learn() has one caller at a time.
class WorkTimes {
 public:
  static constexpr float kUnknownFactor = 8;

  // A dispatch, a slice of one, or, without program, a copy.
  struct Work {
    const hal::Program* program = nullptr;
    uint64_t groups = 1;  // of a copy: Units()
    float units = 0;
    hal::Queue queue = hal::Queue::kCompute;  // of a copy
  };
  // What a measured time says of the true one.
  enum class Evidence {
    kExact,
    kAtMost,   // noticed late
    kAtLeast,  // part of the work may have been done before
  };

  explicit WorkTimes(hal::AdapterType type);

  static float Units(uint64_t groups, uint64_t bytes, uint64_t multiply_adds) {
    return static_cast<float>(groups) + static_cast<float>(bytes) / 8192 +
           static_cast<float>(multiply_adds) / 65536;
  }
  static Work Copy(uint64_t bytes, hal::Queue queue = hal::Queue::kCompute) {
    const float units = Units(1, bytes, 0);
    return {nullptr, static_cast<uint64_t>(units), units, queue};
  }

  // In nanoseconds; more than 0.
  float Estimate(const Work& work) const {
    const float rate = SpeedOf(work).ns_per_unit[ClassOf(work.groups)].load(
        std::memory_order_relaxed);
    return work.units * (rate > 0 ? rate : RateOfOthers(work));
  }
  // Whether work of this program and class was measured.
  bool Known(const Work& work) const {
    return SpeedOf(work).ns_per_unit[ClassOf(work.groups)].load(
               std::memory_order_relaxed) > 0;
  }

  // `works` took so long together. Each has its share by its estimate.
  void Learn(Span<const Work> works, double measured_ns, Evidence evidence);

  // So few groups that a device takes as long for one as for all of them.
  uint32_t concurrent_groups() const { return concurrent_groups_; }

 private:
  static int ClassOf(uint64_t groups) {
    int number = 0;
    while (groups >= 4 && number < hal::ProgramSpeed::kClasses - 1) {
      groups /= 4;
      ++number;
    }
    return number;
  }
  hal::ProgramSpeed& SpeedOf(const Work& work) const {
    return work.program != nullptr ? work.program->speed()
                                   : copies_[static_cast<size_t>(work.queue)];
  }
  float RateOfOthers(const Work& work) const;

  const float first_rate_;
  const uint32_t concurrent_groups_;
  std::atomic<float> usual_rate_;  // of large grids, in ns for each unit
  // By queue: one also copies within the device's memory, the other only
  // from and to the host.
  mutable hal::ProgramSpeed copies_[hal::kQueues];
  struct Rate {
    float ns_per_unit;
    bool known;
  };
  std::vector<Rate> before_;  // of Learn()
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_WORK_TIMES_H_
