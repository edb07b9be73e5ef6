// Submissions are bounded by the time that they take on the device: here on one
// with a clock of its own, which is lost when a submission takes over 2 s.
#include <algorithm>
#include <cstring>
#include <tuple>

#include "tensorflow/core/common_runtime/dml/runtime/scheduler/stream_test.h"

namespace dml {
namespace {

using hal::testing::Event;
using hal::testing::EventKind;
using hal::testing::Simulation;

constexpr double kMillisecond = 1e6;
constexpr double kSecond = 1e9;

class StreamBoundsTest : public StreamTest {
 protected:
  // "work" takes so long for each group.
  void Simulate(double ns_per_group, uint64_t parallel_groups = 1) {
    simulation_.ns_per_group["work"] = ns_per_group;
    simulation_.parallel_groups = parallel_groups;
    StartSimulation(StreamOptions());
  }
  void StartSimulation(StreamOptions options) {
    options.host_clock = [this] { return device_->simulated_ns(); };
    Start(options, /*unified=*/false, &simulation_);
    a_ = Allocate();
  }

  Status Work(uint32_t x, uint32_t y = 1, uint32_t z = 1, uint64_t bytes = 1,
              const hal::Program* program = nullptr) {
    Launch launch;
    launch.program = program != nullptr ? program : program_.get();
    launch.groups[0] = x;
    launch.groups[1] = y;
    launch.groups[2] = z;
    const BufferArgument buffers[] = {{a_, bytes, Access::kReadWrite}};
    launch.buffers = buffers;
    return stream_->Dispatch(launch, "test");
  }

  double Longest() const {
    const std::vector<double> all = device_->submission_ns();
    return all.empty() ? 0 : *std::max_element(all.begin(), all.end());
  }
  double Total() const {
    double total = 0;
    for (const double ns : device_->submission_ns()) total += ns;
    return total;
  }
  // Since `before`.
  double MeanSince(size_t before) const {
    const std::vector<double> all = device_->submission_ns();
    double sum = 0;
    for (size_t i = before; i < all.size(); ++i) sum += all[i];
    return sum / (all.size() - before);
  }

  Simulation simulation_;
  uint64_t a_ = 0;
};

TEST_F(StreamBoundsTest, LongLoopsOfHeavyLaunchesSurvive) {
  for (const bool timestamps : {true, false}) {
    SCOPED_TRACE(timestamps);
    simulation_.timestamps = timestamps;
    Simulate(10e3);
    for (int step = 0; step < 5; ++step) {
      // 10 ms each: 128 of them are one batch without bounds.
      for (int i = 0; i < 2000; ++i) DML_EXPECT_OK(Work(1000));
      DML_EXPECT_OK(stream_->Sync());
    }
    EXPECT_LE(Longest(), 1 * kSecond);
    EXPECT_NEAR(Total(), 100 * kSecond, 1e3);
  }
}

TEST_F(StreamBoundsTest, KnownWorkComesInSubmissionsOfTheTargetTime) {
  Simulate(10e3);
  for (int i = 0; i < 20; ++i) DML_EXPECT_OK(Work(100));
  DML_EXPECT_OK(stream_->Sync());
  const size_t before = submissions();
  for (int i = 0; i < 1000; ++i) DML_EXPECT_OK(Work(100));
  DML_EXPECT_OK(stream_->Sync());
  const std::vector<double> all = device_->submission_ns();
  for (size_t i = before; i < all.size(); ++i) {
    EXPECT_LE(all[i], 60 * kMillisecond);
  }
  EXPECT_GE(MeanSince(before), 20 * kMillisecond);
}

TEST_F(StreamBoundsTest, AGiantLaunchIsSliced) {
  Simulate(100e3, /*parallel_groups=*/64);
  DML_EXPECT_OK(Work(1000));
  DML_EXPECT_OK(stream_->Sync());
  const size_t before = submissions();
  // 156 s in one dispatch.
  DML_EXPECT_OK(Work(50000, 2000));
  DML_EXPECT_OK(stream_->Sync());
  EXPECT_LE(Longest(), 500 * kMillisecond);
  EXPECT_NEAR(Total(), 156 * kSecond, 20 * kSecond);
  uint64_t groups = 0;
  const auto all = device_->submissions();
  for (size_t i = before; i < all.size(); ++i) {
    for (const Event& event : all[i]) {
      if (event.kind == EventKind::kBarrier) continue;
      groups += uint64_t{event.groups[0]} * event.groups[1];
    }
  }
  EXPECT_EQ(groups, 50000u * 2000);
}

TEST_F(StreamBoundsTest, SlicesHaveNoBarriersBetween) {
  Simulate(10e3);
  DML_EXPECT_OK(Work(100));
  DML_EXPECT_OK(stream_->Sync());
  for (int i = 0; i < 3; ++i) DML_EXPECT_OK(Work(100000));  // 1 s
  DML_EXPECT_OK(stream_->Sync());
  size_t slices = 0, barriers = 0;
  for (const Event& event : device_->events()) {
    slices += event.kind == EventKind::kDispatch;
    barriers += event.kind == EventKind::kBarrier;
  }
  EXPECT_GE(slices, 3u * 4);
  EXPECT_EQ(barriers, 3u);
  EXPECT_EQ(stream_->statistics().launches, 4u);
  EXPECT_EQ(stream_->statistics().submissions, submissions());
}

TEST_F(StreamBoundsTest, UnknownHeavyWorkSurvives) {
  // A hundred times slower for a group than what is usual.
  Simulate(10e3);
  for (int i = 0; i < 1000; ++i) DML_EXPECT_OK(Work(1000));
  DML_EXPECT_OK(stream_->Sync());
  DML_EXPECT_OK(stream_->status());
  // And in one dispatch, of a program that nobody saw.
  auto other = hal::testing::MakeProgram(device_.get(), "other");
  device_->SetTime("other", 10e3);
  DML_EXPECT_OK(Work(1000000, 1, 1, 1, other.get()));
  DML_EXPECT_OK(stream_->Sync());
  EXPECT_LE(Longest(), 1.9 * kSecond);
  stream_.reset();
}

TEST_F(StreamBoundsTest, WorkThatGetsSlowerIsFollowed) {
  Simulate(1e3);
  double ns = 1e3;
  for (int step = 0; step < 8; ++step, ns *= 2) {
    device_->SetTime("work", ns);
    for (int i = 0; i < 300; ++i) DML_EXPECT_OK(Work(1000));
    DML_EXPECT_OK(stream_->Sync());
  }
  EXPECT_LE(Longest(), 1.9 * kSecond);
}

// The groups of a slice fill the device, however long each takes.
TEST_F(StreamBoundsTest, SlicesDoNotShrinkWhereGroupsAreLong) {
  Simulate(40 * kMillisecond, /*parallel_groups=*/256);
  DML_EXPECT_OK(Work(1));
  DML_EXPECT_OK(stream_->Sync());
  for (int i = 0; i < 20; ++i) DML_EXPECT_OK(Work(8192));
  DML_EXPECT_OK(stream_->Sync());
  const double before = Total();
  DML_EXPECT_OK(Work(8192));
  DML_EXPECT_OK(stream_->Sync());
  EXPECT_LE(Total() - before, 2 * 8192 / 256 * 40 * kMillisecond);
}

TEST_F(StreamBoundsTest, LightWorkIsNotSplit) {
  for (const bool timestamps : {true, false}) {
    simulation_.timestamps = timestamps;
    simulation_.ns_per_group["work"] = 100;
    StreamOptions options = Patient();
    options.flush_commands = 4096;
    StartSimulation(options);
    for (int step = 0; step < 4; ++step) {
      // The first are sent early, since the device has nothing to do.
      DML_EXPECT_OK(stream_->Sync());
      const size_t before = submissions();
      for (int i = 0; i < 3000; ++i) DML_EXPECT_OK(Work(50));
      DML_EXPECT_OK(stream_->Sync());
      EXPECT_LE(submissions() - before, 8u);
    }
    DML_EXPECT_OK(stream_->Sync());
  }
}

TEST_F(StreamBoundsTest, ACopyIsCutToo) {
  simulation_.ns_per_copied_byte = 100;  // 10 MB/s
  Simulate(1);
  const uint64_t b = Allocate(uint64_t{64} << 20);
  const uint64_t c = Allocate(uint64_t{64} << 20);
  const Bytes bytes = Pattern(uint64_t{64} << 20);
  DML_EXPECT_OK(stream_->CopyFromHost(b, bytes.data(), bytes.size()));
  DML_EXPECT_OK(stream_->Sync());
  DML_EXPECT_OK(stream_->Copy(c, b, bytes.size()));
  EXPECT_EQ(Read(c, bytes.size()), bytes);
  EXPECT_LE(Longest(), 1.9 * kSecond);
}

TEST_F(StreamBoundsTest, AProfileShowsASlicedLaunchOnce) {
  Simulate(10e3);
  DML_EXPECT_OK(Work(1000));
  DML_EXPECT_OK(stream_->Sync());
  DML_EXPECT_OK(stream_->StartProfile(ProfileOptions()));
  DML_EXPECT_OK(Work(1000));
  DML_EXPECT_OK(Work(1000000));  // 10 s
  DML_EXPECT_OK(Work(1000));
  DML_EXPECT_OK(stream_->StopProfile());
  std::vector<ProfileRecord> records(10);
  ASSERT_EQ(stream_->ReadProfile(records), 3u);
  const auto length = [&](int i) {
    return static_cast<double>(records[i].end_ns - records[i].start_ns);
  };
  EXPECT_LE(length(0), length(1));
  EXPECT_EQ(stream_->profile_statistics().dropped, 0u);
}

// ---- What takes long, and what is lost, is named ---------------------------

TEST_F(StreamBoundsTest, ALongSubmissionIsNamedOnce) {
  simulation_.reset_ns = 1e18;
  Simulate(1);
  auto slow = hal::testing::MakeProgram(device_.get(), "slow");
  device_->SetTime("slow", 95 * kSecond);
  ::testing::internal::CaptureStderr();
  DML_EXPECT_OK(Work(1, 1, 1, 1, slow.get()));  // one group is not cut
  DML_EXPECT_OK(stream_->Sync());
  const std::string said = ::testing::internal::GetCapturedStderr();
  const size_t at = said.find("slow (test)");
  EXPECT_NE(at, std::string::npos) << said;
  EXPECT_NE(said.find("more than 10 s"), std::string::npos) << said;
  EXPECT_EQ(said.find("slow (test)", at + 1), std::string::npos) << said;
  stream_.reset();
}

TEST_F(StreamBoundsTest, ShortSubmissionsAreNotNamed) {
  Simulate(10e3);
  ::testing::internal::CaptureStderr();
  for (int i = 0; i < 3000; ++i) DML_EXPECT_OK(Work(1000));  // 30 s in all
  DML_EXPECT_OK(stream_->Sync());
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST_F(StreamBoundsTest, ALostDeviceTellsWhatItWasAtWorkOn) {
  Simulate(1);
  auto first = hal::testing::MakeProgram(device_.get(), "first");
  auto last = hal::testing::MakeProgram(device_.get(), "last");
  device_->SetTime("first", 10 * kSecond);
  device_->Hold();
  Launch launch;
  const BufferArgument buffers[] = {{a_, 1, Access::kRead}};
  launch.buffers = buffers;
  launch.program = first.get();
  DML_EXPECT_OK(stream_->Dispatch(launch, "Conv2D"));
  launch.program = program_.get();
  DML_EXPECT_OK(stream_->Dispatch(launch, "Relu"));
  launch.program = last.get();
  DML_EXPECT_OK(stream_->Dispatch(launch, "Sum"));
  DML_EXPECT_OK(stream_->Flush());
  EXPECT_TRUE(Eventually([this] { return submissions() == 1; }));
  device_->Lose();
  const Status status = stream_->Sync();
  EXPECT_EQ(status.code(), Code::kDeviceLost);
  EXPECT_NE(status.message().find(
                "In flight: 3 commands, from first (Conv2D) to last (Sum)"),
            std::string::npos)
      << status.message();
  EXPECT_EQ(stream_->Flush().message(), status.message());
  stream_.reset();
}

}  // namespace
}  // namespace dml
