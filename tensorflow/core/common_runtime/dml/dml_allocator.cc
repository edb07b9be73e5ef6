#include "tensorflow/core/common_runtime/dml/dml_allocator.h"

#include <utility>

namespace tensorflow {
namespace dml {
namespace {

uint64 ToAddress(const void* ptr) {
  return static_cast<uint64>(reinterpret_cast<uintptr_t>(ptr));
}

}  // namespace

DmlAllocator::DmlAllocator(string name, dml_pool* pool)
    : name_(std::move(name)), pool_(pool) {}

void* DmlAllocator::AllocateRaw(size_t /*alignment*/, size_t num_bytes) {
  // The pool aligns to 256 bytes, more than TensorFlow ever asks for.
  uint64_t address = 0;
  if (dml_allocate(pool_, num_bytes, &address) != DML_OK) return nullptr;
  return reinterpret_cast<void*>(static_cast<uintptr_t>(address));
}

void DmlAllocator::DeallocateRaw(void* ptr) {
  if (ptr != nullptr) dml_free(pool_, ToAddress(ptr));
}

size_t DmlAllocator::RequestedSize(const void* ptr) const {
  return dml_allocated_bytes(pool_, ToAddress(ptr));
}

int64 DmlAllocator::AllocationId(const void* ptr) const {
  // Unique among live allocations, which is what step statistics need.
  return static_cast<int64>(ToAddress(ptr) >> 8);
}

absl::optional<AllocatorStats> DmlAllocator::GetStats() {
  dml_pool_statistics pool;
  dml_pool_get_statistics(pool_, &pool);
  AllocatorStats stats;
  stats.num_allocs = pool.allocation_count;
  stats.bytes_in_use = pool.bytes_in_use;
  stats.peak_bytes_in_use = pool.peak_bytes_in_use;
  stats.largest_alloc_size = pool.largest_allocation;
  stats.bytes_limit = static_cast<int64>(pool.limit_bytes);
  stats.bytes_reserved = pool.bytes_reserved;
  stats.peak_bytes_reserved = pool.peak_bytes_reserved;
  stats.bytes_reservable_limit = static_cast<int64>(pool.limit_bytes);
  return stats;
}

void DmlAllocator::ResetStats() { dml_pool_reset_peaks(pool_); }

}  // namespace dml
}  // namespace tensorflow
