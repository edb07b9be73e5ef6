// HostClock: device timestamps as times of the host.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_HOST_CLOCK_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_HOST_CLOCK_H_

#include <algorithm>
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"

namespace dml {

// A straight line through one moment that both clocks tell: its slope is the
// device's tick. The moment is renewed with each batch, so neither drift nor
// wrapping adds up.
//
// Where the driver reads both clocks at once, the moment comes from there.
// Elsewhere it is estimated: work can't begin before it was submitted, nor end
// after the host saw it complete. A line that keeps to this stays; one that
// does not is moved just as far as it must be. The smallest delay between
// completion and notice that was seen so far is then the error.
//
// Thread-compatible.
class HostClock {
 public:
  explicit HostClock(const hal::DeviceClock& clock)
      : tick_ns_(clock.tick_ns),
        unused_bits_(64 - clock.valid_bits),
        known_(false) {}

  // Both clocks read these at the same moment.
  void Set(uint64_t ticks, uint64_t host_ns) {
    ticks_ = ticks;
    host_ns_ = host_ns;
    known_ = true;
  }

  // Work between ticks `begin` and `end` was done between two host times. Each
  // of the ticks alone may be off by what the clock counts before it wraps,
  // when the last moment is long past; their distance is not.
  void Bound(uint64_t begin, uint64_t end, uint64_t submitted_ns,
             uint64_t retired_ns) {
    if (!known_) Set(end, retired_ns);
    const uint64_t ticks = (end - begin) << unused_bits_ >> unused_bits_;
    const uint64_t length_ns = static_cast<uint64_t>(ticks * tick_ns_);
    const uint64_t begin_ns = std::max(ToHost(begin), submitted_ns);
    Set(end, std::min(begin_ns + length_ns, retired_ns));
  }

  // Right within half of what the device's clock counts before it wraps.
  uint64_t ToHost(uint64_t ticks) const {
    const int64_t passed =
        static_cast<int64_t>((ticks - ticks_) << unused_bits_) >> unused_bits_;
    return host_ns_ + static_cast<int64_t>(passed * tick_ns_);
  }

 private:
  const double tick_ns_;
  const uint32_t unused_bits_;
  bool known_;
  uint64_t ticks_ = 0;
  uint64_t host_ns_ = 0;
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_HOST_CLOCK_H_
