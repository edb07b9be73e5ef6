// What the C functions of operators have in common: each checks that no pointer
// is null that must not be, then calls the function of the same name in
// operators/. generate_api.py makes them, operators.cc.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_RUN_OPERATOR_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_RUN_OPERATOR_H_

#include <initializer_list>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/device.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/process.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/thread_state.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/context.h"

namespace dml {

struct Required {
  const char* name;
  const void* pointer;
};

// function(OperatorContext&), unless a required pointer is null.
template <typename Function>
dml_code RunOperator(const char* name, dml_device* device,
                     std::initializer_list<Required> required,
                     Function function) {
  DML_RETURN_IF_FORKED(ReportForked());
  if (device == nullptr) {
    return Report(InvalidArgument(name, ": device is null"));
  }
  for (const Required& argument : required) {
    if (argument.pointer != nullptr) continue;
    return Report(InvalidArgument(name, ": ", argument.name, " is null"));
  }
  ThreadState& thread = GetThreadState();
  OperatorContext context = {
      *device->adapter, *device->stream, *device->programs,
      *device->scratch, *device->tiles,  thread.tag,
      thread.plan,      thread.parts,    device->launch_elements,
      thread.tag_lasts, thread.memo};
  if (context.memo == nullptr) context.memo = MakeThreadMemo();
  const Status status = function(context);
  if (status.ok()) return Report(status);
  // What a failed device cannot do any more is no news: why it failed is.
  const Status cause = device->stream->status();
  return Report(cause.ok() ? status : cause);
}

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_RUN_OPERATOR_H_
