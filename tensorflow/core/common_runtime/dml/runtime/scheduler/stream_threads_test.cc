// Several threads on one stream.
#include <atomic>
#include <cstring>
#include <random>

#include "tensorflow/core/common_runtime/dml/runtime/scheduler/stream_test.h"

namespace dml {
namespace {

using StreamThreadsTest = StreamTest;

TEST_F(StreamThreadsTest, KeepEachThreadsOrder) {
  const uint64_t a = Allocate();
  constexpr uint32_t kThreads = 4, kEach = 3000;
  InThreads(kThreads, [&](int t) {
    for (uint32_t i = 0; i < kEach; ++i) {
      DML_EXPECT_OK(Dispatch({{a, 1, Access::kRead}}, t * kEach + i));
      if (i % 500 == 0) DML_EXPECT_OK(stream_->Sync());
    }
  });
  DML_EXPECT_OK(stream_->Sync());
  std::vector<uint32_t> next(kThreads);
  for (const auto& event : device_->events()) {
    const uint32_t number = NumberOf(event);
    ASSERT_EQ(number % kEach, next[number / kEach]++);
  }
  EXPECT_EQ(next, std::vector<uint32_t>(kThreads, kEach));
  EXPECT_EQ(stream_->statistics().launches, kThreads * kEach);
}

TEST_F(StreamThreadsTest, CopyBesideEachOther) {
  for (const bool unified : {false, true}) {
    Start(ForCopiesOfThreads(), unified);
    CopyInThreads();
  }
}

TEST_F(StreamThreadsTest, SyncCoversTheCallersWork) {
  const uint64_t a = Allocate();
  InThreads(4, [&](int) {
    for (int i = 0; i < 200; ++i) {
      std::atomic<bool> ran{false};
      DML_EXPECT_OK(Dispatch({{a, 1, Access::kRead}}));
      stream_->OnComplete([&ran](const Status&) { ran = true; });
      DML_EXPECT_OK(stream_->Sync());
      ASSERT_TRUE(ran);
    }
  });
}

TEST_F(StreamThreadsTest, ReleaseHeapsBesideOthersWork) {
  const uint64_t a = Allocate();
  InThreads(4, [&](int t) {
    for (int i = 0; i < 100; ++i) {
      if (t % 2 == 0) {
        DML_EXPECT_OK(Dispatch({{a, 1, Access::kWrite}}));
        continue;
      }
      uint64_t address = 0;
      auto heap = MakeHeap(&address, 4096);
      const Bytes bytes = Pattern(4096, i);
      DML_EXPECT_OK(stream_->CopyFromHost(address, bytes.data(), 4096));
      DML_EXPECT_OK(stream_->Copy(a, address, 4096));
      stream_->ReleaseHeap(std::move(heap), address);
    }
  });
  DML_EXPECT_OK(stream_->Sync());
}

TEST_F(StreamThreadsTest, AskWhileOthersWork) {
  const uint64_t a = Allocate();
  std::atomic<bool> stop{false};
  std::thread asking([&] {
    uint64_t launches = 0;
    while (!stop) {
      const StreamStatistics s = stream_->statistics();
      EXPECT_GE(s.launches, launches);
      launches = s.launches;
      (void)stream_->LaunchesByTag();
      (void)stream_->profile_statistics();
      DML_EXPECT_OK(stream_->status());
      if (stream_->StartProfile(ProfileOptions()).ok()) {
        DML_EXPECT_OK(stream_->StopProfile());
      }
    }
  });
  InThreads(2, [&](int t) {
    for (uint32_t i = 0; i < 2000; ++i) {
      DML_EXPECT_OK(
          Dispatch({{a, 1, Access::kWrite}}, i, t == 0 ? "one" : "other"));
    }
  });
  stop = true;
  asking.join();
}

TEST_F(StreamThreadsTest, AFailureReachesAll) {
  const uint64_t a = Allocate();
  std::atomic<int> callbacks{0};
  InThreads(4, [&](int t) {
    for (int i = 0; i < 500; ++i) {
      if (t == 0 && i == 250) {
        stream_->InjectFailure(Status(Code::kDeviceLost, "it broke"));
      }
      (void)Dispatch({{a, 1, Access::kRead}}).ok();
      stream_->OnComplete([&callbacks](const Status&) { ++callbacks; });
    }
    // The others may be done before the first one gets that far.
    const Code code = stream_->Sync().code();
    if (t == 0) {
      EXPECT_EQ(code, Code::kDeviceLost);
    }
  });
  EXPECT_EQ(stream_->Sync().code(), Code::kDeviceLost);
  stream_.reset();
  EXPECT_EQ(callbacks, 2000);
}

TEST_F(StreamThreadsTest, StartAndEndManyTimes) {
  for (int i = 0; i < 50; ++i) {
    Start(StreamOptions());
    const uint64_t a = Allocate();
    if (i % 3 > 0) DML_EXPECT_OK(Dispatch({{a, 1, Access::kRead}}));
    if (i % 3 > 1) DML_EXPECT_OK(stream_->Flush());
  }
}

}  // namespace
}  // namespace dml
