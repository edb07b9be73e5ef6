// What devices of a group do together: ops of tf.distribute's strategies.
#include "tensorflow/core/common_runtime/dml/base_collectives.h"
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

// TensorFlow's rings and trees know these; float16, which the ops allow, they
// refuse on every device.
const TypeList kMoved = {DT_FLOAT, DT_DOUBLE, DT_INT32, DT_INT64};
// The ring adds on the device, where kernels of int32 have theirs on the host.
const TypeList kReduced = {DT_FLOAT, DT_DOUBLE, DT_INT64};

std::vector<Row> CollectiveRows() {
  std::vector<Row> rows;
  for (const CollectiveKernel& kernel : CollectiveKernels()) {
    const bool reduces = kernel.op == string("CollectiveReduce");
    rows.push_back(Row(kernel.op)
                       .Types("T", reduces ? kReduced : kMoved)
                       .Custom(kernel.make));
  }
  return rows;
}

// Tensors that Grappler lays out in one buffer, to reduce them by one
// collective: the CPU's kernels look at addresses only.
std::vector<Row> ScopedAllocatorRows() {
  if (!HasScopedAllocators()) return {};
  return {
      Row("_ScopedAllocator").HostTwin({"output"}),
      Row("_ScopedAllocatorConcat").HostTwin({"backing", "inputs", "output"}),
      Row("_ScopedAllocatorSplit").HostTwin({"concat", "split", "output"}),
  };
}

const Kernels kCollectives(CollectiveRows());
const Kernels kScopedAllocators(ScopedAllocatorRows());

}  // namespace
}  // namespace dml
}  // namespace tensorflow
