// Whether this library may work with the TensorFlow that loads it.
//
// The library extends frozen binaries: one build, or one minor version, of
// TensorFlow (base_check.h).
// Anything else, or a stock tensorflow package sharing the environment, is
// refused: `import tensorflow` then raises the reason, and neither devices nor
// kernels are registered.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_LOAD_CHECK_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_LOAD_CHECK_H_

#include "tensorflow/core/lib/core/status.h"

namespace tensorflow {
namespace dml {

// Checks the base and patches it, once; the result never changes. Every static
// registration of this library asks first, so that it may run in any order.
const Status& LoadStatus();

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_LOAD_CHECK_H_
