// What the C API keeps per thread: the last error's message, the tag, the
// activity, whether work is parts of one, the plan, and what was launched.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_THREAD_STATE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_THREAD_STATE_H_

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_runtime.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/context.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/launch_memo.h"

namespace dml {

// Keeps the message of a failure for dml_error_message().
dml_code ReportFailure(const Status& status);
inline dml_code Report(const Status& status) {
  return status.ok() ? DML_OK : ReportFailure(status);
}

// In one place, since finding a thread's variable takes a call.
struct ThreadState {
  // The tag that was set last on this thread, or null.
  const char* tag = nullptr;
  bool tag_lasts = false;  // set by dml_set_lasting_tag()
  // What dml_set_activity() set.
  uint64_t activity = 0;
  // Between dml_begin_parts() and dml_end_parts() a number that no other such
  // section has, else 0.
  uint64_t parts = 0;
  int parts_depth = 0;
  int callback_depth = 0;
  // The list that dml_plan_start() began and nothing ended, or null.
  LaunchPlan* plan = nullptr;
  // What operators launched on this thread; null until one is called.
  LaunchMemo* memo = nullptr;
};

// The calling thread's.
ThreadState& GetThreadState();

inline const char* ThreadTag() { return GetThreadState().tag; }
inline uint64_t ThreadActivity() { return GetThreadState().activity; }

// Makes the memo of the calling thread, which has none.
LaunchMemo* MakeThreadMemo();

// Calls `callback`; the thread counts as inside one meanwhile.
void RunCallback(dml_callback callback, void* argument, const Status& status);
inline bool InsideCallback() { return GetThreadState().callback_depth > 0; }

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_THREAD_STATE_H_
