// Element-wise launches that wait in a stream: what sends them, and what
// becomes of them when the stream ends.
#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/scheduler/chain_programs.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/stream_test.h"

namespace dml {
namespace {

using hal::testing::Event;
using hal::testing::EventKind;

// Programs that are made at once.
class FakePrograms : public ChainPrograms {
 public:
  void Make(Span<const uint64_t> /*words*/,
            std::function<void(const hal::Program*)> made) override {
    std::lock_guard<std::mutex> lock(mutex_);
    programs_.push_back(hal::testing::MakeProgram(device_, "chain"));
    made(programs_.back().get());
  }
  void Drop(const hal::Program* program) override {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto dropped = std::find_if(
        programs_.begin(), programs_.end(),
        [program](const auto& own) { return own.get() == program; });
    ASSERT_NE(dropped, programs_.end());
    dropped->reset();
    ++dropped_;
  }
  Grid Describe(const ElementChain& chain) override {
    constants_ = {static_cast<uint8_t>(chain.step_count), 0, 0, 0};
    Grid grid;
    grid.constants = constants_;
    return grid;
  }

  void Start(hal::Device* device) {
    device_ = device;
    programs_.clear();
    dropped_ = 0;
  }
  size_t made() {
    std::lock_guard<std::mutex> lock(mutex_);
    return programs_.size();
  }
  size_t dropped() {
    std::lock_guard<std::mutex> lock(mutex_);
    return dropped_;
  }

 private:
  std::array<uint8_t, 4> constants_;
  hal::Device* device_ = nullptr;
  std::mutex mutex_;  // guards what follows
  std::vector<std::unique_ptr<hal::Program>> programs_;
  size_t dropped_ = 0;
};

class StreamChainsTest : public StreamTest {
 protected:
  static constexpr uint64_t kBytes = 256;

  void SetUp() override { StartWith(Patient()); }

  void StartWith(StreamOptions options) {
    options.chain_programs = &programs_;
    stream_.reset();
    programs_.Start(nullptr);
    Start(options);
    programs_.Start(device_.get());
    memory_ = Allocate();
    Learn();
  }
  void TearDown() override {
    stream_.reset();
    programs_.Start(nullptr);
  }

  uint64_t At(uint32_t place) const { return memory_ + place * kBytes; }

  // place `to` = operation(place `from`).
  Status Step(uint32_t from, uint32_t to, const char* tag = "Step",
              uint8_t operation = 1) {
    ElementStep step;
    step.operation = operation;
    step.input_count = 1;
    step.count = kBytes / 4;
    Launch launch;
    launch.program = program_.get();
    launch.step = &step;
    const BufferArgument buffers[] = {{At(from), kBytes, Access::kRead},
                                      {At(to), kBytes, Access::kWrite}};
    launch.buffers = buffers;
    return stream_->Dispatch(launch, tag);
  }

  // place `to` = the reduction of place `from`, by `parts` if that is not 0.
  Status Reduce(uint32_t from, uint32_t to, uint32_t parts = 0) {
    ElementTail tail;
    tail.key = 1;
    tail.count = kBytes / 4;
    Launch launch, second;
    launch.program = second.program = program_.get();
    launch.tail = &tail;
    if (parts != 0) tail.second = &second;
    const BufferArgument buffers[] = {
        {At(from), kBytes, Access::kRead},
        {At(parts == 0 ? to : parts), 4, Access::kWrite}};
    const BufferArgument of_parts[] = {{At(parts), 4, Access::kRead},
                                       {At(to), 4, Access::kWrite}};
    launch.buffers = buffers;
    second.buffers = of_parts;
    return stream_->Dispatch(launch, "Reduce");
  }

  // place `to` = random numbers.
  Status Draw(uint32_t to) {
    ElementStep step;
    step.operation = 2;
    step.count = kBytes / 4;
    step.has_seed = true;
    Launch launch;
    launch.program = program_.get();
    launch.step = &step;
    const BufferArgument buffers[] = {{At(to), kBytes, Access::kWrite}};
    launch.buffers = buffers;
    return stream_->Dispatch(launch, "Draw");
  }

  // Two steps, often enough to be one.
  void Learn() {
    for (int time = 0; time < 2; ++time) {
      DML_EXPECT_OK(Step(0, 1));
      DML_EXPECT_OK(Step(1, 2));
      DML_EXPECT_OK(stream_->Sync());
    }
    ASSERT_EQ(stream_->statistics().launches, 4u);
    learned_ = device_->events().size();
  }

  // What was sent since then.
  std::vector<std::string> Sent() const {
    std::vector<std::string> names;
    const std::vector<Event> events = device_->events();
    for (size_t e = learned_; e < events.size(); ++e) {
      switch (events[e].kind) {
        case EventKind::kDispatch:
          names.push_back(events[e].program);
          break;
        case EventKind::kCopy:
          names.push_back("copy");
          break;
        default:
          break;
      }
    }
    return names;
  }
  using Names = std::vector<std::string>;

  FakePrograms programs_;
  uint64_t memory_ = 0;
  size_t learned_ = 0;  // events
};

TEST_F(StreamChainsTest, SyncSendsThemAsOne) {
  DML_EXPECT_OK(Step(0, 1));
  DML_EXPECT_OK(Step(1, 2));
  DML_EXPECT_OK(stream_->Sync());
  EXPECT_EQ(Sent(), Names{"chain"});
  EXPECT_EQ(stream_->statistics().launches, 5u);
  EXPECT_EQ(stream_->statistics().merged_launches, 1u);
}

TEST_F(StreamChainsTest, OneAloneIsWhatItWas) {
  DML_EXPECT_OK(Step(0, 1));
  DML_EXPECT_OK(stream_->Sync());
  EXPECT_EQ(Sent(), Names{"work"});
}

TEST_F(StreamChainsTest, TheBindingsAreThoseOfTheSteps) {
  DML_EXPECT_OK(Step(0, 1));
  DML_EXPECT_OK(Step(1, 2));
  stream_->Discard(At(1), kBytes);
  DML_EXPECT_OK(stream_->Sync());
  const Event event = device_->events().back();
  ASSERT_EQ(event.bindings.size(),
            ElementChain::kMaxInputs + ElementChain::kMaxSteps);
  EXPECT_EQ(event.bindings[0].offset, 0u);
  EXPECT_EQ(event.bindings[ElementChain::kMaxInputs + 1].offset, 2 * kBytes);
  EXPECT_EQ(event.constants, (Bytes{2, 0, 0, 0}));
}

// A chain that draws numbers may have no inputs at all.
TEST_F(StreamChainsTest, EveryAddressIsOneWithoutInputs) {
  for (int time = 0; time < 3; ++time) {
    DML_EXPECT_OK(Draw(3));
    DML_EXPECT_OK(Step(3, 4));
    stream_->Discard(At(3), kBytes);
    DML_EXPECT_OK(stream_->Sync());
  }
  const Event event = device_->events().back();
  EXPECT_EQ(event.program, "chain");
  ASSERT_EQ(event.bindings.size(),
            ElementChain::kMaxInputs + ElementChain::kMaxSteps);
  for (const hal::Binding& binding : event.bindings) {
    EXPECT_EQ(binding.offset, 4 * kBytes);
  }
}

TEST_F(StreamChainsTest, AReductionIsTheLastOfThem) {
  for (int time = 0; time < 3; ++time) {
    learned_ = device_->events().size();
    DML_EXPECT_OK(Step(0, 1));
    DML_EXPECT_OK(Reduce(1, 4));
    stream_->Discard(At(1), kBytes);
    DML_EXPECT_OK(stream_->Sync());
  }
  EXPECT_EQ(Sent(), Names{"chain"});
  const Event event = device_->events().back();
  constexpr uint32_t kLast =
      ElementChain::kMaxInputs + ElementChain::kMaxSteps - 1;
  ASSERT_EQ(event.bindings.size(), kLast + 1u);
  EXPECT_EQ(event.bindings[0].offset, 0u);
  for (uint32_t b = 1; b <= kLast; ++b) {
    EXPECT_EQ(event.bindings[b].offset, 4 * kBytes);
  }
}

// The second launch of a reduction waits with the first one, and its memory,
// which is given back at once, is kept.
TEST_F(StreamChainsTest, ASecondLaunchComesBehindTheReduction) {
  int given_back = 0;
  for (int time = 0; time < 3; ++time) {
    learned_ = device_->events().size();
    DML_EXPECT_OK(Step(0, 1));
    DML_EXPECT_OK(Reduce(1, 4, /*parts=*/6));
    const bool kept = stream_->Discard(At(6), kBytes, [&] { ++given_back; });
    EXPECT_EQ(kept, time == 2);
    stream_->Discard(At(1), kBytes);
    stream_->ReleaseHeld();
    EXPECT_EQ(given_back, 0);
    DML_EXPECT_OK(Dispatch({{At(9), kBytes, Access::kWrite}}));
    DML_EXPECT_OK(stream_->Sync());
  }
  EXPECT_EQ(Sent(), (Names{"work", "chain", "work"}));
  const Event event = device_->events().back();
  ASSERT_EQ(event.bindings.size(), 2u);
  EXPECT_EQ(event.bindings[0].offset, 6 * kBytes);
  EXPECT_EQ(event.bindings[1].offset, 4 * kBytes);
  stream_->ReleaseHeld();
  EXPECT_EQ(given_back, 1);
}

TEST_F(StreamChainsTest, WhatTakesTheResultHasAllOfThemSent) {
  for (int time = 0; time < 3; ++time) {
    learned_ = device_->events().size();
    DML_EXPECT_OK(Step(0, 1));
    DML_EXPECT_OK(Reduce(1, 4, /*parts=*/6));
    DML_EXPECT_OK(
        Dispatch({{At(4), 4, Access::kRead}, {At(9), kBytes, Access::kWrite}}));
    DML_EXPECT_OK(stream_->Sync());
  }
  EXPECT_EQ(Sent(), (Names{"chain", "work", "work"}));
}

TEST_F(StreamChainsTest, AFailureForgetsReductionsToo) {
  for (int time = 0; time < 2; ++time) {
    DML_EXPECT_OK(Step(0, 1));
    DML_EXPECT_OK(Reduce(1, 4, /*parts=*/6));
    DML_EXPECT_OK(stream_->Sync());
  }
  int given_back = 0;
  DML_EXPECT_OK(Step(0, 1));
  DML_EXPECT_OK(Reduce(1, 4, /*parts=*/6));
  EXPECT_TRUE(stream_->Discard(At(6), kBytes, [&] { ++given_back; }));
  stream_->InjectFailure(Error(Code::kDeviceLost, "gone"));
  DML_EXPECT_OK(Dispatch({{At(9), kBytes, Access::kWrite}}));
  EXPECT_EQ(stream_->Sync().code(), Code::kDeviceLost);
  stream_->ReleaseHeld();
  EXPECT_EQ(given_back, 1);
  EXPECT_EQ(Reduce(1, 4, 6).code(), Code::kDeviceLost);
}

TEST_F(StreamChainsTest, TheyGoByThemselves) {
  StartWith(StreamOptions());
  DML_EXPECT_OK(Step(0, 1));
  DML_EXPECT_OK(Step(1, 2));
  EXPECT_TRUE(Eventually([this] { return Sent() == Names{"chain"}; }));
}

TEST_F(StreamChainsTest, EveryWayToWaitSendsThem) {
  const std::function<void()> wait[] = {
      [this] { (void)stream_->Flush().ok(); },
      [this] {
        std::promise<void> done;
        stream_->OnComplete([&done](const Status&) { done.set_value(); });
        done.get_future().wait();
      },
      [this] { Read(At(2), kBytes); },
  };
  size_t chains = 0;
  for (const auto& how : wait) {
    DML_EXPECT_OK(Step(0, 1));
    DML_EXPECT_OK(Step(1, 2));
    how();
    ++chains;
    EXPECT_TRUE(Eventually([this, chains] {
      const Names sent = Sent();
      return static_cast<size_t>(
                 std::count(sent.begin(), sent.end(), "chain")) == chains;
    }));
  }
}

TEST_F(StreamChainsTest, OtherWorkGoesAheadUnlessItConflicts) {
  DML_EXPECT_OK(Step(0, 1));
  DML_EXPECT_OK(Dispatch({{At(5), kBytes, Access::kWrite}}));
  DML_EXPECT_OK(Step(1, 2));
  DML_EXPECT_OK(Dispatch(
      {{At(2), kBytes, Access::kRead}, {At(6), kBytes, Access::kWrite}}));
  DML_EXPECT_OK(stream_->Sync());
  EXPECT_EQ(Sent(), (Names{"work", "chain", "work"}));
}

TEST_F(StreamChainsTest, CopiesWaitForThem) {
  const Bytes pattern = Pattern(kBytes);
  DML_EXPECT_OK(Step(0, 1));
  DML_EXPECT_OK(Step(1, 2));
  DML_EXPECT_OK(stream_->CopyFromHost(At(0), pattern.data(), kBytes));
  DML_EXPECT_OK(Step(0, 1));
  DML_EXPECT_OK(Step(1, 2));
  DML_EXPECT_OK(stream_->Copy(At(7), At(2), kBytes));
  DML_EXPECT_OK(stream_->Sync());
  EXPECT_EQ(Sent(), (Names{"chain", "copy", "chain", "copy"}));
}

// An input is given back at once, and its memory serves what comes next, which
// would end the chain. When it waits, the memory is kept.
TEST_F(StreamChainsTest, InputsThatAreGivenBackEndNoChain) {
  int given_back = 0;
  for (int time = 0; time < 3; ++time) {
    learned_ = device_->events().size();
    DML_EXPECT_OK(Step(0, 1, "A", 2));
    const bool kept = stream_->Discard(At(0), kBytes, [&] { ++given_back; });
    EXPECT_EQ(kept, time == 2);
    DML_EXPECT_OK(Dispatch({{At(kept ? 9 : 0), kBytes, Access::kWrite}}));
    DML_EXPECT_OK(Step(1, 2, "B", 2));
    DML_EXPECT_OK(stream_->Sync());
    stream_->ReleaseHeld();
  }
  EXPECT_EQ(Sent(), (Names{"work", "chain"}));
  EXPECT_EQ(given_back, 1);
}

TEST_F(StreamChainsTest, AHeapGoesWhenTheyAreDone) {
  uint64_t address = 0;
  std::unique_ptr<hal::Heap> heap = MakeHeap(&address);
  const uint64_t before = memory_;
  memory_ = address;
  DML_EXPECT_OK(Step(0, 1));
  DML_EXPECT_OK(Step(1, 2));
  stream_->ReleaseHeap(std::move(heap), address);
  memory_ = before;
  DML_EXPECT_OK(stream_->Sync());
  EXPECT_EQ(Sent(), Names{"chain"});
}

TEST_F(StreamChainsTest, TagsAreThoseOfAll) {
  DML_EXPECT_OK(Step(0, 1, "Mul"));
  DML_EXPECT_OK(Step(1, 2, "Tanh"));
  const auto launches = stream_->LaunchesByTag();
  EXPECT_TRUE(std::any_of(launches.begin(), launches.end(), [](const auto& t) {
    return t.first == "Mul+Tanh" && t.second == 1;
  }));
}

// A longer sequence's program takes the place of the first one.
TEST_F(StreamChainsTest, AProgramGoesWhenTheWorkIsDoneThatHasIt) {
  const auto three = [this] {
    for (uint32_t i = 0; i < 3; ++i) DML_EXPECT_OK(Step(i, i + 1));
  };
  three();
  DML_EXPECT_OK(stream_->Sync());
  device_->Hold();
  three();
  DML_EXPECT_OK(stream_->Flush());
  ASSERT_EQ(programs_.made(), 2u);
  three();
  DML_EXPECT_OK(stream_->Flush());
  EXPECT_TRUE(Eventually([this] {
    const Names sent = Sent();
    return std::count(sent.begin(), sent.end(), "chain") == 3;
  }));
  std::this_thread::sleep_for(kMoment);
  EXPECT_EQ(programs_.dropped(), 0u);
  device_->Release();
  DML_EXPECT_OK(stream_->Sync());
  EXPECT_EQ(programs_.dropped(), 1u);
}

TEST_F(StreamChainsTest, AFailureForgetsThem) {
  stream_->InjectFailure(Error(Code::kDeviceLost, "gone"));
  DML_EXPECT_OK(Dispatch({{At(5), kBytes, Access::kWrite}}));
  DML_EXPECT_OK(Step(0, 1));
  DML_EXPECT_OK(Step(1, 2));
  EXPECT_EQ(stream_->Sync().code(), Code::kDeviceLost);
  EXPECT_EQ(Step(2, 3).code(), Code::kDeviceLost);
  stream_->Discard(At(2), kBytes);
  EXPECT_TRUE(stream_->WaitForRelease(std::chrono::seconds(20)));
}

TEST_F(StreamChainsTest, TheEndSendsThem) {
  DML_EXPECT_OK(Step(0, 1));
  DML_EXPECT_OK(Step(1, 2));
  stream_.reset();
  EXPECT_EQ(Sent(), Names{"chain"});
}

TEST_F(StreamChainsTest, LaunchesCanBeKeptAsTheyAre) {
  DML_EXPECT_OK(Step(0, 1));
  stream_->MergeLaunches(false);
  DML_EXPECT_OK(Step(1, 2));
  stream_->MergeLaunches(true);
  DML_EXPECT_OK(Step(0, 1));
  DML_EXPECT_OK(Step(1, 2));
  DML_EXPECT_OK(stream_->Sync());
  EXPECT_EQ(Sent(), (Names{"work", "work", "chain"}));
}

TEST_F(StreamChainsTest, StopForgetsThem) {
  DML_EXPECT_OK(Step(0, 1));
  stream_->Stop(Error(Code::kFailedPrecondition, "the process is exiting"));
  EXPECT_EQ(Step(1, 2).code(), Code::kFailedPrecondition);
}

TEST_F(StreamChainsTest, ThreadsMayDoAllOfThisAtOnce) {
  StreamOptions options;
  options.flush_commands = 16;
  StartWith(options);
  const uint64_t base = memory_;
  std::atomic<uint64_t> launches{0};
  InThreads(4, [&](int t) {
    std::mt19937 random(t);
    const uint32_t first = 16 * static_cast<uint32_t>(t);
    for (int i = 0; i < 500; ++i) {
      const uint32_t at = first + random() % 8;
      DML_EXPECT_OK(Step(at, at + 1));
      if (random() % 4 == 0) {
        DML_EXPECT_OK(Reduce(at + 1, first + 9, first + 10));
        stream_->Discard(At(first + 10), kBytes);
        launches += 2;
      }
      if (random() % 4 == 0) stream_->Discard(At(at), kBytes);
      if (random() % 16 == 0) Read(At(at + 1), kBytes);
      if (random() % 32 == 0) DML_EXPECT_OK(stream_->Sync());
      if (random() % 32 == 0) (void)stream_->statistics();
    }
  });
  EXPECT_EQ(memory_, base);
  DML_EXPECT_OK(stream_->Sync());
  const StreamStatistics statistics = stream_->statistics();
  EXPECT_EQ(statistics.launches + statistics.merged_launches,
            2000u + 4u + launches);
}

}  // namespace
}  // namespace dml
