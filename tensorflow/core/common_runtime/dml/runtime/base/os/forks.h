// Forked processes that lack what their parent's threads were about.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_FORKS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_FORKS_H_

#include <atomic>

namespace dml {
namespace os {

// While one lives, whatever forks from this process is Forked(): a fork takes
// along the locks that other threads hold, but not the threads. For the same
// reason exit() in it does what the child itself has arranged by atexit(),
// flushes the streams of C, and skips what was arranged before. Thread-safe.
class NoForks {
 public:
  NoForks();
  ~NoForks();
  NoForks(const NoForks&) = delete;
  NoForks& operator=(const NoForks&) = delete;
};

namespace internal {
inline std::atomic<bool> forked{false};
}

// Whether this process began as a fork amid NoForks of its parent, and has run
// no other program since. Costs a load; never changes within a process.
inline bool Forked() {
  return internal::forked.load(std::memory_order_relaxed);
}

}  // namespace os
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_FORKS_H_
