// Event: what a thread sleeps on until a graphics driver wakes it.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_EVENT_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_EVENT_H_

#include <cstdint>

namespace dml {
namespace os {

// Thread-compatible; whoever has the handle may signal it at any time.
class Event {
 public:
  Event();
  // Nobody may signal it any more.
  ~Event();
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  // False where the system had no room for one.
  bool ok() const { return handle_ != kNone; }
  // As Direct3D 12 takes it: a HANDLE on Windows; elsewhere the number of a
  // file (eventfd), as WSL has it.
  void* handle() const { return reinterpret_cast<void*>(handle_); }
  // Signals it.
  void Set();
  // Sleeps until it is signalled, and takes the signal; false when that does
  // not happen in time.
  bool Wait(uint64_t timeout_ns);

 private:
  static constexpr intptr_t kNone = -1;
  intptr_t handle_ = kNone;
};

}  // namespace os
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_EVENT_H_
