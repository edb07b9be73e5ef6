#include "tensorflow/core/common_runtime/dml/runtime/memory/pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/hal/testing/recording_device.h"

namespace dml {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;

class PoolTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(AddressSpace::Create(&space_).ok()); }

  std::unique_ptr<Pool> Make(const PoolOptions& options) {
    return std::make_unique<Pool>(
        &group_, space_.get(), options,
        [this](std::unique_ptr<hal::Heap> heap, uint64_t address) {
          std::lock_guard<std::mutex> lock(mutex_);
          released_.emplace_back(std::move(heap), address);
        },
        [this] {
          ++waits_;
          DestroyReleased();
        });
  }
  std::unique_ptr<Pool> Make(uint64_t limit_bytes, uint64_t heap_bytes) {
    PoolOptions options;
    options.limit_bytes = limit_bytes;
    options.heap_bytes = heap_bytes;
    return Make(options);
  }

  // As a stream does when earlier work has completed.
  void DestroyReleased() {
    std::lock_guard<std::mutex> lock(mutex_);
    for (auto& [heap, address] : released_) space_->Unmap(address);
    released_.clear();
  }

  static uint64_t Allocate(Pool* pool, uint64_t bytes,
                           const char* tag = "test") {
    uint64_t address = 0;
    const Status status = pool->Allocate(bytes, tag, &address);
    EXPECT_TRUE(status.ok()) << status.message();
    return address;
  }

  // False when it does not within a long time.
  template <typename T>
  static bool Finishes(const std::future<T>& future) {
    return future.wait_for(std::chrono::seconds(20)) ==
           std::future_status::ready;
  }

  hal::testing::RecordingDevice device_;
  PoolGroup group_{&device_};
  std::unique_ptr<AddressSpace> space_;
  std::mutex mutex_;
  std::vector<std::pair<std::unique_ptr<hal::Heap>, uint64_t>> released_;
  std::atomic<int> waits_{0};
};

TEST_F(PoolTest, HandsOutAlignedMappedMemory) {
  auto pool = Make(64 * kMiB, 4 * kMiB);
  for (const uint64_t bytes : {1u, 255u, 256u, 257u, 100000u}) {
    const uint64_t address = Allocate(pool.get(), bytes);
    EXPECT_EQ(address % Pool::kAlignment, 0u);
    EXPECT_EQ(pool->AllocatedBytes(address), (bytes + 255) / 256 * 256);
    hal::Binding binding;
    EXPECT_TRUE(space_->Resolve(address, bytes, &binding));
  }
  EXPECT_EQ(device_.heaps_made(), 1u);
}

TEST_F(PoolTest, NothingHasAUniqueAddress) {
  auto pool = Make(64 * kMiB, 4 * kMiB);
  const uint64_t first = Allocate(pool.get(), 0);
  const uint64_t second = Allocate(pool.get(), 0);
  EXPECT_NE(first, 0u);
  EXPECT_NE(first, second);
}

TEST_F(PoolTest, ReusesFreedMemoryAtOnce) {
  auto pool = Make(64 * kMiB, 4 * kMiB);
  const uint64_t address = Allocate(pool.get(), 1000);
  pool->Free(address);
  EXPECT_EQ(pool->AllocatedBytes(address), 0u);
  EXPECT_EQ(Allocate(pool.get(), 1000), address);
  EXPECT_EQ(device_.heaps_made(), 1u);
}

TEST_F(PoolTest, IgnoresAddressesThatItDoesNotOwn) {
  auto pool = Make(64 * kMiB, 4 * kMiB);
  const uint64_t address = Allocate(pool.get(), 1000);
  pool->Free(address + 256);
  pool->Free(12345);
  EXPECT_EQ(pool->AllocatedBytes(address + 256), 0u);
  EXPECT_EQ(pool->statistics().live_allocations, 1u);
}

TEST_F(PoolTest, CountsWhatItDoes) {
  auto pool = Make(64 * kMiB, 4 * kMiB);
  const uint64_t a = Allocate(pool.get(), 1000);
  const uint64_t b = Allocate(pool.get(), 5000);
  pool->Free(a);
  PoolStatistics s = pool->statistics();
  EXPECT_EQ(s.bytes_in_use, 5120u);
  EXPECT_EQ(s.peak_bytes_in_use, 1024u + 5120u);
  EXPECT_EQ(s.largest_allocation, 5120u);
  EXPECT_EQ(s.allocation_count, 2u);
  EXPECT_EQ(s.live_allocations, 1u);
  EXPECT_EQ(s.limit_bytes, 64 * kMiB);
  EXPECT_EQ(s.bytes_reserved, 4 * kMiB);
  EXPECT_EQ(s.heap_count, 1u);
  EXPECT_EQ(s.largest_free_block, 4 * kMiB - 1024 - 5120);
  pool->ResetPeaks();
  EXPECT_EQ(pool->statistics().peak_bytes_in_use, 5120u);
  pool->Free(b);
  EXPECT_EQ(pool->statistics().largest_free_block, 4 * kMiB);
}

TEST_F(PoolTest, LargeBlocksGetHeapsOfTheirOwn) {
  auto pool = Make(64 * kMiB, 4 * kMiB);
  Allocate(pool.get(), 1000);
  Allocate(pool.get(), 10 * kMiB);
  EXPECT_EQ(pool->statistics().bytes_reserved, 14 * kMiB);
  EXPECT_EQ(pool->statistics().heap_count, 2u);
}

TEST_F(PoolTest, KeepsToItsLimit) {
  auto pool = Make(10 * kMiB, 4 * kMiB);
  const uint64_t first = Allocate(pool.get(), 6 * kMiB, "Conv2D");
  Allocate(pool.get(), 3 * kMiB, "Relu");
  uint64_t address = 0;
  const Status status = pool->Allocate(2 * kMiB, "MatMul", &address);
  EXPECT_EQ(status.code(), Code::kOutOfMemory);
  for (const char* part :
       {"cannot allocate 2.0 MiB", "limit 10.0 MiB", "in use 9.0 MiB",
        "in 2 blocks", "6.0 MiB in 1 block: Conv2D",
        "3.0 MiB in 1 block: Relu"}) {
    EXPECT_NE(status.message().find(part), std::string::npos)
        << part << " is not in: " << status.message();
  }
  EXPECT_LE(pool->statistics().peak_bytes_reserved, 10 * kMiB);
  // It goes on.
  pool->Free(first);
  Allocate(pool.get(), 2 * kMiB);
}

TEST_F(PoolTest, RefusesWhatExceedsTheLimitAtOnce) {
  auto pool = Make(10 * kMiB, 4 * kMiB);
  uint64_t address = 0;
  EXPECT_EQ(pool->Allocate(~uint64_t{0}, "test", &address).code(),
            Code::kOutOfMemory);
  EXPECT_EQ(device_.heaps_made(), 0u);
}

TEST_F(PoolTest, RoomOfFreeSmallHeapsServesALargeBlock) {
  auto pool = Make(8 * kMiB, kMiB);
  std::vector<uint64_t> small;
  for (int i = 0; i < 8; ++i) small.push_back(Allocate(pool.get(), kMiB));
  for (const uint64_t address : small) pool->Free(address);
  Allocate(pool.get(), 8 * kMiB);
  EXPECT_LE(pool->statistics().peak_bytes_reserved, 8 * kMiB);
}

TEST_F(PoolTest, WaitsForReleasedHeapsWhenTheDriverHasNoRoom) {
  auto pool = Make(64 * kMiB, 4 * kMiB);
  const uint64_t first = Allocate(pool.get(), 10 * kMiB);
  pool->Free(first);
  // The first attempt; waiting makes room for the second one.
  device_.FailHeaps(1);
  Allocate(pool.get(), 12 * kMiB);
  EXPECT_EQ(waits_, 1);
}

TEST_F(PoolTest, PassesOnWhatTheDriverSays) {
  auto pool = Make(64 * kMiB, 4 * kMiB);
  device_.FailHeaps(100);
  uint64_t address = 0;
  const Status status = pool->Allocate(1000, "test", &address);
  EXPECT_EQ(status.code(), Code::kOutOfMemory);
  EXPECT_NE(status.message().find("the recording device has no room"),
            std::string::npos);
  device_.FailHeaps(0);
  Allocate(pool.get(), 1000);
}

TEST_F(PoolTest, TrimsUnusedHeapsOnly) {
  auto pool = Make(64 * kMiB, 4 * kMiB);
  const uint64_t kept = Allocate(pool.get(), 1000);
  const uint64_t freed = Allocate(pool.get(), 10 * kMiB);
  pool->Free(freed);
  pool->Trim();
  EXPECT_EQ(pool->statistics().heap_count, 1u);
  ASSERT_EQ(released_.size(), 1u);
  EXPECT_EQ(released_.front().second, freed);
  hal::Binding binding;
  EXPECT_TRUE(space_->Resolve(kept, 1000, &binding));
}

TEST_F(PoolTest, WithoutGrowthReservesTheLimitAtOnce) {
  PoolOptions options;
  options.limit_bytes = 10 * kMiB;
  options.allow_growth = false;
  auto pool = Make(options);
  EXPECT_EQ(pool->statistics().bytes_reserved, 0u);
  Allocate(pool.get(), 1000);
  EXPECT_EQ(pool->statistics().bytes_reserved, 10 * kMiB);
  uint64_t address = 0;
  EXPECT_EQ(pool->Allocate(10 * kMiB, "test", &address).code(),
            Code::kOutOfMemory);
  pool->Trim();
  EXPECT_EQ(pool->statistics().bytes_reserved, 10 * kMiB);
}

TEST_F(PoolTest, NamesTheLargestHolders) {
  auto pool = Make(64 * kMiB, 4 * kMiB);
  Allocate(pool.get(), 2 * kMiB, "Relu");
  Allocate(pool.get(), kMiB, "MatMul");
  Allocate(pool.get(), 3 * kMiB, "MatMul");
  const uint64_t gone = Allocate(pool.get(), 20 * kMiB, "Gone");
  pool->Free(gone);
  EXPECT_EQ(pool->TopHolders(5),
            "  4.0 MiB in 2 blocks: MatMul\n  2.0 MiB in 1 block: Relu");
  EXPECT_EQ(pool->TopHolders(1), "  4.0 MiB in 2 blocks: MatMul");
}

TEST_F(PoolTest, ReleasesItsHeapsInTheEnd) {
  auto pool = Make(64 * kMiB, 4 * kMiB);
  Allocate(pool.get(), 1000);
  Allocate(pool.get(), 10 * kMiB);
  pool.reset();
  EXPECT_EQ(released_.size(), 2u);
  DestroyReleased();
  EXPECT_EQ(device_.heap_bytes(), 0u);
}

// The driver's budget, of which all pools of the device take.
class PoolBudgetTest : public PoolTest {};

TEST_F(PoolBudgetTest, IsAskedAtEachGrowth) {
  device_.SetBudget(16 * kMiB);
  auto pool = Make(0, kMiB);
  EXPECT_EQ(pool->statistics().limit_bytes, 16 * kMiB);
  Allocate(pool.get(), 10 * kMiB);
  // Another process takes memory.
  device_.SetBudget(12 * kMiB);
  uint64_t address = 0;
  const Status status = pool->Allocate(4 * kMiB, "test", &address);
  EXPECT_EQ(status.code(), Code::kOutOfMemory);
  for (const char* part : {"limit 12.0 MiB", "grants this process 12582912",
                           "10485760 are in use"}) {
    EXPECT_NE(status.message().find(part), std::string::npos)
        << part << " is not in: " << status.message();
  }
  Allocate(pool.get(), 2 * kMiB);
  // It gives some back, and more than there was at first.
  device_.SetBudget(32 * kMiB);
  Allocate(pool.get(), 20 * kMiB);
}

TEST_F(PoolBudgetTest, HoldsBesideALimit) {
  device_.SetBudget(8 * kMiB);
  auto pool = Make(64 * kMiB, kMiB);
  uint64_t address = 0;
  EXPECT_EQ(pool->Allocate(10 * kMiB, "test", &address).code(),
            Code::kOutOfMemory);
  Allocate(pool.get(), 8 * kMiB);
  EXPECT_EQ(pool->statistics().limit_bytes, 64 * kMiB);
}

TEST_F(PoolBudgetTest, HoldsForAllPoolsTogether) {
  device_.SetBudget(16 * kMiB);
  auto one = Make(0, kMiB);
  auto other = Make(0, kMiB);
  Allocate(one.get(), 10 * kMiB);
  uint64_t address = 0;
  EXPECT_EQ(other->Allocate(10 * kMiB, "test", &address).code(),
            Code::kOutOfMemory);
  Allocate(other.get(), 6 * kMiB);
}

TEST_F(PoolBudgetTest, HoldsWhileSeveralGrow) {
  constexpr int kPools = 4;
  device_.SetBudget(10 * kMiB);
  std::vector<std::unique_ptr<Pool>> pools;
  for (int i = 0; i < kPools; ++i) pools.push_back(Make(0, kMiB));
  // Lets others run between a look at the budget and a heap that follows.
  device_.OnMemoryCall(
      [] { std::this_thread::sleep_for(std::chrono::milliseconds(5)); });
  std::vector<std::future<Status>> grown;
  for (auto& pool : pools) {
    grown.push_back(std::async(std::launch::async, [&pool] {
      uint64_t address = 0;
      return pool->Allocate(6 * kMiB, "test", &address);
    }));
  }
  int served = 0;
  for (auto& status : grown) served += status.get().ok();
  EXPECT_EQ(served, 1);
  EXPECT_LE(device_.heap_bytes(), 10 * kMiB);
}

TEST_F(PoolBudgetTest, UnusedHeapsOfOtherPoolsMakeRoom) {
  device_.SetBudget(16 * kMiB);
  auto one = Make(0, kMiB);
  auto other = Make(0, kMiB);
  one->Free(Allocate(one.get(), 10 * kMiB));
  Allocate(other.get(), 12 * kMiB);
  EXPECT_EQ(one->statistics().heap_count, 0u);
}

TEST_F(PoolBudgetTest, WithoutGrowthReservesWhatThereIs) {
  device_.SetBudget(6 * kMiB);
  PoolOptions options;
  options.limit_bytes = 10 * kMiB;
  options.allow_growth = false;
  auto pool = Make(options);
  Allocate(pool.get(), 1000);
  EXPECT_EQ(pool->statistics().bytes_reserved, 6 * kMiB);
}

TEST_F(PoolTest, AFreeBlockWaitsForNoDriver) {
  auto pool = Make(64 * kMiB, 4 * kMiB);
  Allocate(pool.get(), 1000);
  std::promise<void> called, go_on;
  std::once_flag once;
  device_.OnMemoryCall([&] {
    std::call_once(once, [&] {
      called.set_value();
      go_on.get_future().wait();
    });
  });
  auto large = std::async(std::launch::async,
                          [&pool] { return Allocate(pool.get(), 20 * kMiB); });
  called.get_future().wait();
  auto small = std::async(std::launch::async, [&pool] {
    const uint64_t address = Allocate(pool.get(), 1000);
    pool->Free(address);
    return address;
  });
  EXPECT_TRUE(Finishes(small));
  go_on.set_value();
  EXPECT_NE(large.get(), small.get());
}

TEST_F(PoolTest, HeapsGoOutsideOfItsLock) {
  Pool* entered = nullptr;
  bool free = true;
  std::vector<std::future<uint64_t>> looks;
  Pool pool(
      &group_, space_.get(), PoolOptions(),
      [&](std::unique_ptr<hal::Heap> /*heap*/, uint64_t address) {
        if (entered != nullptr) {
          looks.push_back(std::async(
              std::launch::async, [&] { return entered->AllocatedBytes(1); }));
          free &= Finishes(looks.back());
        }
        space_->Unmap(address);
      },
      [] {});
  pool.Free(Allocate(&pool, kMiB));
  entered = &pool;
  pool.Trim();
  EXPECT_EQ(looks.size(), 1u);
  for (auto& look : looks) look.wait();
  entered = nullptr;
  EXPECT_TRUE(free);
}

TEST_F(PoolTest, OneHeapServesThreadsThatWaitedForIt) {
  auto pool = Make(64 * kMiB, 8 * kMiB);
  device_.OnMemoryCall(
      [] { std::this_thread::sleep_for(std::chrono::milliseconds(5)); });
  std::vector<std::future<uint64_t>> addresses;
  for (int i = 0; i < 4; ++i) {
    addresses.push_back(std::async(
        std::launch::async, [&pool] { return Allocate(pool.get(), kMiB); }));
  }
  for (auto& address : addresses) EXPECT_NE(address.get(), 0u);
  EXPECT_EQ(pool->statistics().heap_count, 1u);
}

TEST_F(PoolTest, NeverHandsOutTheSameBytesTwice) {
  constexpr uint32_t kSeed = 42;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937 random(kSeed);
  auto pool = Make(32 * kMiB, kMiB);
  std::map<uint64_t, uint64_t> live;  // address -> bytes
  uint64_t in_use = 0;
  for (int step = 0; step < 5000; ++step) {
    if (random() % 5 < 3 || live.empty()) {
      const uint64_t bytes = random() % (random() % 8 == 0 ? 4 * kMiB : 65536);
      uint64_t address = 0;
      if (!pool->Allocate(bytes, "test", &address).ok()) continue;
      const uint64_t size = pool->AllocatedBytes(address);
      ASSERT_GE(size, bytes);
      const auto after = live.lower_bound(address);
      ASSERT_TRUE(after == live.end() || address + size <= after->first);
      ASSERT_TRUE(after == live.begin() ||
                  std::prev(after)->first + std::prev(after)->second <=
                      address);
      hal::Binding binding;
      ASSERT_TRUE(space_->Resolve(address, size, &binding));
      live.emplace(address, size);
      in_use += size;
    } else {
      auto it = live.begin();
      std::advance(it, random() % live.size());
      pool->Free(it->first);
      in_use -= it->second;
      live.erase(it);
    }
    const PoolStatistics s = pool->statistics();
    ASSERT_EQ(s.bytes_in_use, in_use);
    ASSERT_EQ(s.live_allocations, live.size());
    ASSERT_LE(s.bytes_in_use, s.bytes_reserved);
    ASSERT_LE(s.bytes_reserved, s.limit_bytes);
  }
}

TEST_F(PoolTest, IsAbandonedWithAllItHolds) {
  auto pool = Make(64 * kMiB, 4 * kMiB);
  const uint64_t small = Allocate(pool.get(), 1000);
  const uint64_t large = Allocate(pool.get(), 20 * kMiB);
  EXPECT_GT(device_.heap_bytes(), 20 * kMiB);
  pool->Abandon(Status(Code::kDeviceLost, "it broke"));
  EXPECT_EQ(device_.heap_bytes(), 0u);
  EXPECT_EQ(pool->statistics().bytes_reserved, 0u);
  hal::Binding binding;
  EXPECT_FALSE(space_->Resolve(small, 1, &binding));
  // Even of what was free.
  uint64_t address = 0;
  EXPECT_EQ(pool->Allocate(1000, "test", &address).message(), "it broke");
  EXPECT_EQ(waits_, 0);
  EXPECT_EQ(pool->AllocatedBytes(small), 1024u);
  pool->Free(large);
  pool->Free(small);
  pool->Trim();
  EXPECT_EQ(pool->statistics().live_allocations, 0u);
  pool.reset();
  EXPECT_TRUE(released_.empty());
}

TEST_F(PoolTest, ServesSeveralThreads) {
  auto pool = Make(64 * kMiB, kMiB);
  std::vector<std::thread> threads;
  for (uint32_t t = 0; t < 4; ++t) {
    threads.emplace_back([&pool, t] {
      std::mt19937 random(t);
      std::vector<uint64_t> mine;
      for (int i = 0; i < 2000; ++i) {
        if (mine.size() < 20 && random() % 2 == 0) {
          mine.push_back(Allocate(pool.get(), random() % 100000));
        } else if (!mine.empty()) {
          EXPECT_GT(pool->AllocatedBytes(mine.back()), 0u);
          pool->Free(mine.back());
          mine.pop_back();
        }
        if (i % 500 == 0) pool->Trim();
      }
      for (const uint64_t address : mine) pool->Free(address);
    });
  }
  for (std::thread& thread : threads) thread.join();
  const PoolStatistics s = pool->statistics();
  EXPECT_EQ(s.bytes_in_use, 0u);
  EXPECT_EQ(s.live_allocations, 0u);
}

}  // namespace
}  // namespace dml
