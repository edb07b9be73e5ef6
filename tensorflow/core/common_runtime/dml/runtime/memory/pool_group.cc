#include "tensorflow/core/common_runtime/dml/runtime/memory/pool_group.h"

#include <algorithm>

#include "tensorflow/core/common_runtime/dml/runtime/memory/pool.h"

namespace dml {

void PoolGroup::Trim() {
  std::lock_guard<std::mutex> lock(pools_mutex_);
  for (Pool* pool : pools_) pool->Trim();
}

void PoolGroup::Add(Pool* pool) {
  std::lock_guard<std::mutex> lock(pools_mutex_);
  pools_.push_back(pool);
}

void PoolGroup::Remove(Pool* pool) {
  std::lock_guard<std::mutex> lock(pools_mutex_);
  pools_.erase(std::find(pools_.begin(), pools_.end(), pool));
}

uint64_t PoolGroup::Room() const {
  const hal::MemoryBudget memory = device_->memory_budget();
  return memory.budget_bytes - std::min(memory.used_bytes, memory.budget_bytes);
}

Status PoolGroup::CreateHeap(const std::unique_lock<std::mutex>& /*growing*/,
                             uint64_t bytes, std::unique_ptr<hal::Heap>* heap) {
  const hal::MemoryBudget memory = device_->memory_budget();
  if (memory.used_bytes > memory.budget_bytes ||
      bytes > memory.budget_bytes - memory.used_bytes) {
    return Error(Code::kOutOfMemory, "it grants this process ",
                 memory.budget_bytes, " bytes now, of which ",
                 memory.used_bytes, " are in use");
  }
  return device_->CreateHeap(hal::HeapKind::kDevice, bytes, heap);
}

}  // namespace dml
