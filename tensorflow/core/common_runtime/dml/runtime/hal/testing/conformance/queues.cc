// Submissions, their queues' counters, and waiting for them.
#include <chrono>
#include <cstring>
#include <thread>

#include "tensorflow/core/common_runtime/dml/runtime/hal/testing/conformance/conformance.h"

namespace dml {
namespace hal {
namespace testing {
namespace {

using Clock = std::chrono::steady_clock;

double MillisecondsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start)
      .count();
}

TEST_F(Conformance, CountersBeginAtZeroAndBecomeWhatWasSubmitted) {
  for (const Queue queue : queues()) {
    const auto list = MakeList(queue);
    ASSERT_NE(list, nullptr);
    uint64_t completed = 1;
    DML_ASSERT_OK(device_->Completed(queue, &completed));
    EXPECT_EQ(completed, 0u);
    // Values need not be neighbours.
    for (const uint64_t value : {uint64_t{1}, uint64_t{2}, uint64_t{7},
                                 uint64_t{1000}, uint64_t{1} << 30}) {
      Record(list.get(), [] {});
      DML_ASSERT_OK(device_->Submit(list.get(), {queue, value}, {}));
      DML_ASSERT_OK(device_->Wait({queue, value}, kLongNs));
      DML_ASSERT_OK(device_->Completed(queue, &completed));
      EXPECT_EQ(completed, value);
      // What is passed is reached.
      DML_EXPECT_OK(device_->Wait({queue, value - 1}, 0));
    }
  }
}

TEST_F(Conformance, EachQueueCountsForItself) {
  if (queues().size() < 2) GTEST_SKIP() << "one queue";
  const auto compute = MakeList(), transfer = MakeList(Queue::kTransfer);
  Record(compute.get(), [] {});
  Finish(Submit(compute.get()));
  uint64_t completed = 1;
  DML_ASSERT_OK(device_->Completed(Queue::kTransfer, &completed));
  EXPECT_EQ(completed, 0u);
  Record(transfer.get(), [] {});
  Finish(Submit(transfer.get(), Queue::kTransfer));
  DML_ASSERT_OK(device_->Completed(Queue::kTransfer, &completed));
  EXPECT_EQ(completed, 1u);
}

TEST_F(Conformance, AWaitEndsInTime) {
  for (const Queue queue : queues()) {
    for (const uint64_t milliseconds : {0, 1, 50}) {
      const auto start = Clock::now();
      const Status status = device_->Wait({queue, 1}, milliseconds * 1'000'000);
      const double took = MillisecondsSince(start);
      EXPECT_EQ(status.code(), Code::kDeadlineExceeded) << status.message();
      EXPECT_GE(took, 0.9 * milliseconds);
      EXPECT_LT(took, milliseconds + 2000.0);
    }
  }
}

TEST_F(Conformance, AWaitWithoutLimitEnds) {
  const auto list = MakeList();
  Record(list.get(), [] {});
  const QueuePoint point = Submit(list.get());
  DML_EXPECT_OK(device_->Wait(point, ~uint64_t{0}));
}

TEST_F(Conformance, SeveralThreadsWaitForWhatComesLater) {
  std::array<Status, 4> reached;
  std::vector<std::thread> threads;
  for (size_t t = 0; t < reached.size(); ++t) {
    threads.emplace_back([&, t] {
      reached[t] = device_->Wait({Queue::kCompute, t + 1}, kLongNs);
    });
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  std::vector<std::unique_ptr<CommandList>> lists;
  for (size_t t = 0; t < reached.size(); ++t) {
    lists.push_back(MakeList());
    Record(lists.back().get(), [] {});
    Submit(lists.back().get());
  }
  for (std::thread& thread : threads) thread.join();
  for (const Status& status : reached) {
    EXPECT_TRUE(status.ok()) << status.message();
  }
}

TEST_F(Conformance, CountersOnlyGrow) {
  constexpr size_t kBytes = 1 << 20;
  constexpr uint64_t kLists = 40;
  const auto first = MakeHeap(HeapKind::kDevice, kBytes);
  const auto second = MakeHeap(HeapKind::kDevice, kBytes);
  ASSERT_TRUE(first && second);
  std::vector<std::unique_ptr<CommandList>> lists;
  uint64_t last = 0;
  const auto look = [&] {
    uint64_t completed = 0;
    DML_ASSERT_OK(device_->Completed(Queue::kCompute, &completed));
    EXPECT_GE(completed, last);
    EXPECT_LE(completed, submitted_[0]);
    last = completed;
  };
  for (uint64_t i = 0; i < kLists; ++i) {
    lists.push_back(MakeList());
    Record(lists.back().get(), [&] {
      lists.back()->Copy({second.get(), 0}, {first.get(), 0}, kBytes);
    });
    Submit(lists.back().get());
    look();
  }
  while (last < kLists && !HasFailure()) look();
}

TEST_F(Conformance, WorkOfAQueueIsInOrder) {
  constexpr size_t kBytes = 200001;
  constexpr int kLists = 60;
  for (const Queue queue : queues()) {
    const auto first = MakeHeap(HeapKind::kDevice, kBytes);
    const auto second = MakeHeap(HeapKind::kDevice, kBytes);
    ASSERT_TRUE(first && second);
    const auto bytes = Pattern(kBytes, 3);
    Write(first.get(), 0, bytes);
    std::vector<std::unique_ptr<CommandList>> lists;
    QueuePoint point;
    for (int i = 0; i < kLists; ++i) {
      Heap* const from = i % 2 == 0 ? first.get() : second.get();
      Heap* const to = i % 2 == 0 ? second.get() : first.get();
      lists.push_back(MakeList(queue));
      CommandList* const list = lists.back().get();
      Record(list, [&] {
        // Of lists before.
        list->Barrier({});
        list->Copy({to, 0}, {from, 1}, kBytes - 1);
        list->Copy({to, kBytes - 1}, {from, 0}, 1);
      });
      point = Submit(list, queue);
    }
    Finish(point);
    auto expected = bytes;
    std::rotate(expected.begin(), expected.begin() + kLists, expected.end());
    EXPECT_TRUE(Read(first.get(), 0, kBytes) == expected);
  }
}

TEST_F(Conformance, AListIsUsedAgain) {
  constexpr size_t kBytes = 5000;
  for (const Queue queue : queues()) {
    const auto upload = MakeHeap(HeapKind::kUpload, kBytes);
    const auto readback = MakeHeap(HeapKind::kReadback, kBytes);
    ASSERT_TRUE(upload && readback);
    const auto bytes = Pattern(kBytes, 4);
    Write(upload.get(), 0, bytes);
    const auto list = MakeList(queue);
    for (size_t round = 1; round < 50; ++round) {
      std::memset(readback->host(), 0, kBytes);
      // Not all of what the list held before.
      Record(list.get(), [&] {
        for (size_t i = 0; i < round % 7 + 1; ++i) {
          list->Copy({readback.get(), i * 10}, {upload.get(), round + i * 10},
                     10);
        }
      });
      Finish(Submit(list.get(), queue));
      const size_t copied = (round % 7 + 1) * 10;
      EXPECT_EQ(std::memcmp(readback->host(), upload->host() + round, copied),
                0);
      EXPECT_EQ(readback->host()[copied], 0);
    }
  }
}

TEST_F(Conformance, AListThatWasNotSubmittedBeginsAnew) {
  const auto upload = MakeHeap(HeapKind::kUpload, 8);
  const auto readback = MakeHeap(HeapKind::kReadback, 8);
  const auto list = MakeList();
  ASSERT_TRUE(upload && readback && list);
  Write(upload.get(), 0, {1, 2, 3, 4, 5, 6, 7, 8});
  Write(readback.get(), 0, std::vector<uint8_t>(8));
  Record(list.get(), [&] {
    list->Copy({readback.get(), 0}, {upload.get(), 0}, 8);
  });
  Record(list.get(), [&] {
    list->Copy({readback.get(), 0}, {upload.get(), 4}, 1);
  });
  Finish(Submit(list.get()));
  EXPECT_EQ(Read(readback.get(), 0, 8),
            (std::vector<uint8_t>{5, 0, 0, 0, 0, 0, 0, 0}));
}

// Copies go back and forth between two queues; each waits for the other's.
TEST_F(Conformance, AQueueWaitsForTheOther) {
  if (queues().size() < 2) GTEST_SKIP() << "one queue";
  constexpr size_t kBytes = 500001;
  constexpr int kRounds = 30;
  const auto first = MakeHeap(HeapKind::kDevice, kBytes);
  const auto second = MakeHeap(HeapKind::kDevice, kBytes);
  ASSERT_TRUE(first && second);
  const auto bytes = Pattern(kBytes, 5);
  Write(first.get(), 0, bytes);
  std::vector<std::unique_ptr<CommandList>> lists;
  QueuePoint last;
  for (int i = 0; i < kRounds; ++i) {
    const Queue queue = i % 2 == 0 ? Queue::kTransfer : Queue::kCompute;
    Heap* const from = i % 2 == 0 ? first.get() : second.get();
    Heap* const to = i % 2 == 0 ? second.get() : first.get();
    lists.push_back(MakeList(queue));
    CommandList* const list = lists.back().get();
    Record(list, [&] {
      list->Copy({to, 0}, {from, 1}, kBytes - 1);
      list->Copy({to, kBytes - 1}, {from, 0}, 1);
    });
    last = i == 0 ? Submit(list, queue) : Submit(list, queue, {last});
  }
  Finish(last);
  auto expected = bytes;
  std::rotate(expected.begin(), expected.begin() + kRounds, expected.end());
  EXPECT_TRUE(Read(first.get(), 0, kBytes) == expected);
}

TEST_F(Conformance, WhatIsReachedHoldsNothingUp) {
  if (queues().size() < 2) GTEST_SKIP() << "one queue";
  const auto transfer = MakeList(Queue::kTransfer), compute = MakeList();
  Record(transfer.get(), [] {});
  const QueuePoint point = Submit(transfer.get(), Queue::kTransfer);
  Finish(point);
  for (int i = 0; i < 5; ++i) {
    Record(compute.get(), [] {});
    Finish(Submit(compute.get(), Queue::kCompute, {point}));
  }
}

}  // namespace
}  // namespace testing
}  // namespace hal
}  // namespace dml
