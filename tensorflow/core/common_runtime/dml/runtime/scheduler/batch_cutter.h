// BatchCutter: a batch as submissions that are bounded by device time.
//
// Systems reset a GPU that works on one submission for too long: Linux an AMD
// GPU after 2 s, Windows any after 2 s. So commands go into a submission until
// it is estimated to take the target time, and it never holds more than the
// limit by its estimate. A command beyond the limit is cut into slices, each a
// submission of its own: they need no barriers between them, since groups of
// one dispatch, and bytes of one copy, do not depend on each other.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_BATCH_CUTTER_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_BATCH_CUTTER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/scheduler/batch.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/work_times.h"

namespace dml {

// Thread-compatible. Estimates are those of the moment at which a piece is
// asked for, so what is learned meanwhile counts.
class BatchCutter {
 public:
  // The limit is so many times the target: a command may come late that takes
  // four times what was to be filled up.
  static constexpr int kLimit = 5;

  // What one submission to a queue holds: whole commands, or one slice of one
  // command.
  struct Piece {
    size_t begin = 0, end = 0;  // of the commands
    uint64_t slice = 0;
    uint64_t slices = 1;  // of the only command, as CommandSlice() cuts it
    bool first_of_command() const { return slice == 0; }
    bool last_of_command() const { return slice + 1 == slices; }
  };

  // Cuts commands `begin` to `end`, which one queue has.
  BatchCutter(const std::vector<Batch::Command>& commands, size_t begin,
              size_t end, const WorkTimes& times, uint64_t target_ns)
      : commands_(commands), end_(end), times_(times), target_ns_(target_ns) {
    last_.begin = last_.end = begin;
  }

  // False at the end.
  bool Next(Piece* piece);

 private:
  uint64_t SlicesOf(const Batch::Command& command) const;

  const std::vector<Batch::Command>& commands_;
  const size_t end_;
  const WorkTimes& times_;
  const uint64_t target_ns_;
  Piece last_;
};

WorkTimes::Work WorkOf(const Batch::Command& command);

// One slice of a command.
struct CommandSlice {
  // `slices` is what BatchCutter chose.
  CommandSlice(const Batch::Command& command, uint64_t slice, uint64_t slices);

  uint32_t first[3], groups[3];  // of a dispatch, as hal::DispatchDesc has them
  uint64_t begin, bytes;         // of a copy
  WorkTimes::Work work;
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_BATCH_CUTTER_H_
