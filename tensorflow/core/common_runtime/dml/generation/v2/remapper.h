// Grappler's remapper makes one op of several, and does not ask devices whether
// they have a kernel for it. What it may make is different in each TensorFlow
// 2.x, so that a graph which it gives ops without a DML kernel on DML devices
// stays as it was.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_GENERATION_V2_REMAPPER_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_GENERATION_V2_REMAPPER_H_

#include "tensorflow/core/framework/graph.pb.h"

namespace tensorflow {
namespace dml {

// Whether DML devices have a kernel for each op on them that `after` has and
// `before` lacks.
bool HasKernelsOfRemapped(const GraphDef& before, const GraphDef& after);

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_GENERATION_V2_REMAPPER_H_
