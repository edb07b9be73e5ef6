#include "tensorflow/core/common_runtime/dml/runtime/base/os/exits.h"

#include <sys/syscall.h>
#include <unistd.h>

namespace dml {
namespace os {
namespace {

struct Handler {
  void (*handler)() = nullptr;
  ~Handler() {
    if (handler != nullptr) handler();
  }
};

}  // namespace

// exit() destroys the variables of its thread before it does anything else, in
// glibc and in musl. For threads but the first the same may just be their end.
void BeginExitWith(void (*handler)()) {
  if (syscall(SYS_gettid) != getpid()) return;
  static thread_local Handler of_thread;
  of_thread.handler = handler;
}

}  // namespace os
}  // namespace dml
