// TensorFlow's view of a memory pool of the runtime.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_DML_ALLOCATOR_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_DML_ALLOCATOR_H_

#include "tensorflow/core/common_runtime/dml/base_device.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_runtime.h"
#include "tensorflow/core/framework/allocator.h"

namespace tensorflow {
namespace dml {

// Hands out device addresses. A failed allocation returns null; the cause is
// then in dml_error_message() of the same thread. Thread-safe. Lives as long
// as the process, because tensors may outlive sessions.
class DmlAllocator : public BaseAllocator {
 public:
  // Keeps `pool`, which must stay open.
  DmlAllocator(string name, dml_pool* pool);

  string Name() override { return name_; }
  using Allocator::AllocateRaw;
  void* AllocateRaw(size_t alignment, size_t num_bytes) override;
  void DeallocateRaw(void* ptr) override;

  bool TracksAllocationSizes() const override { return true; }
  size_t RequestedSize(const void* ptr) const override;
  int64 AllocationId(const void* ptr) const override;
  absl::optional<AllocatorStats> GetStats() override;

 protected:
  void ResetStats() override;

 private:
  const string name_;
  dml_pool* const pool_;
};

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_DML_ALLOCATOR_H_
