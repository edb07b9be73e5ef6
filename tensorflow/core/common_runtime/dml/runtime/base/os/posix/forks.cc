#include "tensorflow/core/common_runtime/dml/runtime/base/os/forks.h"

#include <pthread.h>

namespace dml {
namespace os {
namespace {

std::atomic<int> forbidding{0};

void MarkChild() {
  if (forbidding > 0) internal::forked = true;
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
