// TensorFlow 2.x describes collectives otherwise; its strategies reduce by
// copies where a device has none.
#include "tensorflow/core/common_runtime/dml/base_collectives.h"

namespace tensorflow {
namespace dml {

std::vector<CollectiveKernel> CollectiveKernels() { return {}; }

bool HasScopedAllocators() { return false; }

}  // namespace dml
}  // namespace tensorflow
