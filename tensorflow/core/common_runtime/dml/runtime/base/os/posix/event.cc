#include "tensorflow/core/common_runtime/dml/runtime/base/os/event.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>

#include "tensorflow/core/common_runtime/dml/runtime/base/os/clock.h"

namespace dml {
namespace os {
namespace {

// Longer than anybody waits, and what a timespec holds.
constexpr uint64_t kLongestNs = uint64_t{1} << 60;

// Not 0, which is a null handle, where the standard input is closed.
int MakeEvent() {
  const int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (descriptor != 0) return descriptor;
  const int other = fcntl(descriptor, F_DUPFD_CLOEXEC, 1);
  close(descriptor);
  return other;
}

}  // namespace

Event::Event() : handle_(MakeEvent()) {}

Event::~Event() {
  if (ok()) close(static_cast<int>(handle_));
}

void Event::Set() {
  const uint64_t one = 1;
  (void)!write(static_cast<int>(handle_), &one, sizeof(one));
}

bool Event::Wait(uint64_t timeout_ns) {
  const int descriptor = static_cast<int>(handle_);
  const uint64_t end = SteadyNanoseconds() + std::min(timeout_ns, kLongestNs);
  while (true) {
    uint64_t signals;
    if (read(descriptor, &signals, sizeof(signals)) == sizeof(signals)) {
      return true;
    }
    const uint64_t now = SteadyNanoseconds();
    if (now >= end) return false;
    const timespec rest = {static_cast<time_t>((end - now) / 1000000000),
                           static_cast<long>((end - now) % 1000000000)};
    pollfd wanted = {descriptor, POLLIN, 0};
    if (ppoll(&wanted, 1, &rest, nullptr) < 0 && errno != EINTR) return false;
  }
}

}  // namespace os
}  // namespace dml
