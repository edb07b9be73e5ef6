#include "tensorflow/core/common_runtime/dml/runtime/memory/pool.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/tag_table.h"
#include "tensorflow/core/common_runtime/dml/runtime/memory/block_list.h"

namespace dml {
namespace {

using Clock = std::chrono::steady_clock;
using GrowthLock = std::unique_lock<std::mutex>;

constexpr uint64_t kMiB = uint64_t{1} << 20;
// Heaps grow with the pool, so that neither their number nor what the last one
// leaves unused gets large: an eighth of what is reserved, within limits.
constexpr uint64_t kGrowthDivisor = 8;
constexpr uint64_t kSoftwareHeapBytes = 16 * kMiB;
constexpr uint64_t kDeviceHeapBytes = 64 * kMiB;
constexpr uint64_t kMaxOrdinaryHeapBytes = 256 * kMiB;
constexpr uint64_t kHeapRounding = uint64_t{64} << 10;
// A heap that was not needed for so long goes back to the driver.
constexpr auto kIdleHeap = std::chrono::seconds(5);
constexpr uint64_t kOperationsBetweenIdleChecks = 1024;

std::string HumanBytes(uint64_t bytes) {
  char text[32];
  if (bytes >= 1024 * kMiB) {
    snprintf(text, sizeof(text), "%.2f GiB", bytes / 1024.0 / kMiB);
  } else if (bytes >= kMiB) {
    snprintf(text, sizeof(text), "%.1f MiB", bytes / 1.0 / kMiB);
  } else if (bytes >= 1024) {
    snprintf(text, sizeof(text), "%.1f KiB", bytes / 1024.0);
  } else {
    snprintf(text, sizeof(text), "%llu bytes",
             static_cast<unsigned long long>(bytes));
  }
  return text;
}

}  // namespace

class Pool::Impl {
 public:
  Impl(PoolGroup* group, AddressSpace* space, const PoolOptions& options,
       ReleaseHeap release_heap, WaitIdle wait_idle)
      : group_(group),
        device_(group->device()),
        space_(space),
        options_(options),
        release_heap_(std::move(release_heap)),
        wait_idle_(std::move(wait_idle)) {
    if (options_.heap_bytes == 0) {
      options_.heap_bytes = device_->info().type == hal::AdapterType::kSoftware
                                ? kSoftwareHeapBytes
                                : kDeviceHeapBytes;
    }
    options_.heap_bytes = RoundUp(options_.heap_bytes, kHeapRounding);
    limit_bytes_ = options_.limit_bytes != 0 ? options_.limit_bytes
                                             : device_->info().memory_bytes;
  }

  ~Impl() {
    for (auto& [id, heap] : heaps_) {
      release_heap_(std::move(heap.heap), heap.address);
    }
  }

  Status Allocate(uint64_t bytes, const char* tag, uint64_t* address) {
    if (bytes > limit_bytes_) return OutOfMemory(bytes, Status::Ok());
    Request request;
    request.size = RoundUp(std::max<uint64_t>(bytes, 1), kAlignment);
    request.tag = tag;
    Released released;
    {
      Lock lock(mutex_);
      DML_RETURN_IF_ERROR(abandoned_);
      if (Take(&request)) CheckIdleHeaps(&released);
    }
    Release(&released);
    Status grown;
    if (request.address == 0) grown = Grow(&request);
    if (request.address == 0) {
      DML_RETURN_IF_ERROR(abandoned());
      // What is unused elsewhere makes room, and what was released counts for
      // the driver until it is destroyed.
      group_->Trim();
      wait_idle_();
      grown = Grow(&request);
    }
    if (request.address == 0) {
      DML_RETURN_IF_ERROR(abandoned());
      return OutOfMemory(bytes, grown);
    }
    *address = request.address;
    return Status::Ok();
  }

  void Free(uint64_t address) {
    Released released;
    {
      Lock lock(mutex_);
      BlockList::Block* block = blocks_.Find(address);
      if (block == nullptr) return;
      holders_[block->tag].bytes -= block->bytes;
      --holders_[block->tag].blocks;
      statistics_.bytes_in_use -= block->bytes;
      --statistics_.live_allocations;
      const auto heap = heaps_.find(block->region);
      if (heap != heaps_.end() && --heap->second.live_blocks == 0) {
        heap->second.free_since = operations_time_;
      }
      blocks_.Free(block);
      CheckIdleHeaps(&released);
    }
    Release(&released);
  }

  uint64_t AllocatedBytes(uint64_t address) const {
    Lock lock(mutex_);
    const BlockList::Block* block = blocks_.Find(address);
    return block == nullptr ? 0 : block->bytes;
  }

  void Trim() {
    Released released;
    {
      Lock lock(mutex_);
      ReleaseHeapsIf([](const Heap&) { return true; }, &released);
    }
    Release(&released);
  }

  void Abandon(const Status& cause) {
    std::unordered_map<uint32_t, Heap> gone;
    {
      Lock lock(mutex_);
      if (abandoned_.ok()) abandoned_ = cause;
      gone.swap(heaps_);
      statistics_.bytes_reserved = 0;
    }
    for (const auto& [id, heap] : gone) space_->Unmap(heap.address);
  }

  PoolStatistics statistics() const {
    const uint64_t limit = options_.limit_bytes != 0
                               ? options_.limit_bytes
                               : device_->memory_budget().budget_bytes;
    Lock lock(mutex_);
    PoolStatistics result = statistics_;
    result.limit_bytes = limit;
    result.largest_free_block = blocks_.largest_free_block();
    result.heap_count = heaps_.size();
    return result;
  }

  void ResetPeaks() {
    Lock lock(mutex_);
    statistics_.peak_bytes_in_use = statistics_.bytes_in_use;
    statistics_.peak_bytes_reserved = statistics_.bytes_reserved;
  }

  std::string TopHolders(int count) const {
    Lock lock(mutex_);
    std::vector<uint32_t> order;
    for (uint32_t tag = 0; tag < holders_.size(); ++tag) {
      if (holders_[tag].blocks > 0) order.push_back(tag);
    }
    std::sort(order.begin(), order.end(), [this](uint32_t a, uint32_t b) {
      return holders_[a].bytes > holders_[b].bytes;
    });
    std::string text;
    for (int i = 0; i < count && i < static_cast<int>(order.size()); ++i) {
      const Holder& holder = holders_[order[i]];
      text += (i > 0 ? "\n  " : "  ") + HumanBytes(holder.bytes) + " in " +
              std::to_string(holder.blocks) +
              (holder.blocks == 1 ? " block: " : " blocks: ") +
              tags_.name(order[i]);
    }
    return text;
  }

 private:
  struct Heap {
    std::unique_ptr<hal::Heap> heap;
    uint64_t address = 0;
    uint64_t bytes = 0;
    uint64_t live_blocks = 0;
    Clock::time_point free_since;  // meaningful while live_blocks is 0
  };
  struct Holder {
    uint64_t bytes = 0;
    uint64_t blocks = 0;
  };

  // An allocation under way.
  struct Request {
    uint64_t size = 0;
    const char* tag = nullptr;
    uint64_t address = 0;  // 0 until it has memory
  };
  using Lock = std::lock_guard<std::mutex>;
  // Heaps that left the pool under its lock, to leave for the driver outside.
  using Released = std::vector<Heap>;

  // -- With mutex_.

  // Serves `request` from what is free; false when nothing is.
  bool Take(Request* request) {
    BlockList::Block* block = blocks_.Allocate(request->size);
    if (block == nullptr) return false;
    request->address = block->address;
    block->tag = tags_.Intern(request->tag);
    if (block->tag >= holders_.size()) holders_.resize(block->tag + 1);
    holders_[block->tag].bytes += block->bytes;
    ++holders_[block->tag].blocks;
    ++heaps_[block->region].live_blocks;
    PoolStatistics& s = statistics_;
    s.bytes_in_use += block->bytes;
    s.peak_bytes_in_use = std::max(s.peak_bytes_in_use, s.bytes_in_use);
    s.largest_allocation = std::max(s.largest_allocation, block->bytes);
    ++s.allocation_count;
    ++s.live_allocations;
    return true;
  }

  template <typename Predicate>
  void ReleaseHeapsIf(Predicate predicate, Released* released) {
    if (!options_.allow_growth) return;
    for (auto it = heaps_.begin(); it != heaps_.end();) {
      Heap& heap = it->second;
      if (heap.live_blocks > 0 || !predicate(heap)) {
        ++it;
        continue;
      }
      blocks_.RemoveRegion(heap.address, heap.bytes);
      statistics_.bytes_reserved -= heap.bytes;
      released->push_back(std::move(heap));
      it = heaps_.erase(it);
    }
  }

  // Now and then, gives back what was not used for some time, but for a small
  // reserve. The clock is read here only, so its resolution is coarse.
  void CheckIdleHeaps(Released* released) {
    if (++operations_ % kOperationsBetweenIdleChecks != 0) return;
    const Clock::time_point before = Now() - kIdleHeap;
    uint64_t kept = 0;
    ReleaseHeapsIf(
        [this, before, &kept](const Heap& heap) {
          if (heap.free_since > before) return false;
          kept += heap.bytes;
          return kept > options_.heap_bytes;
        },
        released);
  }

  Clock::time_point Now() { return operations_time_ = Clock::now(); }

  // -- Without mutex_.

  void Release(Released* released) {
    for (Heap& heap : *released) {
      release_heap_(std::move(heap.heap), heap.address);
    }
    released->clear();
  }

  // Makes heaps until one has room for `request`, and serves it from there. Of
  // several threads that need one, those that come later may find what the
  // first one made.
  Status Grow(Request* request) {
    const GrowthLock growing = group_->Growing();
    uint64_t reserved = 0;
    bool reserve_all = false;
    Released released;
    {
      Lock lock(mutex_);
      DML_RETURN_IF_ERROR(abandoned_);
      if (Take(request)) return Status::Ok();
      if (!options_.allow_growth) {
        if (!heaps_.empty()) return Status(Code::kOutOfMemory, "");
        reserve_all = true;
      }
      // The new heap can serve what as many bytes of smaller ones were kept
      // for.
      uint64_t bytes = 0;
      ReleaseHeapsIf(
          [request, &bytes](const Heap& heap) {
            if (heap.bytes >= request->size || bytes >= request->size) {
              return false;
            }
            bytes += heap.bytes;
            return true;
          },
          &released);
      reserved = statistics_.bytes_reserved;
    }
    Release(&released);
    if (reserve_all) return ReserveAll(growing, request);
    if (reserved + request->size > limit_bytes_) {
      return Status(Code::kOutOfMemory, "");
    }
    const uint64_t least = RoundUp(request->size, kHeapRounding);
    uint64_t ordinary =
        std::max(options_.heap_bytes,
                 std::min(kMaxOrdinaryHeapBytes,
                          RoundUp(reserved / kGrowthDivisor, kHeapRounding)));
    ordinary = std::min(ordinary, device_->info().promised_heap_bytes);
    // A large block gets a heap of its own, which can leave when it does.
    uint64_t bytes = request->size > ordinary / 2 ? least : ordinary;
    bytes = std::min(bytes, limit_bytes_ - reserved);
    Status made = AddHeap(growing, bytes, request);
    if (made.code() == Code::kOutOfMemory && bytes > least) {
      made = AddHeap(growing, least, request);
    }
    return made;
  }

  // The pool's whole limit, as far as the driver has the room.
  Status ReserveAll(const GrowthLock& growing, Request* request) {
    const uint64_t most =
        std::max(device_->info().promised_heap_bytes, request->size);
    uint64_t left = limit_bytes_;
    Status made(Code::kOutOfMemory, "");
    for (;;) {
      const uint64_t bytes =
          std::min({left, most, group_->Room()}) / kAlignment * kAlignment;
      if (bytes == 0) break;
      made = AddHeap(growing, bytes, request);
      if (!made.ok()) break;
      left -= bytes;
    }
    return request->address != 0 ? Status::Ok() : made;
  }

  // Makes a heap and serves `request` from it, if it has none yet.
  Status AddHeap(const GrowthLock& growing, uint64_t bytes, Request* request) {
    Heap heap;
    DML_RETURN_IF_ERROR(group_->CreateHeap(growing, bytes, &heap.heap));
    DML_RETURN_IF_ERROR(space_->Map(heap.heap.get(), &heap.address));
    heap.bytes = bytes;
    Lock lock(mutex_);
    if (!abandoned_.ok()) {
      space_->Unmap(heap.address);
      return abandoned_;
    }
    heap.free_since = Now();
    const uint32_t id = next_heap_++;
    blocks_.AddRegion(id, heap.address, bytes);
    heaps_.emplace(id, std::move(heap));
    PoolStatistics& s = statistics_;
    s.bytes_reserved += bytes;
    s.peak_bytes_reserved = std::max(s.peak_bytes_reserved, s.bytes_reserved);
    if (request->address == 0) Take(request);
    return Status::Ok();
  }

  Status abandoned() const {
    Lock lock(mutex_);
    return abandoned_;
  }

  Status OutOfMemory(uint64_t bytes, const Status& cause) const {
    const PoolStatistics s = statistics();
    std::string text =
        "out of device memory: cannot allocate " + HumanBytes(bytes) + " on " +
        device_->info().name + "; limit " + HumanBytes(s.limit_bytes) +
        ", in use " + HumanBytes(s.bytes_in_use) + " in " +
        std::to_string(s.live_allocations) + " blocks, reserved " +
        HumanBytes(s.bytes_reserved) + ", largest free block " +
        HumanBytes(s.largest_free_block);
    if (!cause.message().empty()) text += "; the driver: " + cause.message();
    const std::string holders = TopHolders(5);
    if (!holders.empty()) text += "\nLargest holders:\n" + holders;
    text += "\nUse a smaller batch or model, or raise the memory limit.";
    return Status(Code::kOutOfMemory, text);
  }

  PoolGroup* const group_;
  hal::Device* const device_;
  AddressSpace* const space_;
  PoolOptions options_;
  uint64_t limit_bytes_ = 0;  // of all heaps together
  const ReleaseHeap release_heap_;
  const WaitIdle wait_idle_;

  mutable std::mutex mutex_;
  BlockList blocks_;
  std::unordered_map<uint32_t, Heap> heaps_;
  uint32_t next_heap_ = 0;
  TagTable tags_;
  std::vector<Holder> holders_;  // by tag
  PoolStatistics statistics_;
  Status abandoned_;  // or why it was
  uint64_t operations_ = 0;
  Clock::time_point operations_time_ = Clock::now();
};

Pool::Pool(PoolGroup* group, AddressSpace* space, const PoolOptions& options,
           ReleaseHeap release_heap, WaitIdle wait_idle)
    : group_(group),
      impl_(std::make_unique<Impl>(group, space, options,
                                   std::move(release_heap),
                                   std::move(wait_idle))) {
  group_->Add(this);
}

Pool::~Pool() { group_->Remove(this); }

Status Pool::Allocate(uint64_t bytes, const char* tag, uint64_t* address) {
  return impl_->Allocate(bytes, tag, address);
}
void Pool::Free(uint64_t address) { impl_->Free(address); }
uint64_t Pool::AllocatedBytes(uint64_t address) const {
  return impl_->AllocatedBytes(address);
}
void Pool::Trim() { impl_->Trim(); }
void Pool::Abandon(const Status& cause) { impl_->Abandon(cause); }
PoolStatistics Pool::statistics() const { return impl_->statistics(); }
void Pool::ResetPeaks() { impl_->ResetPeaks(); }
std::string Pool::TopHolders(int count) const {
  return impl_->TopHolders(count);
}

}  // namespace dml
