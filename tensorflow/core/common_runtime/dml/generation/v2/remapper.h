// Grappler's remapper makes one op of several, and does not ask every device
// whether it has a kernel for it: with oneDNN, some of TensorFlow 2.x's
// patterns look at no device at all. A graph that it gives ops without a DML
// kernel on DML devices stays as it was.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_GENERATION_V2_REMAPPER_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_GENERATION_V2_REMAPPER_H_

#include "tensorflow/core/common_runtime/dml/loaded_library.h"
#include "tensorflow/core/lib/core/status.h"

namespace tensorflow {
namespace dml {

// `symbol` is the mangled name of Remapper::Optimize.
Status WatchRemapper(const LoadedLibrary& grappler, const char* symbol);

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_GENERATION_V2_REMAPPER_H_
