// PoolGroup: the pools of one device, which share its memory.
//
// One of them grows at a time, and only within the budget that the driver
// grants this process at that moment: what is beyond it, a driver may refuse,
// or move to where the device is slow. Pools that have a free block need no
// growth, so they wait for nobody's.
//
// Thread-safe.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_MEMORY_POOL_GROUP_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_MEMORY_POOL_GROUP_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"

namespace dml {

class Pool;

class PoolGroup {
 public:
  // `device` must outlive the group, and the group its pools.
  explicit PoolGroup(hal::Device* device) : device_(device) {}
  PoolGroup(const PoolGroup&) = delete;
  PoolGroup& operator=(const PoolGroup&) = delete;

  hal::Device* device() const { return device_; }

  // Gives every wholly unused heap of every pool back to the driver.
  void Trim();

  // For pools. No pool's lock may be held, except that callers of Growing()
  // may take their own behind it.

  void Add(Pool* pool);
  void Remove(Pool* pool);  // after which Trim() leaves it alone

  // Until the lock goes no other pool of the device grows.
  std::unique_lock<std::mutex> Growing() {
    return std::unique_lock<std::mutex>(growth_mutex_);
  }
  // What the driver grants beyond what the process uses.
  uint64_t Room() const;
  // Makes a heap for tensors; kOutOfMemory says why not.
  Status CreateHeap(const std::unique_lock<std::mutex>& growing, uint64_t bytes,
                    std::unique_ptr<hal::Heap>* heap);

 private:
  hal::Device* const device_;
  std::mutex growth_mutex_;
  std::mutex pools_mutex_;
  std::vector<Pool*> pools_;  // guarded by pools_mutex_
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_MEMORY_POOL_GROUP_H_
