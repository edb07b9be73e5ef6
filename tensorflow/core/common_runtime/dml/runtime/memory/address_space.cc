#include "tensorflow/core/common_runtime/dml/runtime/memory/address_space.h"

#include <iterator>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"

namespace dml {

Status AddressSpace::Create(std::unique_ptr<AddressSpace>* space) {
  using Access = os::AddressRange::Access;
  std::unique_ptr<AddressSpace> made(new AddressSpace);
  uint64_t bytes = kRangeBytes;
  while (!made->range_.Reserve(bytes, Access::kNone)) {
    bytes /= 2;
    if (bytes < kLeastRangeBytes) {
      return Error(Code::kOutOfMemory, "cannot reserve ",
                   kLeastRangeBytes >> 30,
                   " GiB of address space for device pointers: raise the "
                   "limit on virtual memory (ulimit -v unlimited)");
    }
  }
  const uint64_t count = bytes / kGranuleBytes;
  if (!made->table_.Reserve(count * sizeof(Granule), Access::kReadWrite)) {
    return Error(Code::kOutOfMemory, "cannot map the table of device pointers");
  }
  made->free_.emplace(0, count);
  *space = std::move(made);
  return Status::Ok();
}

AddressSpace::~AddressSpace() = default;

Status AddressSpace::Map(hal::Heap* heap, uint64_t* address) {
  const uint64_t count = CeilDivide(heap->size(), kGranuleBytes);
  std::lock_guard<std::mutex> lock(mutex_);
  auto fit = free_.begin();
  while (fit != free_.end() && fit->second < count) ++fit;
  if (fit == free_.end() || count == 0) {
    return Error(Code::kOutOfMemory, "no room for a heap of ", heap->size(),
                 " bytes among device pointers (", range_.bytes() >> 30,
                 " GiB reserved)");
  }
  const uint64_t first = fit->first;
  const uint64_t left = fit->second - count;
  free_.erase(fit);
  if (left > 0) free_.emplace(first + count, left);

  if (retired_.empty()) {
    mappings_.push_back(std::make_unique<Mapping>());
    retired_.push_back(mappings_.back().get());
  }
  Mapping* mapping = retired_.back();
  retired_.pop_back();
  *address = range_.begin() + first * kGranuleBytes;
  mapping->address.store(*address, std::memory_order_relaxed);
  mapping->bytes.store(heap->size(), std::memory_order_relaxed);
  mapping->heap.store(heap, std::memory_order_relaxed);
  for (uint64_t i = first; i < first + count; ++i) {
    granules()[i].store(mapping, std::memory_order_release);
  }
  return Status::Ok();
}

void AddressSpace::Unmap(uint64_t address) {
  if (!Contains(address)) return;
  std::lock_guard<std::mutex> lock(mutex_);
  uint64_t first = (address - range_.begin()) / kGranuleBytes;
  auto* mapping =
      const_cast<Mapping*>(granules()[first].load(std::memory_order_relaxed));
  if (mapping == nullptr || mapping->address != address) return;
  uint64_t count = CeilDivide(mapping->bytes, kGranuleBytes);
  for (uint64_t i = first; i < first + count; ++i) {
    granules()[i].store(nullptr, std::memory_order_release);
  }
  retired_.push_back(mapping);

  auto next = free_.lower_bound(first);
  if (next != free_.end() && next->first == first + count) {
    count += next->second;
    next = free_.erase(next);
  }
  if (next != free_.begin()) {
    auto before = std::prev(next);
    if (before->first + before->second == first) {
      before->second += count;
      return;
    }
  }
  free_.emplace(first, count);
}

}  // namespace dml
