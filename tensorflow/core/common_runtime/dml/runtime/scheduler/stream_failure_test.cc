// What a stream does when its device fails, and when it ends amid work.
#include <atomic>
#include <random>

#include "tensorflow/core/common_runtime/dml/runtime/scheduler/stream_test.h"

namespace dml {
namespace {

using StreamFailureTest = StreamTest;

const Status& Lost() {
  static const Status& lost = *new Status(Code::kDeviceLost, "it broke");
  return lost;
}

TEST_F(StreamFailureTest, EveryCallTellsTheCauseAfterwards) {
  const uint64_t a = Allocate(), b = Allocate();
  stream_->InjectFailure(Lost());
  DML_EXPECT_OK(Dispatch({{a, 1, Access::kRead}}));
  EXPECT_EQ(stream_->Sync().code(), Code::kDeviceLost);
  Bytes bytes(10);
  for (const Status& status :
       {stream_->status(), stream_->Sync(), stream_->Flush(),
        Dispatch({{a, 1, Access::kRead}}), stream_->Copy(a, b, 10),
        stream_->CopyFromHost(a, bytes.data(), 10), ReadInto(a, &bytes),
        stream_->StartProfile(ProfileOptions())}) {
    EXPECT_EQ(status.code(), Code::kDeviceLost);
    EXPECT_EQ(status.message(), "it broke. In flight: work (test)");
  }
  std::promise<Status> done;
  stream_->OnComplete([&](const Status& status) { done.set_value(status); });
  EXPECT_EQ(done.get_future().get().message(),
            "it broke. In flight: work (test)");
  EXPECT_EQ(submissions(), 0u);
}

TEST_F(StreamFailureTest, WorkBeforeTheFailureIsDone) {
  const uint64_t a = Allocate();
  const Bytes bytes = Pattern(100);
  DML_EXPECT_OK(stream_->CopyFromHost(a, bytes.data(), 100));
  EXPECT_EQ(Read(a, 100), bytes);
  stream_->InjectFailure(Lost());
  Bytes read(100);
  EXPECT_EQ(ReadInto(a, &read).code(), Code::kDeviceLost);
}

TEST_F(StreamFailureTest, ALostDeviceEndsWhatWaitsForIt) {
  const uint64_t a = Allocate();
  device_->Hold();
  Bytes bytes(100);
  std::promise<Status> copied;
  stream_->CopyToHost(bytes.data(), a, 100, [&copied](const Status& status) {
    copied.set_value(status);
  });
  auto sync =
      std::async(std::launch::async, [this] { return stream_->Sync(); });
  EXPECT_FALSE(IsReady(sync));
  device_->Lose();
  EXPECT_EQ(sync.get().code(), Code::kDeviceLost);
  EXPECT_EQ(copied.get_future().get().code(), Code::kDeviceLost);
}

TEST_F(StreamFailureTest, ARefusedSubmissionIsAFailure) {
  const uint64_t a = Allocate();
  device_->Lose();
  DML_EXPECT_OK(Dispatch({{a, 1, Access::kRead}}));
  EXPECT_EQ(stream_->Sync().code(), Code::kDeviceLost);
}

TEST_F(StreamFailureTest, WhoeverWaitsForRoomIsLetGo) {
  const uint64_t a = Allocate();
  device_->Hold();
  auto enqueuing = std::async(std::launch::async, [&] {
    Status status;
    for (int i = 0; i < 100000 && status.ok(); ++i) {
      status = Dispatch({{a, 1, Access::kRead}});
    }
    return status;
  });
  EXPECT_TRUE(Eventually([this] { return submissions() == 8; }));
  EXPECT_FALSE(IsReady(enqueuing));
  device_->Lose();
  EXPECT_EQ(enqueuing.get().code(), Code::kDeviceLost);
}

TEST_F(StreamFailureTest, HeapsAreReleasedAllTheSame) {
  uint64_t address = 0;
  auto heap = MakeHeap(&address);
  stream_->InjectFailure(Lost());
  DML_EXPECT_OK(Dispatch({{address, 1, Access::kRead}}));
  stream_->ReleaseHeap(std::move(heap), address);
  EXPECT_FALSE(stream_->Sync().ok());
  EXPECT_EQ(device_->heap_bytes(), 0u);
}

TEST_F(StreamFailureTest, WithoutStagingMemoryOnlyTheCopyFails) {
  const uint64_t a = Allocate();
  Bytes bytes = Pattern(100);
  device_->FailHeaps(1);
  EXPECT_EQ(stream_->CopyFromHost(a, bytes.data(), 100).code(),
            Code::kOutOfMemory);
  device_->FailHeaps(1);
  EXPECT_EQ(ReadInto(a, &bytes).code(), Code::kOutOfMemory);
  DML_EXPECT_OK(stream_->status());
  DML_EXPECT_OK(stream_->CopyFromHost(a, bytes.data(), 100));
  EXPECT_EQ(Read(a, 100), bytes);
}

TEST_F(StreamFailureTest, AProfileEndsWithTheDevice) {
  const uint64_t a = Allocate();
  DML_EXPECT_OK(stream_->StartProfile(ProfileOptions()));
  stream_->InjectFailure(Lost());
  DML_EXPECT_OK(Dispatch({{a, 1, Access::kRead}}));
  EXPECT_EQ(stream_->StopProfile().code(), Code::kDeviceLost);
  EXPECT_EQ(stream_->StopProfile().code(), Code::kFailedPrecondition);
  EXPECT_EQ(stream_->profile_statistics().dropped, 1u);
}

// However it fails, every callback runs once, and none succeeds after one that
// failed.
TEST_F(StreamFailureTest, EveryCallbackRunsOnce) {
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    Start(StreamOptions());
    const uint64_t a = Allocate();
    constexpr int kSteps = 200;
    const int failing = random() % kSteps;
    std::vector<std::atomic<int>> runs(kSteps);
    std::vector<Code> codes(kSteps);
    std::vector<Bytes> read(kSteps, Bytes(100));
    for (int step = 0; step < kSteps; ++step) {
      if (step == failing) {
        if (seed % 2 == 0) {
          stream_->InjectFailure(Lost());
        } else {
          device_->Lose();
        }
      }
      (void)Dispatch({{a, 1000, Access::kWrite}}).ok();
      const auto note = [&runs, &codes, step](const Status& status) {
        ++runs[step];
        codes[step] = status.code();
      };
      if (random() % 2 == 0) {
        stream_->CopyToHost(read[step].data(), a, 100, note);
      } else {
        stream_->OnComplete(note);
      }
    }
    EXPECT_EQ(stream_->Sync().code(), Code::kDeviceLost);
    stream_.reset();
    bool failed = false;
    for (int step = 0; step < kSteps; ++step) {
      ASSERT_EQ(runs[step], 1) << "step " << step;
      ASSERT_FALSE(failed && codes[step] == Code::kOk) << "step " << step;
      failed |= codes[step] != Code::kOk;
    }
    EXPECT_TRUE(failed);
  }
}

// ---- What goes back to the driver ------------------------------------------

TEST_F(StreamFailureTest, WhatItHoldsGoesBackThenTheRest) {
  const uint64_t a = Allocate();
  const Bytes bytes = Pattern(100);
  std::atomic<int> released{0};
  stream_->OnFailure([&] {
    EXPECT_EQ(device_->command_lists(), 0);
    EXPECT_EQ(stream_->statistics().staging_bytes, 0u);
    EXPECT_EQ(stream_->status().code(), Code::kDeviceLost);
    heaps_.clear();
    ++released;
  });
  DML_EXPECT_OK(stream_->CopyFromHost(a, bytes.data(), 100));
  DML_EXPECT_OK(stream_->Sync());
  EXPECT_FALSE(stream_->WaitForRelease(std::chrono::seconds(0)));
  stream_->InjectFailure(Lost());
  DML_EXPECT_OK(stream_->CopyFromHost(a, bytes.data(), 100));
  EXPECT_TRUE(stream_->WaitForRelease(std::chrono::seconds(20)));
  EXPECT_EQ(device_->heap_bytes(), 0u);
  EXPECT_EQ(stream_->Sync().code(), Code::kDeviceLost);
  EXPECT_EQ(stream_->CopyFromHost(a, bytes.data(), 100).code(),
            Code::kDeviceLost);
  stream_.reset();
  EXPECT_EQ(released, 1);
}

TEST_F(StreamFailureTest, NothingGoesBackWhileTheDeviceWorks) {
  const uint64_t a = Allocate();
  std::atomic<bool> released{false};
  stream_->OnFailure([&released] { released = true; });
  device_->Hold();
  Bytes bytes(100);
  DML_EXPECT_OK(Dispatch({{a, 1, Access::kRead}}));
  DML_EXPECT_OK(stream_->Flush());
  EXPECT_TRUE(Eventually([this] { return submissions() == 1; }));
  stream_->InjectFailure(Lost());
  DML_EXPECT_OK(Dispatch({{a, 1, Access::kRead}}));
  DML_EXPECT_OK(stream_->Flush());
  EXPECT_TRUE(Eventually([this] { return !stream_->status().ok(); }));
  EXPECT_FALSE(stream_->WaitForRelease(kMoment));
  EXPECT_FALSE(released);
  device_->Release();
  EXPECT_TRUE(stream_->WaitForRelease(std::chrono::seconds(20)));
  EXPECT_TRUE(released);
}

TEST_F(StreamFailureTest, ACallbackDoesNotKeepItFromGoingBack) {
  const uint64_t a = Allocate();
  std::promise<bool> seen_inside;
  stream_->InjectFailure(Lost());
  DML_EXPECT_OK(Dispatch({{a, 1, Access::kRead}}));
  stream_->OnComplete([&](const Status&) {
    // Where it runs on the thread that gives back, waiting would be in vain.
    seen_inside.set_value(stream_->WaitForRelease(std::chrono::hours(1)));
  });
  (void)seen_inside.get_future().get();
  EXPECT_TRUE(stream_->WaitForRelease(std::chrono::seconds(20)));
}

TEST_F(StreamFailureTest, NobodyIsCalledWhoWantsItNoMore) {
  const uint64_t a = Allocate();
  std::atomic<bool> released{false};
  stream_->OnFailure([&released] { released = true; });
  stream_->OnFailure(nullptr);
  stream_->InjectFailure(Lost());
  DML_EXPECT_OK(Dispatch({{a, 1, Access::kRead}}));
  EXPECT_TRUE(stream_->WaitForRelease(std::chrono::seconds(20)));
  EXPECT_FALSE(released);
}

// Threads that copy in and out while it goes: the sanitizers watch the heaps.
TEST_F(StreamFailureTest, ThreadsMayCopyWhileItGoesBack) {
  for (uint32_t round = 0; round < 20; ++round) {
    Start(StreamOptions(), /*unified=*/true);
    const uint64_t a = Allocate();
    stream_->OnFailure([this, a] {
      space_->Unmap(a);
      heaps_.clear();
    });
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t) {
      threads.emplace_back([this, own = a + t * 100000] {
        Bytes bytes(50000);
        Status status;
        while (status.ok()) {
          status = stream_->CopyFromHost(own, bytes.data(), bytes.size());
          if (status.ok()) status = ReadInto(own, &bytes);
          if (status.ok()) status = Dispatch({{own, 100, Access::kRead}});
        }
        EXPECT_EQ(status.code(), Code::kDeviceLost);
      });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1 + round % 5));
    stream_->InjectFailure(Lost());
    for (std::thread& thread : threads) thread.join();
    EXPECT_TRUE(stream_->WaitForRelease(std::chrono::seconds(20)));
    EXPECT_EQ(device_->heap_bytes(), 0u);
  }
}

// ---- The process's exit ----------------------------------------------------

Status Exiting() { return Status(Code::kFailedPrecondition, "exiting"); }

TEST_F(StreamFailureTest, StoppingWaitsForWhatRunsAndSendsNothing) {
  Start(Patient());
  const uint64_t a = Allocate();
  device_->Hold();
  std::atomic<int> good{0}, refused{0};
  const auto note = [&](const Status& status) {
    ++(status.ok() ? good : refused);
  };
  Bytes read(1);
  stream_->CopyToHost(read.data(), a, 1, note);  // sends it
  EXPECT_TRUE(Eventually([this] { return submissions() == 1; }));
  DML_EXPECT_OK(Dispatch({{a, 1, Access::kRead}}));
  auto stop =
      std::async(std::launch::async, [this] { stream_->Stop(Exiting()); });
  EXPECT_FALSE(IsReady(stop));
  EXPECT_EQ(Dispatch({{a, 1, Access::kRead}}).code(),
            Code::kFailedPrecondition);
  device_->Release();
  stop.get();
  EXPECT_EQ(good, 1);
  stream_->OnComplete(note);
  EXPECT_EQ(stream_->Sync().message(), "exiting");
  EXPECT_EQ(refused, 1);
  EXPECT_EQ(submissions(), 1u);
}

TEST_F(StreamFailureTest, StoppingEndsWhatIsSentInPieces) {
  StreamOptions options = Patient();
  options.submission_microseconds = 1;
  Start(options);
  const BufferArgument buffers[] = {{Allocate(), 1, Access::kRead}};
  Launch launch;
  launch.program = program_.get();
  launch.groups[0] = launch.groups[1] = 60000;
  launch.buffers = buffers;
  device_->Hold();
  DML_EXPECT_OK(stream_->Dispatch(launch, "long"));
  DML_EXPECT_OK(stream_->Flush());
  // As many as can be in flight; the next one waits for the first.
  ASSERT_TRUE(Eventually([this] { return submissions() == 16; }));
  auto stop =
      std::async(std::launch::async, [this] { stream_->Stop(Exiting()); });
  EXPECT_FALSE(IsReady(stop));
  device_->Release();
  stop.get();
  EXPECT_LE(submissions(), 17u);
}

TEST_F(StreamFailureTest, AfterStoppingTheDriverIsLeftAlone) {
  const uint64_t a = Allocate();
  const Bytes bytes = Pattern(100);
  DML_EXPECT_OK(stream_->CopyFromHost(a, bytes.data(), 100));
  stream_->OnFailure([] { ADD_FAILURE() << "gave back what others may use"; });
  stream_->Stop(Exiting());
  const uint64_t calls = device_->driver_calls();
  const int lists = device_->command_lists();
  EXPECT_GT(lists, 0);
  EXPECT_FALSE(stream_->CopyFromHost(a, bytes.data(), 100).ok());
  EXPECT_FALSE(stream_->Sync().ok());
  EXPECT_EQ(device_->driver_calls(), calls);
  EXPECT_EQ(device_->command_lists(), lists);
  EXPECT_FALSE(stream_->WaitForRelease(std::chrono::seconds(0)));
}

TEST_F(StreamFailureTest, ACallbackMayStop) {
  const uint64_t a = Allocate();
  std::promise<void> stopped;
  device_->Hold();
  DML_EXPECT_OK(Dispatch({{a, 1, Access::kRead}}));
  stream_->OnComplete([&](const Status&) {
    stream_->Stop(Exiting());
    stopped.set_value();
  });
  device_->Release();
  stopped.get_future().get();
  EXPECT_EQ(stream_->status().message(), "exiting");
}

// ---- The end ---------------------------------------------------------------

TEST_F(StreamFailureTest, TheEndWaitsForAllWork) {
  const uint64_t a = Allocate();
  const Bytes bytes = Pattern(50000);
  DML_EXPECT_OK(stream_->CopyFromHost(a, bytes.data(), bytes.size()));
  device_->Hold();
  std::vector<Bytes> read(20, Bytes(bytes.size()));
  std::atomic<int> done{0};
  for (Bytes& into : read) {
    DML_EXPECT_OK(Dispatch({{a, 1, Access::kRead}}));
    stream_->CopyToHost(into.data(), a, into.size(),
                        [&done](const Status& status) {
                          DML_EXPECT_OK(status);
                          ++done;
                        });
  }
  auto end = std::async(std::launch::async, [this] { stream_.reset(); });
  EXPECT_FALSE(IsReady(end));
  device_->Release();
  end.get();
  EXPECT_EQ(done, 20);
  for (const Bytes& into : read) EXPECT_EQ(into, bytes);
}

TEST_F(StreamFailureTest, TheEndSendsWhatNobodyFlushed) {
  Start(Patient());
  const uint64_t a = Allocate();
  for (uint32_t i = 0; i < 3; ++i) {
    DML_EXPECT_OK(Dispatch({{a, 1, Access::kRead}}, i));
  }
  stream_.reset();
  EXPECT_EQ(device_->events().size(), 3u);
}

TEST_F(StreamFailureTest, TheEndWaitsForWhatCallbacksEnqueue) {
  const uint64_t a = Allocate();
  std::atomic<int> links{0};
  std::function<void(const Status&)> link = [&](const Status& status) {
    DML_EXPECT_OK(status);
    if (++links == 50) return;
    DML_EXPECT_OK(Dispatch({{a, 1, Access::kRead}}));
    stream_->OnComplete(link);
  };
  device_->Hold();
  DML_EXPECT_OK(Dispatch({{a, 1, Access::kRead}}));
  stream_->OnComplete(link);
  device_->Release();
  // unique_ptr::reset() would set the pointer that callbacks use to null first.
  delete stream_.get();
  (void)stream_.release();
  EXPECT_EQ(links, 50);
}

}  // namespace
}  // namespace dml
