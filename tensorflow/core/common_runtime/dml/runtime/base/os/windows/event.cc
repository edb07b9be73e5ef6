#include "tensorflow/core/common_runtime/dml/runtime/base/os/event.h"

#include <windows.h>

#include <algorithm>

namespace dml {
namespace os {

// Taken by the wait that it ends.
Event::Event() {
  const HANDLE handle = CreateEventW(nullptr, FALSE, FALSE, nullptr);
  if (handle != nullptr) handle_ = reinterpret_cast<intptr_t>(handle);
}

Event::~Event() {
  if (ok()) CloseHandle(handle());
}

void Event::Set() { SetEvent(handle()); }

bool Event::Wait(uint64_t timeout_ns) {
  // Rounded up: whoever waits for a moment must not spin.
  const uint64_t milliseconds = timeout_ns / 1000000 + (timeout_ns % 1000000 > 0);
  const DWORD most =
      static_cast<DWORD>(std::min<uint64_t>(milliseconds, INFINITE - 1));
  return WaitForSingleObject(handle(), most) == WAIT_OBJECT_0;
}

}  // namespace os
}  // namespace dml
