// What TensorFlow's versions name differently, by one name: the names of
// TensorFlow 2.x where it has one.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_BASE_COMPAT_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_BASE_COMPAT_H_

#include <string>

#include "tensorflow/core/lib/core/status.h"
#include "tensorflow/core/platform/thread_annotations.h"

#define TF_GUARDED_BY(mutex) GUARDED_BY(mutex)
#define TF_EXCLUSIVE_LOCKS_REQUIRED(...) EXCLUSIVE_LOCKS_REQUIRED(__VA_ARGS__)

namespace tensorflow {
namespace dml {

inline Status OkStatus() { return Status::OK(); }

inline std::string MessageOf(const Status& status) {
  return status.error_message();
}

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_BASE_COMPAT_H_
