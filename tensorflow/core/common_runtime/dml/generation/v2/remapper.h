// Grappler's remapper makes one op of several, and does not ask devices whether
// they have a kernel for it. What it may make is different in each TensorFlow
// 2.x, so that a graph which it gives ops without a DML kernel on DML devices
// stays as it was.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_GENERATION_V2_REMAPPER_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_GENERATION_V2_REMAPPER_H_

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_runtime.h"
#include "tensorflow/core/framework/graph.pb.h"

namespace tensorflow {
namespace dml {

// Whether DML devices have a kernel for each node on them that `after` has and
// `before` lacks, or has with another op or other fused ops.
bool HasKernelsOfRemapped(const GraphDef& before, const GraphDef& after);

}  // namespace dml
}  // namespace tensorflow

// The same of serialized graphs, for tests.
extern "C" DML_EXPORT int dml_has_kernels_of_remapped(const void* before,
                                                      int before_bytes,
                                                      const void* after,
                                                      int after_bytes);

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_GENERATION_V2_REMAPPER_H_
