// StartThread: a thread where the system has one to give. std::thread throws
// where it has not, which must not reach whoever calls the runtime.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_START_THREAD_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_START_THREAD_H_

#include <system_error>
#include <thread>
#include <utility>

namespace dml {

// False, with `*thread` as it was, when the system's limit is reached.
// `*thread` must not be one that runs.
template <typename Function>
bool StartThread(Function function, std::thread* thread) {
  try {
    *thread = std::thread(std::move(function));
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_START_THREAD_H_
