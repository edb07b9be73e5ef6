// Slices of a buffer that Grappler lays out for several tensors (see
// DeviceBase::GetScopedAllocator).
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_GENERATION_V1_SLICES_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_GENERATION_V1_SLICES_H_

#include "tensorflow/core/framework/allocator.h"

namespace tensorflow {
namespace dml {

// An allocator for one tensor: in `slice`, or in `pool` where the slice is of
// another size. Grappler takes a tensor of unknown shape for a scalar, and
// OpKernelContext::set_output ends the process where it gets no memory; this
// way _ScopedAllocatorConcat, which comes next, finds the tensor outside of
// its buffer and gives an error. It is there until this thread's next call,
// and as long as the tensor is.
Allocator* SliceOrPool(Allocator* slice, Allocator* pool);

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_GENERATION_V1_SLICES_H_
