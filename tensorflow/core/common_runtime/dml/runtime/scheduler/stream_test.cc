// Order, barriers, batches, callbacks and copies of one thread's work.
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/stream_test.h"

#include <atomic>
#include <cstring>
#include <map>
#include <random>

#include "tensorflow/core/common_runtime/dml/runtime/scheduler/hazards.h"

namespace dml {
namespace {

using hal::testing::Event;
using hal::testing::EventKind;

TEST_F(StreamTest, LaunchesReachTheDeviceAsTheyAre) {
  const uint64_t a = Allocate(), b = Allocate();
  Launch launch;
  launch.program = program_.get();
  launch.groups[0] = 3;
  launch.groups[2] = 5;
  const BufferArgument buffers[] = {{a + 256, 100, Access::kRead},
                                    {b, 100, Access::kWrite}};
  const uint8_t constants[] = {1, 2, 3, 4, 5};
  launch.buffers = buffers;
  launch.constants = constants;
  DML_EXPECT_OK(stream_->Dispatch(launch, "test"));
  DML_EXPECT_OK(stream_->Sync());
  const std::vector<Event> events = device_->events();
  ASSERT_EQ(events.size(), 1u);
  const Event& event = events.front();
  EXPECT_EQ(event.kind, EventKind::kDispatch);
  EXPECT_EQ(event.program, "work");
  EXPECT_EQ(event.groups[0], 3u);
  EXPECT_EQ(event.groups[1], 1u);
  EXPECT_EQ(event.groups[2], 5u);
  EXPECT_EQ(event.constants, (Bytes{1, 2, 3, 4, 5}));
  ASSERT_EQ(event.bindings.size(), 2u);
  EXPECT_EQ(event.bindings[0].heap, heaps_[0].get());
  EXPECT_EQ(event.bindings[0].offset, 256u);
  EXPECT_EQ(event.bindings[1].heap, heaps_[1].get());
}

TEST_F(StreamTest, NoGroupsLaunchNothing) {
  const uint64_t a = Allocate();
  const BufferArgument buffers[] = {{a, 100, Access::kRead}};
  Launch launch;
  launch.program = program_.get();
  launch.buffers = buffers;
  launch.groups[1] = 0;
  DML_EXPECT_OK(stream_->Dispatch(launch, "test"));
  DML_EXPECT_OK(stream_->Sync());
  EXPECT_TRUE(device_->events().empty());
  EXPECT_EQ(stream_->statistics().launches, 0u);
}

TEST_F(StreamTest, RefusesWhatNoHeapHolds) {
  const uint64_t a = Allocate();
  EXPECT_EQ(Dispatch({{a, kHeapBytes + 1, Access::kRead}}).code(),
            Code::kInvalidArgument);
  EXPECT_EQ(Dispatch({{12345, 1, Access::kRead}}).code(),
            Code::kInvalidArgument);
  EXPECT_EQ(Dispatch({{0, 0, Access::kRead}}).code(), Code::kInvalidArgument);
  EXPECT_EQ(
      Dispatch(std::vector<BufferArgument>(Launch::kMaxBuffers + 1,
                                           BufferArgument{a, 1, Access::kRead}))
          .code(),
      Code::kInvalidArgument);
  EXPECT_EQ(stream_->Copy(a, a + kHeapBytes, 1).code(), Code::kInvalidArgument);
  Bytes bytes(kHeapBytes + 1);
  EXPECT_EQ(stream_->CopyFromHost(a, bytes.data(), bytes.size()).code(),
            Code::kInvalidArgument);
  EXPECT_EQ(ReadInto(a, &bytes).code(), Code::kInvalidArgument);
  DML_EXPECT_OK(stream_->status());
  // An empty tensor needs no memory beside one that has some.
  DML_EXPECT_OK(Dispatch({{0, 0, Access::kRead}, {a, 1, Access::kWrite}}));
}

// The device sees the commands in their order, with a barrier where Hazards
// wants one, however they are cut into batches.
TEST_F(StreamTest, KeepsOrderAndPlacesBarriers) {
  for (uint32_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    StreamOptions options;
    options.flush_commands = 1 + random() % 40;
    Start(options);
    const uint64_t base = Allocate();
    Hazards hazards;
    std::vector<bool> barriers;
    uint64_t count = 0;
    constexpr uint32_t kCommands = 2000;
    for (uint32_t i = 0; i < kCommands; ++i) {
      std::vector<BufferArgument> buffers(1 + random() % 3);
      for (BufferArgument& buffer : buffers) {
        buffer.address = base + random() % 4000;
        buffer.bytes = 1 + random() % 300;
        buffer.access = static_cast<Access>(random() % 3);
      }
      barriers.push_back(hazards.Note(buffers));
      count += barriers.back();
      DML_EXPECT_OK(Dispatch(buffers, i));
      if (random() % 200 == 0) DML_EXPECT_OK(stream_->Sync());
      if (random() % 200 == 0) DML_EXPECT_OK(stream_->Flush());
    }
    DML_EXPECT_OK(stream_->Sync());
    EXPECT_EQ(stream_->statistics().launches, kCommands);
    EXPECT_EQ(stream_->statistics().barriers, count);
    EXPECT_EQ(stream_->statistics().submissions, submissions());
    uint32_t next = 0;
    bool barrier = false;
    for (const Event& event : device_->events()) {
      if (event.kind == EventKind::kBarrier) {
        ASSERT_FALSE(barrier) << "two in a row before " << next;
        barrier = true;
        continue;
      }
      ASSERT_EQ(NumberOf(event), next);
      ASSERT_EQ(barrier, barriers[next]) << "before " << next;
      barrier = false;
      ++next;
    }
    EXPECT_EQ(next, kCommands);
  }
}

TEST_F(StreamTest, BarriersReachTheDeviceAsHazardsWantThem) {
  Start(Patient());
  const uint64_t a = Allocate();
  DML_EXPECT_OK(Dispatch({{a, 100, Access::kRead}}));
  DML_EXPECT_OK(Dispatch({{a, 100, Access::kWrite}}));
  DML_EXPECT_OK(stream_->Copy(a + 200, a, 100));
  DML_EXPECT_OK(Dispatch({{a + 200, 100, Access::kRead}}));
  DML_EXPECT_OK(stream_->Sync());
  std::vector<std::vector<bool>> scopes;
  for (const Event& event : device_->events()) {
    if (event.kind != EventKind::kBarrier) continue;
    scopes.push_back(
        {event.scope.dispatches, event.scope.copies, event.scope.writes});
  }
  EXPECT_EQ(scopes, (std::vector<std::vector<bool>>{
                        {true, false, false},    // after reading
                        {true, false, true},     // after a launch
                        {false, true, true}}));  // after a copy
}

TEST_F(StreamTest, CountsLaunchesByTag) {
  const uint64_t a = Allocate();
  const std::vector<BufferArgument> buffers = {{a, 1, Access::kRead}};
  for (int i = 0; i < 3; ++i) DML_EXPECT_OK(Dispatch(buffers, 0, "Relu"));
  DML_EXPECT_OK(Dispatch(buffers, 0, std::string("Relu").c_str()));
  DML_EXPECT_OK(Dispatch(buffers, 0, nullptr));
  std::map<std::string, uint64_t> tags;
  for (const auto& [tag, count] : stream_->LaunchesByTag()) tags[tag] = count;
  EXPECT_EQ(tags,
            (std::map<std::string, uint64_t>{{"Relu", 4}, {"untagged", 1}}));
}

// ---- Batches ---------------------------------------------------------------

TEST_F(StreamTest, SendsWhatGrowsOld) {
  const uint64_t a = Allocate();
  DML_EXPECT_OK(Dispatch({{a, 1, Access::kRead}}));
  EXPECT_TRUE(Eventually([this] { return submissions() == 1; }));
}

TEST_F(StreamTest, FlushSendsAndDoesNotWait) {
  Start(Patient());
  const uint64_t a = Allocate();
  device_->Hold();
  DML_EXPECT_OK(Dispatch({{a, 1, Access::kRead}}));
  DML_EXPECT_OK(stream_->Flush());
  EXPECT_TRUE(Eventually([this] { return submissions() == 1; }));
  device_->Release();
}

TEST_F(StreamTest, SendsByCount) {
  StreamOptions options = Patient();
  options.flush_commands = 4;
  Start(options);
  const uint64_t a = Allocate();
  for (int i = 0; i < 3; ++i) DML_EXPECT_OK(Dispatch({{a, 1, Access::kRead}}));
  std::this_thread::sleep_for(kMoment);
  EXPECT_EQ(submissions(), 0u);
  DML_EXPECT_OK(Dispatch({{a, 1, Access::kRead}}));
  EXPECT_TRUE(Eventually([this] { return submissions() == 1; }));
}

TEST_F(StreamTest, SendsByBytes) {
  StreamOptions options = Patient();
  options.flush_staging_bytes = 1000;
  Start(options);
  const uint64_t a = Allocate();
  const Bytes bytes(600);
  DML_EXPECT_OK(stream_->CopyFromHost(a, bytes.data(), bytes.size()));
  std::this_thread::sleep_for(kMoment);
  EXPECT_EQ(submissions(), 0u);
  DML_EXPECT_OK(stream_->CopyFromHost(a, bytes.data(), bytes.size()));
  EXPECT_TRUE(Eventually([this] { return submissions() == 1; }));
}

TEST_F(StreamTest, ALaunchDoesNotCallTheDriver) {
  Start(Patient());
  const uint64_t a = Allocate();
  const uint64_t before = device_->driver_calls();
  for (int i = 0; i < 5; ++i) {
    DML_EXPECT_OK(Dispatch({{a, 1, Access::kWrite}}));
  }
  EXPECT_EQ(device_->driver_calls(), before);
}

TEST_F(StreamTest, WaitsForRoomWhenTheDeviceIsFarBehind) {
  const uint64_t a = Allocate();
  device_->Hold();
  // More than all batches hold together.
  constexpr uint32_t kCommands = 40000;
  auto enqueuing = std::async(std::launch::async, [&] {
    for (uint32_t i = 0; i < kCommands; ++i) {
      DML_EXPECT_OK(Dispatch({{a, 1, Access::kRead}}, i));
    }
  });
  EXPECT_TRUE(Eventually([this] { return submissions() == 8; }));
  EXPECT_FALSE(IsReady(enqueuing));
  device_->Release();
  enqueuing.get();
  DML_EXPECT_OK(stream_->Sync());
  EXPECT_EQ(device_->events().size(), kCommands);
}

// ---- Callbacks -------------------------------------------------------------

TEST_F(StreamTest, SyncWaitsForTheDevice) {
  const uint64_t a = Allocate();
  device_->Hold();
  DML_EXPECT_OK(Dispatch({{a, 1, Access::kRead}}));
  auto sync =
      std::async(std::launch::async, [this] { return stream_->Sync(); });
  EXPECT_FALSE(IsReady(sync));
  device_->Release();
  DML_EXPECT_OK(sync.get());
}

TEST_F(StreamTest, WithoutWorkCallbacksRunAtOnce) {
  std::thread::id thread;
  stream_->OnComplete([&](const Status& status) {
    DML_EXPECT_OK(status);
    thread = std::this_thread::get_id();
  });
  EXPECT_EQ(thread, std::this_thread::get_id());
  DML_EXPECT_OK(stream_->Sync());
}

TEST_F(StreamTest, CallbacksRunOnceInOrderAndAfterTheWork) {
  const uint64_t a = Allocate();
  device_->Hold();
  std::atomic<bool> released{false};
  std::vector<int> order;
  for (int i = 0; i < 100; ++i) {
    DML_EXPECT_OK(Dispatch({{a, 1, Access::kRead}}));
    stream_->OnComplete([&, i](const Status& status) {
      DML_EXPECT_OK(status);
      EXPECT_TRUE(released);
      order.push_back(i);
    });
  }
  std::this_thread::sleep_for(kMoment);
  released = true;
  device_->Release();
  DML_EXPECT_OK(stream_->Sync());  // after which all of them have run
  ASSERT_EQ(order.size(), 100u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST_F(StreamTest, CallbacksMayEnqueueButNotWait) {
  const uint64_t a = Allocate();
  std::promise<Code> code;
  device_->Hold();  // or the callback may run at once, outside of all work
  DML_EXPECT_OK(Dispatch({{a, 1, Access::kRead}}));
  stream_->OnComplete([&](const Status&) {
    DML_EXPECT_OK(Dispatch({{a, 1, Access::kRead}}));
    code.set_value(stream_->Sync().code());
  });
  device_->Release();
  EXPECT_EQ(code.get_future().get(), Code::kFailedPrecondition);
  DML_EXPECT_OK(stream_->Sync());
  EXPECT_EQ(stream_->statistics().launches, 2u);
}

// ---- Copies ----------------------------------------------------------------

TEST_F(StreamTest, CopiesThereAndBack) {
  const uint64_t a = Allocate();
  Bytes bytes = Pattern(5000);
  const Bytes expected = bytes;
  DML_EXPECT_OK(stream_->CopyFromHost(a + 3, bytes.data(), bytes.size()));
  std::fill(bytes.begin(), bytes.end(), 0);  // free when the call returns
  EXPECT_EQ(Read(a + 3, 5000), expected);
  const StreamStatistics s = stream_->statistics();
  EXPECT_EQ(s.host_to_device_copies, 1u);
  EXPECT_EQ(s.host_to_device_bytes, 5000u);
  EXPECT_EQ(s.device_to_host_copies, 1u);
  EXPECT_EQ(s.device_to_host_bytes, 5000u);
}

TEST_F(StreamTest, TakesADevicesAddressForWhatItIs) {
  const uint64_t a = Allocate(), b = Allocate();
  const Bytes bytes = Pattern(100);
  DML_EXPECT_OK(stream_->CopyFromHost(a, bytes.data(), 100));
  DML_EXPECT_OK(
      stream_->CopyFromHost(b, reinterpret_cast<const void*>(a), 100));
  EXPECT_EQ(Read(b, 100), bytes);
  EXPECT_EQ(stream_->statistics().device_copies, 1u);
}

TEST_F(StreamTest, CopiesMoreThanStagingMemoryHolds) {
  StreamOptions options;
  options.staging_limit_bytes = 10000;
  Start(options);
  constexpr uint64_t kBytes = 300000;
  const uint64_t a = Allocate();
  const Bytes bytes = Pattern(kBytes);
  DML_EXPECT_OK(stream_->CopyFromHost(a, bytes.data(), kBytes));
  EXPECT_LE(stream_->statistics().staging_bytes, 2u * 10240);
  EXPECT_EQ(Read(a, kBytes), bytes);
}

TEST_F(StreamTest, CopiesAsAnArrayOfBytesDoes) {
  for (uint32_t seed = 1; seed <= 12; ++seed) {
    StreamOptions options;
    options.flush_commands = seed % 3 == 0 ? 1 : 64;
    if (seed % 2 == 0) options.staging_limit_bytes = 8192;
    Start(options, /*unified=*/seed % 4 >= 2);
    CheckCopies(stream_.get(), Allocate(), 20000, seed);
  }
}

TEST_F(StreamTest, CopiesAtOnceWhereTheHostReachesUnusedMemory) {
  Start(StreamOptions(), /*unified=*/true);
  const uint64_t a = Allocate(), b = Allocate();
  const Bytes bytes = Pattern(100);
  DML_EXPECT_OK(stream_->CopyFromHost(a, bytes.data(), 100));
  EXPECT_EQ(Read(a, 100), bytes);
  EXPECT_EQ(submissions(), 0u);
  // Not beside work on the same bytes; work on others does not matter.
  device_->Hold();
  DML_EXPECT_OK(stream_->Copy(a, b, 100));
  EXPECT_EQ(Read(a + 100, 1).size(), 1u);
  Bytes read(100);
  std::promise<void> done;
  stream_->CopyToHost(read.data(), a, 100,
                      [&done](const Status&) { done.set_value(); });
  auto waiting = done.get_future();
  EXPECT_FALSE(IsReady(waiting));
  device_->Release();
  waiting.get();
}

// ---- Heaps -----------------------------------------------------------------

TEST_F(StreamTest, ReleasesAHeapAtOnceWhenThereIsNoWork) {
  uint64_t address = 0;
  auto heap = MakeHeap(&address);
  DML_EXPECT_OK(stream_->Sync());
  stream_->ReleaseHeap(std::move(heap), address);
  EXPECT_EQ(device_->heap_bytes(), 0u);
  EXPECT_EQ(Dispatch({{address, 1, Access::kRead}}).code(),
            Code::kInvalidArgument);
}

TEST_F(StreamTest, ReleasesAHeapAfterTheWorkThatUsesIt) {
  uint64_t address = 0;
  auto heap = MakeHeap(&address);
  device_->Hold();
  DML_EXPECT_OK(Dispatch({{address, 1, Access::kRead}}));
  stream_->ReleaseHeap(std::move(heap), address);
  std::this_thread::sleep_for(kMoment);
  EXPECT_EQ(device_->heap_bytes(), kHeapBytes);
  device_->Release();
  DML_EXPECT_OK(stream_->Sync());
  EXPECT_EQ(device_->heap_bytes(), 0u);
}

// ---- Profiles --------------------------------------------------------------

TEST_F(StreamTest, ProfilesWhatIsEnqueuedMeanwhile) {
  const uint64_t a = Allocate(), b = Allocate();
  DML_EXPECT_OK(Dispatch({{a, 1, Access::kRead}}));
  DML_EXPECT_OK(stream_->StartProfile(ProfileOptions()));
  EXPECT_EQ(stream_->StartProfile(ProfileOptions()).code(),
            Code::kFailedPrecondition);
  DML_EXPECT_OK(Dispatch({{a, 1, Access::kRead}}));
  DML_EXPECT_OK(stream_->Copy(a, b, 1000));
  DML_EXPECT_OK(stream_->StopProfile());
  DML_EXPECT_OK(Dispatch({{a, 1, Access::kRead}}));
  EXPECT_EQ(stream_->StopProfile().code(), Code::kFailedPrecondition);
  std::vector<ProfileRecord> records(10);
  ASSERT_EQ(stream_->ReadProfile(records), 2u);
  EXPECT_EQ(records[0].kind, WorkKind::kLaunch);
  EXPECT_STREQ(records[0].program, "work");
  EXPECT_EQ(records[1].kind, WorkKind::kDeviceToDevice);
  EXPECT_EQ(records[1].bytes, 1000u);
  EXPECT_LE(records[0].start_ns, records[0].end_ns);
  EXPECT_LE(records[0].end_ns, records[1].start_ns);
  EXPECT_EQ(stream_->profile_statistics().waiting, 0u);
}

TEST_F(StreamTest, ProfilesKeepNoMoreThanTheyMay) {
  const uint64_t a = Allocate();
  ProfileOptions options;
  options.max_records = 3;
  DML_EXPECT_OK(stream_->StartProfile(options));
  for (int i = 0; i < 10; ++i) {
    DML_EXPECT_OK(Dispatch({{a, 1, Access::kRead}}));
  }
  DML_EXPECT_OK(stream_->StopProfile());
  EXPECT_EQ(stream_->profile_statistics().waiting, 3u);
  EXPECT_EQ(stream_->profile_statistics().dropped, 7u);
}

}  // namespace
}  // namespace dml
