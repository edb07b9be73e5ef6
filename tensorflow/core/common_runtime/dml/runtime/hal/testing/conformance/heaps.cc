// Heaps of each kind, their host mappings, and the budget.
#include <cstring>
#include <thread>

#include "tensorflow/core/common_runtime/dml/runtime/hal/testing/conformance/conformance.h"

namespace dml {
namespace hal {
namespace testing {
namespace {

constexpr HeapKind kKinds[] = {HeapKind::kDevice, HeapKind::kUpload,
                               HeapKind::kReadback};

TEST_F(Conformance, HeapsHaveTheSizeThatWasAskedFor) {
  for (const HeapKind kind : kKinds) {
    for (const uint64_t bytes :
         {1, 3, 4, 255, 256, 4097, 65536, 65537, (1 << 20) + 3, 64 << 20}) {
      SCOPED_TRACE(bytes);
      const auto heap = MakeHeap(kind, bytes);
      ASSERT_NE(heap, nullptr);
      EXPECT_EQ(heap->size(), bytes);
    }
  }
}

TEST_F(Conformance, AHeapOfNothingIsRefused) {
  for (const HeapKind kind : kKinds) {
    std::unique_ptr<Heap> heap;
    EXPECT_EQ(device_->CreateHeap(kind, 0, &heap).code(),
              Code::kInvalidArgument);
    EXPECT_EQ(heap, nullptr);
  }
}

TEST_F(Conformance, WhatThereIsNoRoomForIsOutOfMemory) {
  const AdapterInfo& info = device_->info();
  for (const HeapKind kind : kKinds) {
    for (const uint64_t bytes :
         {info.max_heap_bytes + 1, info.max_heap_bytes + (uint64_t{1} << 40),
          ~uint64_t{0}}) {
      if (bytes <= info.max_heap_bytes) continue;
      SCOPED_TRACE(bytes);
      std::unique_ptr<Heap> heap;
      const Status status = device_->CreateHeap(kind, bytes, &heap);
      EXPECT_EQ(status.code(), Code::kOutOfMemory) << status.message();
      // It says how much was asked for.
      EXPECT_NE(status.message().find(std::to_string(bytes)), std::string::npos)
          << status.message();
      EXPECT_EQ(heap, nullptr);
    }
  }
  // The device works on.
  const auto heap = MakeHeap(HeapKind::kDevice, 1 << 20);
  ASSERT_NE(heap, nullptr);
  const auto bytes = Pattern(1 << 20, 2);
  Write(heap.get(), 0, bytes);
  EXPECT_EQ(Read(heap.get(), 0, bytes.size()), bytes);
}

TEST_F(Conformance, TheHostReachesWhatItHasTo) {
  const bool unified = device_->info().unified_memory;
  for (const HeapKind kind : kKinds) {
    const auto heap = MakeHeap(kind, 100001);
    ASSERT_NE(heap, nullptr);
    if (kind != HeapKind::kDevice || unified) {
      EXPECT_NE(heap->host(), nullptr);
    }
    if (heap->host() == nullptr) continue;
    uint8_t* const host = heap->host();
    const auto bytes = Pattern(100001, 3);
    std::memcpy(host, bytes.data(), bytes.size());
    EXPECT_EQ(std::memcmp(host, bytes.data(), bytes.size()), 0);
    EXPECT_EQ(heap->host(), host);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(host) % 16, 0u);
  }
}

// Coherent: without a call between, either side sees what the other wrote.
TEST_F(Conformance, EachSubmissionSeesWhatTheHostWroteBeforeIt) {
  const size_t kBytes = 4099;
  const auto upload = MakeHeap(HeapKind::kUpload, kBytes);
  const auto local = MakeHeap(HeapKind::kDevice, kBytes);
  const auto readback = MakeHeap(HeapKind::kReadback, kBytes);
  ASSERT_TRUE(upload && local && readback);
  const auto list = MakeList();
  for (uint32_t round = 0; round < 20; ++round) {
    Record(list.get(), [&] {
      list->Copy({local.get(), 0}, {upload.get(), 0}, kBytes);
      list->Barrier({});
      list->Copy({readback.get(), 0}, {local.get(), 0}, kBytes);
    });
    // Between the recording and the submission.
    const auto bytes = Pattern(kBytes, round);
    std::memcpy(upload->host(), bytes.data(), kBytes);
    std::memset(readback->host(), 0, kBytes);
    Finish(Submit(list.get()));
    ASSERT_EQ(std::memcmp(readback->host(), bytes.data(), kBytes), 0) << round;
  }
}

TEST_F(Conformance, HeapsDoNotShareMemory) {
  std::vector<std::unique_ptr<Heap>> heaps;
  for (uint32_t i = 0; i < 12; ++i) {
    heaps.push_back(MakeHeap(kKinds[i % 3], 1000 + i));
    ASSERT_NE(heaps.back(), nullptr);
    Write(heaps.back().get(), 0, Pattern(1000 + i, i));
  }
  for (uint32_t i = 0; i < 12; ++i) {
    EXPECT_EQ(Read(heaps[i].get(), 0, 1000 + i), Pattern(1000 + i, i)) << i;
  }
}

TEST_F(Conformance, ManyHeapsLiveAtOnce) {
  std::vector<std::unique_ptr<Heap>> heaps;
  for (int i = 0; i < 200; ++i) {
    heaps.push_back(MakeHeap(kKinds[i % 3], 70000));
    ASSERT_NE(heaps.back(), nullptr) << i;
  }
}

TEST_F(Conformance, HeapsAreMadeByAllThreads) {
  std::vector<std::thread> threads;
  std::array<Status, 4> made;
  for (size_t t = 0; t < made.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25 && made[t].ok(); ++i) {
        std::unique_ptr<Heap> heap;
        made[t] = device_->CreateHeap(kKinds[(t + i) % 3], 5000, &heap);
        (void)device_->memory_budget();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Status& status : made)
    EXPECT_TRUE(status.ok()) << status.message();
}

TEST_F(Conformance, TheBudgetIsOfTheMemoryThatThereIs) {
  const MemoryBudget before = device_->memory_budget();
  EXPECT_GT(before.budget_bytes, uint64_t{64} << 20);
  EXPECT_LE(before.budget_bytes, device_->info().memory_bytes);
  EXPECT_LE(before.used_bytes, device_->info().memory_bytes);
}

}  // namespace
}  // namespace testing
}  // namespace hal
}  // namespace dml
