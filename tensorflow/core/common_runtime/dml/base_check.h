// Whether the TensorFlow in this process is the one that this library was
// compiled for.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_BASE_CHECK_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_BASE_CHECK_H_

#include "tensorflow/core/lib/core/status.h"

namespace tensorflow {
namespace dml {

// FailedPrecondition says what is there instead, and what to install.
Status CheckBase();

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_BASE_CHECK_H_
