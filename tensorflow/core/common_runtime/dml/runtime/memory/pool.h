// Pool: suballocates device memory from heaps.
//
// Best fit with coalescing over heaps that are made on demand. Freed memory may
// be handed out again at once: whoever uses it enqueues on the same stream, and
// the stream's order covers it. Heaps that stay unused go back to the driver.
//
// Thread-safe. The driver is called outside of the pool's lock: while one
// thread waits for a heap, others go on with what is free.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_MEMORY_POOL_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_MEMORY_POOL_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"
#include "tensorflow/core/common_runtime/dml/runtime/memory/address_space.h"
#include "tensorflow/core/common_runtime/dml/runtime/memory/pool_group.h"

namespace dml {

struct PoolOptions {
  uint64_t limit_bytes = 0;  // of all heaps together; 0: only the driver's
  bool allow_growth = true;  // false: one heap of limit_bytes at first use
  uint64_t heap_bytes = 0;   // of an ordinary heap; 0: chosen by adapter
};

// Sizes in bytes. "In use" counts what callers asked for, rounded up to the
// alignment.
struct PoolStatistics {
  uint64_t bytes_in_use = 0;
  uint64_t peak_bytes_in_use = 0;
  uint64_t bytes_reserved = 0;  // in heaps
  uint64_t peak_bytes_reserved = 0;
  uint64_t largest_free_block = 0;
  uint64_t largest_allocation = 0;  // ever
  uint64_t limit_bytes =
      0;  // as in PoolOptions; the driver's is its budget now
  uint64_t allocation_count = 0;  // ever
  uint64_t live_allocations = 0;
  uint64_t heap_count = 0;
};

class Pool {
 public:
  static constexpr uint64_t kAlignment = 256;

  // Where a heap goes that the pool no longer needs: its destruction must wait
  // until enqueued work that uses it has completed. `address` is its mapping.
  using ReleaseHeap =
      std::function<void(std::unique_ptr<hal::Heap> heap, uint64_t address)>;
  // Waits for enqueued work, so that released heaps are really destroyed.
  using WaitIdle = std::function<void()>;

  // `group` and `space` must outlive the pool, and all pools of `space` be
  // abandoned if one is. The two functions are called without locks, but that
  // `release_heap` must not allocate.
  Pool(PoolGroup* group, AddressSpace* space, const PoolOptions& options,
       ReleaseHeap release_heap, WaitIdle wait_idle);
  ~Pool();

  // `tag` names the user of the memory (an op) in reports; copied, at most 63
  // characters. On kOutOfMemory the message names size, limit, what is in use
  // and the largest holders by tag. `bytes` may be 0: a unique address.
  Status Allocate(uint64_t bytes, const char* tag, uint64_t* address);
  // `address` came from Allocate() of this pool and was not freed since.
  void Free(uint64_t address);
  // What the block at `address` holds, at least what was asked for; 0 when
  // `address` is not a live allocation of this pool.
  uint64_t AllocatedBytes(uint64_t address) const;

  // Gives every wholly unused heap back to the driver.
  void Trim();
  // Destroys all heaps now, those in use as well, of a device that failed and
  // that nothing uses any more. Addresses that were handed out belong to nobody
  // else, and are freed as ever; allocations fail with `cause`.
  void Abandon(const Status& cause);
  PoolStatistics statistics() const;
  void ResetPeaks();
  // Lines such as "  512.0 MiB in 3 blocks: Conv2D", largest first.
  std::string TopHolders(int count) const;

 private:
  class Impl;
  PoolGroup* const group_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_MEMORY_POOL_H_
