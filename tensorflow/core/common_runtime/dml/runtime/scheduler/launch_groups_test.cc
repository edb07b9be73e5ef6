// Launches that wait for others of their program: in what order they take
// effect, what they are sent as, and whose memory is kept.
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/launch_groups.h"

#include <numeric>

#include "tensorflow/core/common_runtime/dml/runtime/scheduler/stream_test.h"

namespace dml {
namespace {

using hal::testing::Event;
using hal::testing::EventKind;

class NamedProgram : public hal::Program {
 public:
  const char* name() const override { return "program"; }
};

// ---- Order: against work that is done at once -------------------------------

// Numbers by place; a launch writes a mix of what it reads, and of its number.
constexpr uint32_t kPlaces = 20;
constexpr uint64_t kBase = 0x1000;
constexpr uint64_t kPlaceBytes = 64;

uint64_t AddressOf(uint32_t place) { return kBase + place * kPlaceBytes; }
uint32_t PlaceOf(uint64_t address) {
  return static_cast<uint32_t>((address - kBase) / kPlaceBytes);
}

using Numbers = std::vector<uint64_t>;

void Do(Span<const BufferArgument> buffers, uint32_t number, Numbers* numbers) {
  uint64_t value = number + 1;
  for (const BufferArgument& b : buffers) {
    if (b.access == Access::kWrite) continue;
    value = value * 0x9e3779b97f4a7c15 + (*numbers)[PlaceOf(b.address)];
  }
  for (const BufferArgument& b : buffers) {
    if (b.access != Access::kRead) (*numbers)[PlaceOf(b.address)] = ++value;
  }
}

TEST(LaunchGroupsTest, AnyWorkGivesWhatItGivesInOrder) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    Numbers expected(kPlaces, 0), found(kPlaces, 0);
    size_t grouped = 0, behind_others = 0;
    NamedProgram programs[3];
    NamedProgram forms[3];
    LaunchGroups groups(
        [](const hal::Program*) {},
        [&](const LaunchGroup& group) {
          const size_t members = group.members.size();
          grouped += members > 1;
          const size_t each = group.buffers.size() / members;
          // In any order: here the last one first.
          for (size_t m = members; m-- > 0;) {
            uint32_t number = 0;
            memcpy(&number, group.constants.data() + 4 * m, 4);
            EXPECT_EQ(group.members[m], 1 + number % 7);
            Do({group.buffers.data() + m * each, each}, number, &found);
          }
        });
    for (int p = 0; p < 3; ++p) programs[p].grouping().grouped = &forms[p];
    for (uint32_t number = 0; number < 300; ++number) {
      std::vector<BufferArgument> buffers;
      // Launches of one program have equally many buffers.
      const uint32_t count = 2 + random() % 3;
      std::vector<uint32_t> places(kPlaces);
      std::iota(places.begin(), places.end(), 0);
      std::shuffle(places.begin(), places.end(), random);
      for (uint32_t i = 0; i < count; ++i) {
        const Access access = i + 1 < count       ? Access::kRead
                              : random() % 2 == 0 ? Access::kWrite
                                                  : Access::kReadWrite;
        buffers.push_back({AddressOf(places[i]), kPlaceBytes, access});
      }
      Do(buffers, number, &expected);
      Launch launch;
      launch.program = &programs[count - 2];
      launch.groups[0] = 1 + number % 7;
      launch.buffers = buffers;
      uint8_t constants[4];
      memcpy(constants, &number, 4);
      launch.constants = constants;
      const std::vector<hal::Binding> bindings(count);
      const bool touched = groups.Touches(buffers[0].address, kPlaceBytes);
      if (random() % 8 != 0 && groups.Take(launch, bindings.data(), {})) {
        behind_others += touched && groups.waiting() > 1;
      } else {
        groups.BeforeWork(buffers);
        for (const BufferArgument& b : buffers) {
          if (b.access != Access::kRead) {
            EXPECT_FALSE(groups.Touches(b.address, b.bytes));
          }
        }
        Do(buffers, number, &found);
      }
    }
    groups.SendAll();
    EXPECT_EQ(groups.waiting(), 0u);
    EXPECT_EQ(found, expected);
    EXPECT_GT(grouped, 10u);
    EXPECT_GT(behind_others, 10u);
  }
}

// ---- In a stream
// -------------------------------------------------------------

class StreamGroupsTest : public StreamTest {
 protected:
  static constexpr uint64_t kBytes = 256;

  void SetUp() override {
    StreamOptions options = Patient();
    options.make_grouped = [this](const hal::Program* program) {
      ++asked_;
      program->grouping().grouped = grouped_.get();
    };
    Start(options);
    grouped_ = hal::testing::MakeProgram(device_.get(), "grouped");
    memory_ = Allocate();
    for (uint32_t i = 0; i < 2; ++i) DML_EXPECT_OK(Step(0, 1));
    DML_EXPECT_OK(stream_->Sync());
    learned_ = device_->events().size();
  }
  void TearDown() override {
    stream_.reset();
    grouped_.reset();
  }

  uint64_t At(uint32_t place) const { return memory_ + place * kBytes; }

  // From one place to another, in `groups` groups.
  Status Step(uint32_t from, uint32_t to, uint32_t groups = 1,
              const char* tag = "Step") {
    Launch launch;
    launch.program = program_.get();
    launch.groups[0] = groups;
    launch.may_group = true;
    const BufferArgument buffers[] = {{At(from), kBytes, Access::kRead},
                                      {At(to), kBytes, Access::kWrite}};
    launch.buffers = buffers;
    const uint8_t constants[] = {static_cast<uint8_t>(to), 0, 0, 0};
    launch.constants = constants;
    return stream_->Dispatch(launch, tag);
  }

  std::vector<Event> Sent() const {
    const std::vector<Event> all = device_->events();
    std::vector<Event> dispatches;
    std::copy_if(
        all.begin() + learned_, all.end(), std::back_inserter(dispatches),
        [](const Event& event) { return event.kind == EventKind::kDispatch; });
    return dispatches;
  }

  // What was sent since then, a letter each: b for a barrier, w for the plain
  // program, g for the grouped one.
  std::string Order() const {
    std::string order;
    const std::vector<Event> all = device_->events();
    for (size_t e = learned_; e < all.size(); ++e) {
      if (all[e].kind == EventKind::kBarrier) order += 'b';
      if (all[e].kind == EventKind::kDispatch) order += all[e].program[0];
    }
    return order;
  }

  std::unique_ptr<hal::Program> grouped_;
  int asked_ = 0;
  uint64_t memory_ = 0;
  size_t learned_ = 0;  // events
};

TEST_F(StreamGroupsTest, TheSecondLaunchAsksForTheGroupedForm) {
  EXPECT_EQ(asked_, 1);
  EXPECT_EQ(stream_->statistics().launches, 2u);
  EXPECT_EQ(stream_->statistics().merged_launches, 0u);
}

TEST_F(StreamGroupsTest, OneDispatchHasAllMembers) {
  DML_EXPECT_OK(Step(0, 1, 3));
  DML_EXPECT_OK(Step(0, 2, 1));
  DML_EXPECT_OK(Step(5, 3, 2));
  DML_EXPECT_OK(stream_->Sync());
  const auto sent = Sent();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].program, "grouped");
  EXPECT_EQ(sent[0].members, (std::vector<uint32_t>{3, 1, 2}));
  EXPECT_EQ(sent[0].groups[0], 6u);
  ASSERT_EQ(sent[0].bindings.size(), 6u);
  EXPECT_EQ(sent[0].bindings[4].offset, 5 * kBytes);
  EXPECT_EQ(sent[0].bindings[5].offset, 3 * kBytes);
  EXPECT_EQ(sent[0].constants, (Bytes{1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0}));
  EXPECT_EQ(stream_->statistics().merged_launches, 2u);
  EXPECT_EQ(stream_->statistics().launches, 3u);
}

TEST_F(StreamGroupsTest, OneAloneIsThePlainProgram) {
  DML_EXPECT_OK(Step(0, 1));
  DML_EXPECT_OK(stream_->Sync());
  const auto sent = Sent();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].program, "work");
  EXPECT_TRUE(sent[0].members.empty());
}

TEST_F(StreamGroupsTest, AFullGroupHasNoMoreMembers) {
  for (uint32_t i = 0; i < hal::kMaxMembers + 2; ++i) {
    DML_EXPECT_OK(Step(0, 1 + i));
  }
  DML_EXPECT_OK(stream_->Sync());
  const auto sent = Sent();
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(sent[0].members.size(), hal::kMaxMembers);
  EXPECT_EQ(sent[1].members.size(), 2u);
}

// So it needs none of its own for what its members read.
TEST_F(StreamGroupsTest, AFullGroupGoesBehindTheNextBarrier) {
  DML_EXPECT_OK(Dispatch({{At(0), kBytes, Access::kWrite}}));
  for (uint32_t i = 0; i < hal::kMaxMembers; ++i) {
    DML_EXPECT_OK(Step(0, 1 + i));
  }
  DML_EXPECT_OK(Dispatch({{At(30), kBytes, Access::kWrite}}));
  DML_EXPECT_OK(Dispatch({{At(30), kBytes, Access::kRead}}));  // needs one
  DML_EXPECT_OK(Dispatch({{At(31), kBytes, Access::kWrite}}));
  DML_EXPECT_OK(stream_->Sync());
  EXPECT_EQ(Order(), "bwwbwgw");
}

// What it waits for goes behind one barrier, and the group behind the next.
TEST_F(StreamGroupsTest, GroupsThatWaitForEachOtherNeedNoBarrierBetween) {
  for (uint32_t i = 0; i < hal::kMaxMembers; ++i) {
    DML_EXPECT_OK(Step(0, 1 + i, 1, "Sum"));
    DML_EXPECT_OK(Step(1 + i, 21 + i, 1, "Take"));
  }
  for (uint32_t i = 0; i < 3; ++i) {
    DML_EXPECT_OK(Dispatch({{At(50), kBytes, Access::kReadWrite}}));
  }
  DML_EXPECT_OK(stream_->Sync());
  EXPECT_EQ(Order(), "wbwgbwg");
}

TEST_F(StreamGroupsTest, WhatConflictsHasThemLaunchedFirst) {
  DML_EXPECT_OK(Step(0, 1));
  DML_EXPECT_OK(Step(0, 2));
  DML_EXPECT_OK(Dispatch({{At(9), kBytes, Access::kWrite}}));  // does not
  DML_EXPECT_OK(Dispatch({{At(0), kBytes, Access::kWrite}}));
  DML_EXPECT_OK(stream_->Sync());
  const auto sent = Sent();
  ASSERT_EQ(sent.size(), 3u);
  EXPECT_EQ(sent[0].program, "work");
  EXPECT_EQ(sent[1].program, "grouped");
  EXPECT_EQ(sent[2].program, "work");
}

TEST_F(StreamGroupsTest, MembersDoNotConflict) {
  DML_EXPECT_OK(Step(0, 1));
  DML_EXPECT_OK(Step(1, 2));  // reads what the first one writes
  DML_EXPECT_OK(Step(0, 2));  // writes it once more
  DML_EXPECT_OK(stream_->Sync());
  EXPECT_EQ(Sent().size(), 3u);
}

TEST_F(StreamGroupsTest, OtherTagsAreOtherGroups) {
  DML_EXPECT_OK(Step(0, 1, 1, "A"));
  DML_EXPECT_OK(Step(0, 2, 1, "B"));
  DML_EXPECT_OK(Step(0, 3, 1, "A"));
  DML_EXPECT_OK(stream_->Sync());
  EXPECT_EQ(Sent().size(), 2u);
  for (const auto& tag : stream_->LaunchesByTag()) {
    const uint64_t before = tag.first == "Step" ? 2 : 0;
    EXPECT_EQ(tag.second, before == 0 ? 1 : before) << tag.first;
  }
}

TEST_F(StreamGroupsTest, WideGridsAndLargeLaunchesGoAlone) {
  Launch launch;
  launch.program = program_.get();
  launch.may_group = true;
  launch.groups[1] = 2;
  const BufferArgument buffers[] = {{At(1), kBytes, Access::kWrite}};
  launch.buffers = buffers;
  DML_EXPECT_OK(stream_->Dispatch(launch, "wide"));
  EXPECT_FALSE(stream_->KeepsValues());
  DML_EXPECT_OK(Step(0, 1, 1 << 16));
  EXPECT_FALSE(stream_->KeepsValues());
}

TEST_F(StreamGroupsTest, MemoryThatTheyReadIsKept) {
  int given_back = 0;
  const auto count = [&] { ++given_back; };
  DML_EXPECT_OK(Step(0, 1));
  EXPECT_TRUE(stream_->KeepsValues());
  EXPECT_TRUE(stream_->Discard(At(0), kBytes, count));
  EXPECT_TRUE(stream_->Discard(At(1), kBytes, count));
  EXPECT_FALSE(stream_->Discard(At(7), kBytes, count));  // not theirs
  EXPECT_FALSE(stream_->Discard(At(0), kBytes));
  stream_->ReleaseHeld();
  EXPECT_EQ(given_back, 0);
  DML_EXPECT_OK(stream_->Sync());
  EXPECT_EQ(given_back, 0);
  stream_->ReleaseHeld();
  EXPECT_EQ(given_back, 2);
  stream_->ReleaseHeld();
  EXPECT_EQ(given_back, 2);
}

TEST_F(StreamGroupsTest, MemoryIsKeptUntilTheLastGroupThatReadsIt) {
  int given_back = 0;
  DML_EXPECT_OK(Step(0, 1, 1, "A"));
  DML_EXPECT_OK(Step(0, 2, 1, "B"));
  EXPECT_TRUE(stream_->Discard(At(0), kBytes, [&] { ++given_back; }));
  DML_EXPECT_OK(Dispatch({{At(1), kBytes, Access::kWrite}}));  // ends A
  stream_->ReleaseHeld();
  EXPECT_EQ(given_back, 0);
  DML_EXPECT_OK(Dispatch({{At(2), kBytes, Access::kWrite}}));  // ends B
  stream_->ReleaseHeld();
  EXPECT_EQ(given_back, 1);
}

TEST_F(StreamGroupsTest, LargeMemoryIsNotKept) {
  const uint64_t large = Allocate(uint64_t{4} << 20);
  Launch launch;
  launch.program = program_.get();
  launch.may_group = true;
  const BufferArgument buffers[] = {{large, uint64_t{3} << 20, Access::kRead},
                                    {At(1), kBytes, Access::kWrite}};
  launch.buffers = buffers;
  const uint8_t constants[4] = {};
  launch.constants = constants;
  DML_EXPECT_OK(stream_->Dispatch(launch, "large"));
  EXPECT_TRUE(stream_->KeepsValues());
  EXPECT_FALSE(stream_->Discard(large, uint64_t{3} << 20, [] {}));
}

// As sums of gradients, and the optimizer's steps that take them.
TEST_F(StreamGroupsTest, GroupsMayWaitForEachOther) {
  for (uint32_t i = 0; i < 5; ++i) {
    DML_EXPECT_OK(Step(0, 1 + i, 1, "Sum"));
    DML_EXPECT_OK(Step(1 + i, 11 + i, 1, "Take"));
  }
  DML_EXPECT_OK(stream_->Sync());
  const auto sent = Sent();
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(sent[0].constants[0], 1);
  EXPECT_EQ(sent[1].constants[0], 11);
  EXPECT_EQ(sent[0].members.size(), 5u);
  EXPECT_EQ(sent[1].members.size(), 5u);
}

TEST_F(StreamGroupsTest, AFailureForgetsThemAndGivesMemoryBack) {
  int given_back = 0;
  stream_->InjectFailure(Error(Code::kDeviceLost, "gone"));
  DML_EXPECT_OK(Dispatch({{At(5), kBytes, Access::kWrite}}));
  DML_EXPECT_OK(Step(0, 1));
  EXPECT_TRUE(stream_->Discard(At(0), kBytes, [&] { ++given_back; }));
  EXPECT_EQ(stream_->Sync().code(), Code::kDeviceLost);
  stream_->ReleaseHeld();
  EXPECT_EQ(given_back, 1);
  EXPECT_EQ(Step(2, 3).code(), Code::kDeviceLost);
}

TEST_F(StreamGroupsTest, PatienceEnds) {
  StreamOptions options;
  options.make_grouped = [this](const hal::Program* program) {
    program->grouping().grouped = grouped_.get();
  };
  Start(options);
  memory_ = Allocate();
  for (uint32_t i = 0; i < 2; ++i) DML_EXPECT_OK(Step(0, 1));
  DML_EXPECT_OK(stream_->Sync());
  DML_EXPECT_OK(Step(0, 1));
  DML_EXPECT_OK(Step(0, 2));
  EXPECT_TRUE(Eventually([this] {
    const auto events = device_->events();
    return std::any_of(events.begin(), events.end(), [](const Event& event) {
      return event.program == "grouped";
    });
  }));
}

TEST_F(StreamGroupsTest, LaunchesCanBeKeptAsTheyAre) {
  stream_->MergeLaunches(false);
  DML_EXPECT_OK(Step(0, 1));
  DML_EXPECT_OK(Step(0, 2));
  DML_EXPECT_OK(stream_->Sync());
  EXPECT_EQ(Sent().size(), 2u);
}

TEST_F(StreamGroupsTest, ThreadsMayDoAllOfThisAtOnce) {
  std::atomic<int> kept{0}, given_back{0};
  InThreads(4, [&](int t) {
    std::mt19937 random(t);
    const uint32_t first = 16 * static_cast<uint32_t>(t);
    for (int i = 0; i < 500; ++i) {
      const uint32_t at = first + random() % 8;
      DML_EXPECT_OK(Step(at, at + 1));
      if (random() % 4 == 0) {
        kept += stream_->Discard(At(at), kBytes, [&] { ++given_back; });
      }
      if (random() % 8 == 0) stream_->ReleaseHeld();
      if (random() % 16 == 0) Read(At(at + 1), kBytes);
      if (random() % 32 == 0) DML_EXPECT_OK(stream_->Sync());
    }
  });
  DML_EXPECT_OK(stream_->Sync());
  stream_->ReleaseHeld();
  EXPECT_EQ(given_back, kept);
  EXPECT_GT(kept, 0);
  const StreamStatistics statistics = stream_->statistics();
  EXPECT_EQ(statistics.launches + statistics.merged_launches, 2000u + 2u);
}

}  // namespace
}  // namespace dml
