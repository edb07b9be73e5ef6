// Copies from and to the host on a queue of their own.
#include <array>
#include <functional>
#include <map>

#include "tensorflow/core/common_runtime/dml/runtime/scheduler/hazards.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/queue_order.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/stream_test.h"

namespace dml {
namespace {

using hal::Queue;
using hal::QueuePoint;
using hal::testing::Event;
using hal::testing::EventKind;
using hal::testing::Route;

constexpr double kMillisecond = 1e6;

class StreamQueuesTest : public StreamTest {
 protected:
  void SetUp() override {
    transfer_queue_ = true;
    Start(AllCopies());
  }

  // Every copy from or to the host takes the transfer queue.
  static StreamOptions AllCopies(StreamOptions options = StreamOptions()) {
    options.transfer_queue_bytes = 1;
    return options;
  }

  // On a device with a clock of its own: a group of "work" takes 1 ms, copying
  // 1000 bytes too.
  void StartSimulation(StreamOptions options = Patient()) {
    simulation_.ns_per_group["work"] = kMillisecond;
    simulation_.ns_per_copied_byte = 1000;
    options = AllCopies(options);
    options.host_clock = [this] { return device_->simulated_ns(); };
    Start(options, /*unified=*/false, &simulation_);
  }

  Status Work(uint32_t groups, const std::vector<BufferArgument>& buffers) {
    Launch launch;
    launch.program = program_.get();
    launch.groups[0] = groups;
    launch.buffers = buffers;
    return stream_->Dispatch(launch, "test");
  }

  Status Upload(uint64_t address, uint64_t bytes) {
    const Bytes source = Pattern(bytes);
    return stream_->CopyFromHost(address, source.data(), bytes);
  }
  void Download(uint64_t address, uint64_t bytes) {
    downloads_.push_back(std::make_unique<Bytes>(bytes));
    stream_->CopyToHost(downloads_.back()->data(), address, bytes,
                        [](const Status& status) { DML_EXPECT_OK(status); });
  }

  // Submissions to a queue.
  size_t SentTo(Queue queue) const {
    size_t count = 0;
    for (const Route& route : device_->routes()) {
      count += route.point.queue == queue;
    }
    return count;
  }
  // The only submission to a queue so far.
  Route Only(Queue queue) const {
    EXPECT_EQ(SentTo(queue), 1u);
    for (const Route& route : device_->routes()) {
      if (route.point.queue == queue) return route;
    }
    return {};
  }

  // Six steps of 20 ms of work and a copy of 20 ms, with one of two buffers in
  // turn: the copies cost time where there is no transfer queue, but for one.
  // step(buffer, weights) sends its work.
  void ExpectOverlap(
      const std::function<void(uint64_t buffer, uint64_t weights)>& step) {
    for (const bool transfer_queue : {false, true}) {
      transfer_queue_ = transfer_queue;
      StartSimulation();
      const uint64_t weights = Allocate();
      const uint64_t buffers[] = {Allocate(), Allocate()};
      device_->Hold();
      for (uint32_t i = 1; i <= 6; ++i) {
        step(buffers[i % 2], weights);
        const size_t each = transfer_queue ? 2 : 1;
        EXPECT_TRUE(Eventually([&] { return submissions() == each * i; }));
      }
      device_->Release();
      DML_EXPECT_OK(stream_->Sync());
      EXPECT_NEAR(static_cast<double>(device_->simulated_ns()),
                  (transfer_queue ? 7 : 12) * 20 * kMillisecond, kMillisecond);
    }
  }

  hal::testing::Simulation simulation_;
  std::vector<std::unique_ptr<Bytes>> downloads_;
};

// ---- What goes where -------------------------------------------------------

TEST_F(StreamQueuesTest, LargeCopiesFromAndToTheHostTakeTheTransferQueue) {
  Start(StreamOptions());
  const uint64_t limit = StreamOptions().transfer_queue_bytes;
  const uint64_t a = Allocate(limit), b = Allocate(limit);
  DML_EXPECT_OK(Upload(a, limit - 1));
  Read(a, limit - 1);
  DML_EXPECT_OK(stream_->Copy(b, a, limit));
  DML_EXPECT_OK(stream_->Sync());
  EXPECT_EQ(SentTo(Queue::kTransfer), 0u);
  EXPECT_EQ(stream_->statistics().transfer_queue_copies, 0u);
  DML_EXPECT_OK(Upload(a, limit));
  Read(a, limit);
  EXPECT_GT(SentTo(Queue::kTransfer), 0u);
  EXPECT_EQ(stream_->statistics().transfer_queue_copies, 2u);
  EXPECT_EQ(stream_->statistics().submissions, submissions());
}

TEST_F(StreamQueuesTest, WithoutATransferQueueThereIsNone) {
  transfer_queue_ = false;
  Start(AllCopies());
  const uint64_t a = Allocate();
  DML_EXPECT_OK(Upload(a, 5000));
  EXPECT_EQ(Read(a, 5000), Pattern(5000));
  EXPECT_EQ(SentTo(Queue::kTransfer), 0u);
}

// Launches look through what is pending.
TEST_F(StreamQueuesTest, SoManyCopiesPendAndNoMore) {
  device_->Hold();
  const uint64_t a = Allocate();
  for (uint64_t i = 0; i < 200; ++i) DML_EXPECT_OK(Upload(a + 1000 * i, 10));
  const uint64_t copies = stream_->statistics().transfer_queue_copies;
  EXPECT_GE(copies, 16u);
  EXPECT_LE(copies, 64u);
  device_->Release();
  DML_EXPECT_OK(stream_->Sync());
  DML_EXPECT_OK(Upload(a, 10));
  EXPECT_EQ(stream_->statistics().transfer_queue_copies, copies + 1);
}

// ---- What waits for what ---------------------------------------------------

TEST_F(StreamQueuesTest, WithoutConflictNothingWaits) {
  Start(AllCopies(Patient()));
  const uint64_t a = Allocate(), b = Allocate(), c = Allocate();
  DML_EXPECT_OK(Work(1, {{a, 100, Access::kReadWrite}}));
  DML_EXPECT_OK(Upload(b, 1000));
  Download(c, 1000);
  DML_EXPECT_OK(Work(1, {{a, 100, Access::kReadWrite}}));
  DML_EXPECT_OK(stream_->Sync());
  for (const Route& route : device_->routes()) EXPECT_TRUE(route.waits.empty());
  EXPECT_EQ(stream_->statistics().queue_waits, 0u);
}

TEST_F(StreamQueuesTest, ReadingWhatIsDownloadedTooDoesNotWait) {
  Start(AllCopies(Patient()));
  const uint64_t a = Allocate();
  DML_EXPECT_OK(Work(1, {{a, 100, Access::kRead}}));
  Download(a, 1000);
  DML_EXPECT_OK(Work(1, {{a, 100, Access::kRead}}));
  DML_EXPECT_OK(stream_->Sync());
  EXPECT_EQ(stream_->statistics().queue_waits, 0u);
}

TEST_F(StreamQueuesTest, WorkWaitsOnceForTheCopyThatItNeeds) {
  Start(AllCopies(Patient()));
  const uint64_t a = Allocate(), b = Allocate(), c = Allocate();
  DML_EXPECT_OK(Work(1, {{a, 100, Access::kReadWrite}}));
  DML_EXPECT_OK(Upload(b, 1000));
  DML_EXPECT_OK(Work(1, {{a, 100, Access::kReadWrite}}));
  DML_EXPECT_OK(Work(1, {{b, 100, Access::kRead}, {a, 9, Access::kWrite}}));
  DML_EXPECT_OK(Work(1, {{b, 100, Access::kRead}, {c, 9, Access::kWrite}}));
  DML_EXPECT_OK(stream_->Sync());
  EXPECT_EQ(stream_->statistics().queue_waits, 1u);
  EXPECT_TRUE(Only(Queue::kTransfer).waits.empty());
  // What precedes the wait is in a submission that does not wait.
  std::vector<size_t> waits, commands;
  const auto routes = device_->routes();
  const auto sent = device_->submissions();
  for (size_t i = 0; i < routes.size(); ++i) {
    if (routes[i].point.queue != Queue::kCompute) continue;
    waits.push_back(routes[i].waits.size());
    commands.push_back(std::count_if(
        sent[i].begin(), sent[i].end(),
        [](const Event& e) { return e.kind == EventKind::kDispatch; }));
  }
  EXPECT_EQ(waits, (std::vector<size_t>{0, 1}));
  EXPECT_EQ(commands, (std::vector<size_t>{2, 2}));
}

TEST_F(StreamQueuesTest, ACopyWaitsForTheNewestConflictAndNothingLater) {
  Start(AllCopies(Patient()));
  const uint64_t a = Allocate(), b = Allocate();
  DML_EXPECT_OK(Work(1, {{a, 100, Access::kWrite}}));
  DML_EXPECT_OK(Work(1, {{a, 100, Access::kReadWrite}}));
  DML_EXPECT_OK(Work(1, {{b, 100, Access::kReadWrite}}));
  DML_EXPECT_OK(Work(1, {{b, 100, Access::kReadWrite}}));
  Download(a, 50);
  DML_EXPECT_OK(stream_->Sync());
  const Route copy = Only(Queue::kTransfer);
  ASSERT_EQ(copy.waits.size(), 1u);
  EXPECT_EQ(copy.waits[0].queue, Queue::kCompute);
  // The first of two submissions, with the first two launches.
  EXPECT_EQ(copy.waits[0].value, 1u);
  const auto sent = device_->submissions();
  ASSERT_EQ(sent.size(), 3u);
  EXPECT_EQ(sent[0].size(), 3u);  // one barrier
}

TEST_F(StreamQueuesTest, WorkInEarlierBatchesCountsWhileItIsUnderWay) {
  Start(AllCopies(Patient()));
  const uint64_t a = Allocate(), b = Allocate();
  device_->Hold();
  for (const uint64_t address : {a, b}) {
    DML_EXPECT_OK(Work(1, {{address, 100, Access::kWrite}}));
    DML_EXPECT_OK(stream_->Flush());
    EXPECT_TRUE(
        Eventually([&] { return submissions() == (address == a ? 1u : 2u); }));
  }
  DML_EXPECT_OK(Upload(a, 1000));
  DML_EXPECT_OK(stream_->Flush());
  EXPECT_TRUE(Eventually([&] { return submissions() == 3u; }));
  const Route copy = Only(Queue::kTransfer);
  device_->Release();
  DML_EXPECT_OK(stream_->Sync());
  ASSERT_EQ(copy.waits.size(), 1u);
  EXPECT_EQ(copy.waits[0].value, 1u);
  DML_EXPECT_OK(Upload(b, 1000));
  DML_EXPECT_OK(stream_->Sync());
  EXPECT_EQ(stream_->statistics().queue_waits, 1u);
}

TEST_F(StreamQueuesTest, ABarrierOrdersNothingOfTheOtherQueue) {
  for (const bool transfer_queue : {false, true}) {
    transfer_queue_ = transfer_queue;
    Start(AllCopies(Patient()));
    const uint64_t weights = Allocate(), result = Allocate();
    const uint64_t inputs[] = {Allocate(), Allocate()};
    for (int step = 0; step < 6; ++step) {
      const uint64_t input = inputs[step % 2];
      DML_EXPECT_OK(Upload(input, 1000));
      DML_EXPECT_OK(Work(1, {{input, 100, Access::kRead},
                             {weights, 100, Access::kReadWrite}}));
      DML_EXPECT_OK(Work(
          1, {{weights, 100, Access::kRead}, {result, 100, Access::kWrite}}));
      Download(result, 100);
    }
    DML_EXPECT_OK(stream_->Sync());
    // In one queue three a step, for the input, between the launches and for
    // the result. Else one before each launch but the first, and two between
    // copies into the same input.
    EXPECT_EQ(stream_->statistics().barriers, transfer_queue ? 13u : 18u);
  }
}

// ---- Overlap ---------------------------------------------------------------

TEST_F(StreamQueuesTest, TheNextInputComesWhileTheStepRuns) {
  ExpectOverlap([this](uint64_t input, uint64_t weights) {
    DML_EXPECT_OK(Upload(input, 20000));  // 20 ms
    DML_EXPECT_OK(Work(20, {{input, 20000, Access::kRead},
                            {weights, 100, Access::kReadWrite}}));
    DML_EXPECT_OK(stream_->Flush());
  });
}

TEST_F(StreamQueuesTest, AResultLeavesWhileTheNextStepRuns) {
  ExpectOverlap([this](uint64_t result, uint64_t) {
    DML_EXPECT_OK(Work(20, {{result, 20000, Access::kWrite}}));
    Download(result, 20000);
  });
}

// ---- Order -----------------------------------------------------------------

// Each pair of conflicting commands is ordered, in one queue by a barrier,
// between two by a wait, unless the first was complete when the second was
// sent.
TEST_F(StreamQueuesTest, WhateverConflictsIsOrdered) {
  struct Command {
    std::vector<BufferArgument> arguments;
    Queue queue;
    QueuePoint point;
    uint64_t barriers = 0;                       // of its queue, before it
    std::array<uint64_t, hal::kQueues> after{};  // values
  };
  uint64_t waits = 0, copies = 0, barriers = 0;
  for (uint32_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    StreamOptions options;
    options.flush_commands = 1 + random() % 40;
    Start(AllCopies(options));
    if (seed % 3 == 1) device_->Delay(Queue::kTransfer);
    if (seed % 3 == 2) device_->Delay(Queue::kCompute);
    const uint64_t base = Allocate();
    constexpr uint32_t kCommands = 1000;
    std::vector<Command> commands(kCommands);
    for (uint32_t i = 0; i < kCommands; ++i) {
      // While it is held nothing completes, for which nobody need wait.
      if (i % 100 == 0) device_->Hold();
      std::vector<BufferArgument>& arguments = commands[i].arguments;
      const uint64_t at = base + random() % 100000;
      // A copy's length tells which it is.
      const uint64_t length = 10000 + i;
      switch (random() % 6) {
        case 0:
          arguments = {{at, length, Access::kWrite}};
          DML_EXPECT_OK(Upload(at, length));
          break;
        case 1:
          arguments = {{at, length, Access::kRead}};
          Download(at, length);
          break;
        case 2:
          arguments = {{at, length, Access::kWrite},
                       {at + 200000, length, Access::kRead}};
          DML_EXPECT_OK(stream_->Copy(at, at + 200000, length));
          break;
        default:
          arguments.resize(1 + random() % 3);
          for (BufferArgument& argument : arguments) {
            argument.address = base + random() % 100000;
            argument.bytes = 1 + random() % 3000;
            argument.access = static_cast<Access>(random() % 3);
          }
          DML_EXPECT_OK(Dispatch(arguments, i));
      }
      if (random() % 100 == 0) DML_EXPECT_OK(stream_->Flush());
      if (i % 100 == 99) {
        device_->Release();
        DML_EXPECT_OK(stream_->Sync());
      }
    }
    const auto routes = device_->routes();
    const auto sent = device_->submissions();
    std::array<std::array<uint64_t, hal::kQueues>, hal::kQueues> after{};
    std::array<uint64_t, hal::kQueues> placed{};
    std::vector<bool> found(kCommands);
    for (size_t s = 0; s < routes.size(); ++s) {
      const auto queue = static_cast<size_t>(routes[s].point.queue);
      for (const QueuePoint& wait : routes[s].waits) {
        uint64_t& known = after[queue][static_cast<size_t>(wait.queue)];
        EXPECT_GT(wait.value, known) << "a wait for what is known";
        known = wait.value;
        ++waits;
      }
      for (const Event& event : sent[s]) {
        if (event.kind == EventKind::kBarrier) {
          ++placed[queue];
          ++barriers;
          continue;
        }
        const uint64_t i = event.kind == EventKind::kDispatch
                               ? NumberOf(event)
                               : event.bytes - 10000;
        ASSERT_LT(i, kCommands);
        ASSERT_FALSE(found[i]);
        found[i] = true;
        commands[i].queue = routes[s].point.queue;
        commands[i].point = routes[s].point;
        commands[i].barriers = placed[queue];
        for (size_t q = 0; q < hal::kQueues; ++q) {
          commands[i].after[q] = std::max(after[queue][q], routes[s].done[q]);
        }
        copies += commands[i].queue == Queue::kTransfer;
      }
    }
    for (uint32_t i = 0; i < kCommands; ++i) {
      ASSERT_TRUE(found[i]) << i;
      for (uint32_t j = 0; j < i; ++j) {
        const Command& first = commands[j];
        const Command& second = commands[i];
        bool conflict = false;
        for (const BufferArgument& a : first.arguments) {
          for (const BufferArgument& b : second.arguments) {
            conflict |= Conflict(a, b);
          }
        }
        if (!conflict) continue;
        if (first.queue == second.queue) {
          ASSERT_LE(first.point.value, second.point.value);
          ASSERT_TRUE(first.barriers < second.barriers ||
                      second.after[static_cast<size_t>(first.queue)] >=
                          first.point.value)
              << j << " and " << i;
        } else {
          ASSERT_GE(second.after[static_cast<size_t>(first.queue)],
                    first.point.value)
              << j << " and " << i;
        }
      }
    }
  }
  // All of it came up.
  EXPECT_GT(copies, 2000u);
  EXPECT_GT(waits, 1000u);
  EXPECT_GT(barriers, 1000u);
}

TEST_F(StreamQueuesTest, CopiesAsAnArrayOfBytesDoes) {
  for (uint32_t seed = 1; seed <= 12; ++seed) {
    StreamOptions options;
    options.flush_commands = seed % 3 == 0 ? 1 : 64;
    if (seed % 2 == 0) options.staging_limit_bytes = 8192;
    options.transfer_queue_bytes = seed % 4 == 3 ? 200 : 1;
    Start(options, /*unified=*/seed % 4 == 2);
    // What forgot to wait for the other queue comes before it.
    if (seed % 3 == 1) device_->Delay(Queue::kTransfer);
    if (seed % 3 == 2) device_->Delay(Queue::kCompute);
    CheckCopies(stream_.get(), Allocate(), 20000, seed);
    EXPECT_GT(SentTo(Queue::kTransfer), 0u);
    EXPECT_GT(stream_->statistics().queue_waits, 0u);
  }
}

TEST_F(StreamQueuesTest, ThreadsCopyBesideEachOther) {
  Start(AllCopies(ForCopiesOfThreads()));
  device_->Delay(Queue::kTransfer);
  CopyInThreads(/*least_bytes=*/1);
}

// ---- Bounds, failures, profiles --------------------------------------------

TEST_F(StreamQueuesTest, ACopyIsCutToo) {
  simulation_.ns_per_copied_byte = 100;  // 10 MB/s
  StreamOptions options = AllCopies();
  options.host_clock = [this] { return device_->simulated_ns(); };
  for (const bool timestamps : {true, false}) {
    simulation_.transfer_timestamps = timestamps;
    Start(options, /*unified=*/false, &simulation_);
    const uint64_t a = Allocate(uint64_t{64} << 20);
    const Bytes bytes = Pattern(uint64_t{64} << 20);
    DML_EXPECT_OK(stream_->CopyFromHost(a, bytes.data(), bytes.size()));
    EXPECT_EQ(Read(a, bytes.size()), bytes);
    EXPECT_GT(SentTo(Queue::kTransfer), 50u);
    const std::vector<double> all = device_->submission_ns();
    EXPECT_LE(*std::max_element(all.begin(), all.end()), 1900 * kMillisecond);
  }
}

// What waits for the other queue is not what takes long.
TEST_F(StreamQueuesTest, ALongSubmissionIsNamedNotWhatWaitsForIt) {
  simulation_.reset_ns = 1e18;
  StartSimulation();
  const uint64_t a = Allocate();
  auto slow = hal::testing::MakeProgram(device_.get(), "slow");
  device_->SetTime("slow", 95000 * kMillisecond);
  ::testing::internal::CaptureStderr();
  const std::vector<BufferArgument> buffers = {{a, 100, Access::kWrite}};
  Launch launch;
  launch.program = slow.get();
  launch.buffers = buffers;
  DML_EXPECT_OK(stream_->Dispatch(launch, "test"));
  Download(a, 1000);
  DML_EXPECT_OK(stream_->Sync());
  const std::string said = ::testing::internal::GetCapturedStderr();
  const size_t at = said.find("slow (test)");
  EXPECT_NE(at, std::string::npos) << said;
  EXPECT_EQ(said.find("more than 10 s", at + 40), std::string::npos) << said;
  EXPECT_EQ(said.find("a copy"), std::string::npos) << said;
  stream_.reset();
}

TEST_F(StreamQueuesTest, ALostDeviceTellsWhichQueueWasAtWork) {
  Start(AllCopies(Patient()));
  const uint64_t a = Allocate(), b = Allocate();
  device_->Hold();
  DML_EXPECT_OK(Upload(a, 1000));
  DML_EXPECT_OK(Work(1, {{a, 100, Access::kRead}}));
  DML_EXPECT_OK(stream_->Flush());
  EXPECT_TRUE(Eventually([this] { return submissions() == 2; }));
  std::promise<Status> done;
  Bytes bytes(10);
  stream_->CopyToHost(bytes.data(), b, 10, [&done](const Status& status) {
    done.set_value(status);
  });
  device_->Lose();
  const Status status = stream_->Sync();
  EXPECT_EQ(status.code(), Code::kDeviceLost);
  EXPECT_NE(status.message().find("In flight: a copy"), std::string::npos)
      << status.message();
  EXPECT_EQ(done.get_future().get().code(), Code::kDeviceLost);
}

TEST_F(StreamQueuesTest, EveryCallbackRunsOnceWhenTheDeviceIsLost) {
  for (uint32_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Start(AllCopies());
    if (seed % 2 == 0) device_->Delay(Queue::kTransfer);
    const uint64_t a = Allocate();
    constexpr int kSteps = 200;
    std::vector<std::atomic<int>> runs(kSteps);
    std::vector<Bytes> read(kSteps, Bytes(100));
    for (int step = 0; step < kSteps; ++step) {
      if (step == static_cast<int>(seed * 17)) device_->Lose();
      (void)Dispatch({{a, 1000, Access::kWrite}}).ok();
      stream_->CopyToHost(read[step].data(), a, 100,
                          [&runs, step](const Status&) { ++runs[step]; });
    }
    EXPECT_EQ(stream_->Sync().code(), Code::kDeviceLost);
    stream_.reset();
    for (int step = 0; step < kSteps; ++step) ASSERT_EQ(runs[step], 1) << step;
  }
}

TEST_F(StreamQueuesTest, ARefusedCopyIsSentOnceMore) {
  StreamOptions options = AllCopies(Patient());
  int trims = 0;
  options.trim = [&trims] { ++trims; };
  Start(options);
  const uint64_t a = Allocate();
  DML_EXPECT_OK(Work(1, {{a, 1000, Access::kWrite}}));
  device_->FailSubmissions(1);
  DML_EXPECT_OK(Upload(a, 1000));
  EXPECT_EQ(Read(a, 1000), Pattern(1000));
  EXPECT_EQ(trims, 1);
  device_->FailSubmissions(2);
  DML_EXPECT_OK(Upload(a, 1000));
  EXPECT_EQ(stream_->Sync().code(), Code::kOutOfMemory);
}

TEST_F(StreamQueuesTest, ProfilesShowCopiesOfEitherQueue) {
  for (const bool timestamps : {true, false}) {
    simulation_.transfer_timestamps = timestamps;
    StartSimulation();
    const uint64_t a = Allocate(), b = Allocate();
    DML_EXPECT_OK(stream_->StartProfile(ProfileOptions()));
    DML_EXPECT_OK(Work(30, {{b, 100, Access::kWrite}}));
    DML_EXPECT_OK(Upload(a, 20000));
    DML_EXPECT_OK(stream_->StopProfile());
    // Without timestamps of its own a copy takes the queue that has some.
    EXPECT_EQ(SentTo(Queue::kTransfer), timestamps ? 1u : 0u);
    std::vector<ProfileRecord> records(3);
    ASSERT_EQ(stream_->ReadProfile(records), 2u);
    EXPECT_EQ(stream_->profile_statistics().dropped, 0u);
    EXPECT_EQ(records[0].kind, WorkKind::kLaunch);
    EXPECT_EQ(records[1].kind, WorkKind::kHostToDevice);
    const auto length = [&](int i) {
      return static_cast<double>(records[i].end_ns - records[i].start_ns);
    };
    EXPECT_NEAR(length(0), 30 * kMillisecond, 10);
    EXPECT_NEAR(length(1), 20 * kMillisecond, 10);
    // Side by side, if there are two queues.
    EXPECT_EQ(records[1].start_ns < records[0].end_ns, timestamps);
  }
}

}  // namespace
}  // namespace dml
