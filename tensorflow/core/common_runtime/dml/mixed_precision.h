// TensorFlow's rewrite of graphs to mixed precision, for DML devices.
//
// tf.train.experimental.enable_mixed_precision_graph_rewrite and its like have
// an optimizer of graphs compute in float16 where that is safe. It wants GPUs
// with matrix units for that: it is told that DML devices are such.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_MIXED_PRECISION_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_MIXED_PRECISION_H_

#include "tensorflow/core/common_runtime/dml/loaded_library.h"
#include "tensorflow/core/lib/core/status.h"

namespace tensorflow {
namespace dml {

// Redirects the optimizer in Python's library, and how it reads device names.
Status ExtendMixedPrecision(const LoadedLibrary& framework,
                            const LoadedLibrary& python);

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_MIXED_PRECISION_H_
