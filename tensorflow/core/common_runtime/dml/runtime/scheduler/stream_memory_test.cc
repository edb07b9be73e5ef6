// What a stream does where memory is scarce, or slow for the host.
#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <utility>

#include "tensorflow/core/common_runtime/dml/runtime/scheduler/stream_test.h"

namespace dml {
namespace {

class StreamMemoryTest : public StreamTest {
 protected:
  // With a function to give back memory, which `trim_` becomes.
  void SetUp() override {
    StreamOptions options = Patient();
    options.trim = [this] {
      if (trim_) trim_();
    };
    Start(options);
  }

  std::function<void()> trim_;
};

TEST_F(StreamMemoryTest, SendsOnceMoreWhenEarlierWorkIsDone) {
  const uint64_t a = Allocate();
  device_->Hold();
  DML_EXPECT_OK(Dispatch({{a, 1, Access::kWrite}}, 1));
  std::atomic<bool> first_done{false};
  stream_->OnComplete([&](const Status&) { first_done = true; });
  ASSERT_TRUE(Eventually([this] { return submissions() == 1; }));
  int trims = 0;
  size_t sent_before = 0;
  trim_ = [&] {
    ++trims;
    sent_before = submissions();
  };
  device_->FailSubmissions(1);
  DML_EXPECT_OK(Dispatch({{a, 1, Access::kWrite}}, 2));
  auto sync =
      std::async(std::launch::async, [this] { return stream_->Sync(); });
  EXPECT_FALSE(IsReady(sync));  // the first work holds the memory
  EXPECT_EQ(submissions(), 1u);
  device_->Release();
  DML_EXPECT_OK(sync.get());
  EXPECT_TRUE(first_done);
  EXPECT_EQ(trims, 1);
  EXPECT_EQ(sent_before, 1u);
  ASSERT_EQ(submissions(), 2u);
  EXPECT_EQ(NumberOf(device_->submissions()[1].back()), 2u);
  DML_EXPECT_OK(stream_->status());
}

TEST_F(StreamMemoryTest, GivesHeapsBackThatNothingUses) {
  const uint64_t a = Allocate();
  uint64_t unused_address = 0, used_address = 0;
  auto unused = MakeHeap(&unused_address);
  auto used = MakeHeap(&used_address);
  DML_EXPECT_OK(Dispatch({{unused_address, 1, Access::kRead}}));
  DML_EXPECT_OK(stream_->Sync());
  uint64_t left = 0;
  trim_ = [&] {
    stream_->ReleaseHeap(std::move(unused), unused_address);
    stream_->ReleaseHeap(std::move(used), used_address);
    left = device_->heap_bytes();
  };
  device_->FailSubmissions(1);
  DML_EXPECT_OK(Dispatch({{a, 1, Access::kRead}}));
  DML_EXPECT_OK(Dispatch({{used_address, 1, Access::kRead}}));
  DML_EXPECT_OK(stream_->Sync());
  EXPECT_EQ(left, 2 * kHeapBytes);  // of the tensor, and of what is used
  DML_EXPECT_OK(stream_->Sync());
  EXPECT_EQ(device_->heap_bytes(), kHeapBytes);
}

TEST_F(StreamMemoryTest, GivesHeapsBackThatEarlierWorkUsed) {
  const uint64_t a = Allocate();
  uint64_t address = 0;
  auto heap = MakeHeap(&address);
  device_->Hold();
  DML_EXPECT_OK(Dispatch({{address, 1, Access::kRead}}));
  DML_EXPECT_OK(stream_->Flush());
  ASSERT_TRUE(Eventually([this] { return submissions() == 1; }));
  stream_->ReleaseHeap(std::move(heap), address);
  uint64_t left = 0;
  trim_ = [&] { left = device_->heap_bytes(); };
  device_->FailSubmissions(1);
  DML_EXPECT_OK(Dispatch({{a, 1, Access::kRead}}));
  auto sync =
      std::async(std::launch::async, [this] { return stream_->Sync(); });
  EXPECT_FALSE(IsReady(sync));
  device_->Release();
  DML_EXPECT_OK(sync.get());
  EXPECT_EQ(left, kHeapBytes);  // of the tensor alone
}

TEST_F(StreamMemoryTest, FailsWhenThereIsNoRoomEvenThen) {
  const uint64_t a = Allocate();
  device_->FailSubmissions(2);
  DML_EXPECT_OK(Dispatch({{a, 1, Access::kWrite}}, 1));
  std::promise<Status> done;
  stream_->OnComplete([&](const Status& status) { done.set_value(status); });
  Bytes bytes(10);
  for (const Status& status :
       {stream_->Sync(), stream_->status(), done.get_future().get(),
        Dispatch({{a, 1, Access::kRead}}), ReadInto(a, &bytes)}) {
    EXPECT_EQ(status.code(), Code::kOutOfMemory);
    for (const char* part : {"1 recorded command", "are lost",
                             "the recording device has no room"}) {
      EXPECT_NE(status.message().find(part), std::string::npos)
          << part << " is not in: " << status.message();
    }
  }
  EXPECT_EQ(submissions(), 0u);
  // The device itself goes on with another stream.
  stream_.reset();
  DML_EXPECT_OK(
      Stream::Create(device_.get(), space_.get(), Patient(), &stream_));
  DML_EXPECT_OK(Dispatch({{a, 1, Access::kWrite}}, 2));
  DML_EXPECT_OK(stream_->Sync());
  EXPECT_EQ(submissions(), 1u);
}

TEST_F(StreamMemoryTest, StagingTakesWhatIsGivenBack) {
  const uint64_t a = Allocate();
  int trims = 0;
  trim_ = [&trims] { ++trims; };
  const Bytes bytes = Pattern(100);
  device_->FailHeaps(1);
  DML_EXPECT_OK(stream_->CopyFromHost(a, bytes.data(), bytes.size()));
  EXPECT_EQ(trims, 1);
  device_->FailHeaps(2);
  Bytes read(100);
  EXPECT_EQ(ReadInto(a, &read).code(), Code::kOutOfMemory);
  EXPECT_EQ(Read(a, 100), bytes);
}

TEST_F(StreamMemoryTest, AHeapGoesBesideWorkThatDoesNotUseIt) {
  const uint64_t a = Allocate();
  uint64_t address = 0;
  auto heap = MakeHeap(&address);
  device_->Hold();
  DML_EXPECT_OK(Dispatch({{a, 1, Access::kRead}}));
  stream_->ReleaseHeap(std::move(heap), address);
  EXPECT_EQ(device_->heap_bytes(), kHeapBytes);
  device_->Release();
}

TEST_F(StreamMemoryTest, WritesUncachedMemoryInPlaceAndReadsItByCopies) {
  Start(StreamOptions(), /*unified=*/true);
  device_->UncacheHeaps();
  const uint64_t a = Allocate();
  const Bytes bytes = Pattern(1000);
  DML_EXPECT_OK(stream_->CopyFromHost(a, bytes.data(), bytes.size()));
  EXPECT_EQ(submissions(), 0u);
  EXPECT_EQ(Read(a, bytes.size()), bytes);
  const auto events = device_->events();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].kind, hal::testing::EventKind::kCopy);
  EXPECT_EQ(events[0].bytes, bytes.size());
}

}  // namespace
}  // namespace dml
