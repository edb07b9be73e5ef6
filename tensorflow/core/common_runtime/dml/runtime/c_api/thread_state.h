// What the C API keeps per thread: the last error's message, the tag, the
// activity, whether work is parts of one, and the plan.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_THREAD_STATE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_THREAD_STATE_H_

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_runtime.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/context.h"

namespace dml {

// Keeps the message of a failure for dml_error_message().
dml_code Report(const Status& status);

// The tag that was set last on this thread, or null.
const char* ThreadTag();

// What dml_set_activity() set on this thread.
uint64_t ThreadActivity();

// Between dml_begin_parts() and dml_end_parts() a number that no other such
// section has, else 0.
uint64_t ThreadParts();

// The list that dml_plan_start() began on this thread and nothing ended, or
// null.
LaunchPlan* ThreadPlan();

// Calls `callback`; the thread counts as inside one meanwhile.
void RunCallback(dml_callback callback, void* argument, const Status& status);
bool InsideCallback();

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_THREAD_STATE_H_
