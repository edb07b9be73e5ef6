#include "tensorflow/core/common_runtime/dml/runtime/base/os/forks.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

namespace dml {
namespace os {
namespace {

std::atomic<int> forbidding{0};

// What libraries have arranged for the exit takes locks that threads of the
// parent may have held when it forked, a driver's compiler for one, and would
// wait for them forever.
void LeaveTheRest(int status, void*) {
  fflush(nullptr);
  _exit(status);
}

void MarkChild() {
  if (forbidding == 0 || internal::forked) return;
  internal::forked = true;
  // Here, since what is arranged last is done first.
  on_exit(LeaveTheRest, nullptr);
}

// When the library is loaded: a guard of a static variable inside of a function
// could itself be held by another thread at the moment of a fork.
const bool registered = pthread_atfork(nullptr, nullptr, MarkChild) == 0;

}  // namespace

NoForks::NoForks() {
  (void)registered;
  ++forbidding;
}

NoForks::~NoForks() { --forbidding; }

}  // namespace os
}  // namespace dml
