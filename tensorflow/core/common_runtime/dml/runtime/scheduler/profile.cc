#include "tensorflow/core/common_runtime/dml/runtime/scheduler/profile.h"

#include <algorithm>

namespace dml {

void Profile::Add(hal::Queue queue, const std::vector<ProfileRecord>& commands,
                  const std::vector<uint32_t>& indices,
                  const Reading& reading) {
  const std::vector<uint64_t>& ticks = reading.ticks;
  if (ticks.empty()) return Drop(commands.size());
  Lane& lane = lanes_[static_cast<size_t>(queue)];
  if (reading.clock_ns != 0) {
    lane.clock.Set(reading.clock_ticks, reading.clock_ns);
  }
  lane.clock.Bound(ticks.front(), ticks.back(), reading.submitted_ns,
                   reading.retired_ns);
  for (size_t i = 0; i < commands.size(); ++i) {
    if (records_.size() >= options_.max_records) {
      return Drop(commands.size() - i);
    }
    ProfileRecord record = commands[i];
    // Corrections of the clock must not make times run backwards.
    record.start_ns =
        std::max(lane.last_end_ns, lane.clock.ToHost(ticks[indices[i]]));
    record.end_ns =
        std::max(record.start_ns, lane.clock.ToHost(ticks[indices[i] + 1]));
    lane.last_end_ns = record.end_ns;
    records_.push_back(record);
  }
}

size_t Profile::Take(Span<ProfileRecord> records) {
  const size_t count = std::min(records.size(), records_.size());
  std::copy_n(records_.begin(), count, records.begin());
  records_.erase(records_.begin(), records_.begin() + count);
  return count;
}

}  // namespace dml
