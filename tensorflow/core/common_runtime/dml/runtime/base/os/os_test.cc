// What holds on every system.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "tensorflow/core/common_runtime/dml/runtime/base/os/address_range.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/os/clock.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/os/event.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/os/files.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/os/thread_end.h"

namespace dml {
namespace os {
namespace {

TEST(ThreadEndTest, DestroysWhatEachThreadMadeTheLastFirst) {
  std::string ends[2];
  for (std::string& end : ends) {
    std::thread([&end] {
      AtThreadEnd([](void* s) { *static_cast<std::string*>(s) += "first"; },
                  &end);
      AtThreadEnd([](void* s) { *static_cast<std::string*>(s) += "last, "; },
                  &end);
      EXPECT_EQ(end, "");
    }).join();
    EXPECT_EQ(end, "last, first");
  }
}

TEST(AddressRangeTest, ReadsAsZeroAndKeepsWhatIsWritten) {
  constexpr uint64_t kBytes = uint64_t{1} << 22;
  AddressRange range;
  EXPECT_EQ(range.bytes(), 0u);
  ASSERT_TRUE(range.Reserve(kBytes, AddressRange::Access::kReadWrite));
  EXPECT_EQ(range.bytes(), kBytes);
  auto* words = reinterpret_cast<uint64_t*>(range.begin());
  for (uint64_t i = 0; i < kBytes / 8; i += 511) ASSERT_EQ(words[i], 0u);
  words[kBytes / 8 - 1] = 7;
  EXPECT_EQ(words[kBytes / 8 - 1], 7u);
}

TEST(AddressRangeDeathTest, FaultsWhereThereIsNoAccess) {
  AddressRange range;
  ASSERT_TRUE(range.Reserve(uint64_t{1} << 34, AddressRange::Access::kNone));
  auto* byte = reinterpret_cast<volatile char*>(range.begin() + 4096);
  EXPECT_DEATH((void)*byte, "");
  EXPECT_DEATH(*byte = 1, "");
}

TEST(AddressRangeTest, SaysWhenThereIsNoRoom) {
  AddressRange range;
  EXPECT_FALSE(range.Reserve(uint64_t{1} << 60, AddressRange::Access::kNone));
  EXPECT_EQ(range.bytes(), 0u);
}

TEST(ClockTest, IsTheSteadyClockOfTheLibrary) {
  const auto read = [] {
    return static_cast<uint64_t>(
        std::chrono::steady_clock::now().time_since_epoch() /
        std::chrono::nanoseconds(1));
  };
  for (int i = 0; i < 100; ++i) {
    const uint64_t before = read();
    const uint64_t now = SteadyNanoseconds();
    const uint64_t after = read();
    ASSERT_LE(before, now);
    ASSERT_LE(now, after);
  }
}

TEST(FilesTest, ReplacesAFileByItsParts) {
  const std::string path = testing::TempDir() + "os_test_parts/file";
  ASSERT_TRUE(ReplaceFile(path, {"old"}));
  ASSERT_TRUE(ReplaceFile(path, {"new", "", " parts"}));
  std::string bytes = "something";
  ASSERT_TRUE(ReadWholeFile(path, &bytes));
  EXPECT_EQ(bytes, "new parts");
  EXPECT_FALSE(ReadWholeFile(path + "_of_another_name", &bytes));
}

TEST(FilesTest, TellsVersionsOfAFileApart) {
  const std::string path = testing::TempDir() + "/os_test/identity/file";
  EXPECT_EQ(FileIdentity(path), "");
  EXPECT_EQ(FileIdentity(""), "");
  ASSERT_TRUE(ReplaceFile(path, {"old"}));
  const std::string old = FileIdentity(path);
  EXPECT_NE(old, "");
  EXPECT_EQ(FileIdentity(path), old);
  ASSERT_TRUE(ReplaceFile(path, {"other"}));
  EXPECT_NE(FileIdentity(path), old);
}

TEST(FilesTest, LocksWhatItCan) {
  const std::string path = testing::TempDir() + "os_test_lock/file";
  EXPECT_TRUE(FileLock(path).held());
  EXPECT_TRUE(FileLock(path).held());  // the first one gave it up
  EXPECT_FALSE(FileLock("").held());
  EXPECT_FALSE(FileLock(path + "/below").held());
}

TEST(FilesTest, GivesUpWaitingForALock) {
  const std::string path = testing::TempDir() + "os_test_lock/file";
  const auto never = [] { return false; };
  int asked = 0;
  const auto third_time = [&asked] { return ++asked == 3; };
  {
    const FileLock held(path, never);
    EXPECT_TRUE(held.held());
    EXPECT_FALSE(held.busy());
    const FileLock busy(path, third_time);
    EXPECT_FALSE(busy.held());
    EXPECT_TRUE(busy.busy());
    EXPECT_EQ(asked, 3);
  }
  EXPECT_TRUE(FileLock(path, never).held());
  const FileLock none(path + "/below", never);
  EXPECT_FALSE(none.held());
  EXPECT_FALSE(none.busy());
}

TEST(EventTest, WakesWhoWaits) {
  Event event;
  ASSERT_TRUE(event.ok());
  EXPECT_NE(event.handle(), nullptr);
  std::thread waker([&event] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    event.Set();
  });
  EXPECT_TRUE(event.Wait(uint64_t{60} * 1000000000));
  waker.join();
  // The signal is taken.
  EXPECT_FALSE(event.Wait(0));
}

TEST(EventTest, KeepsASignalThatNobodyWaitedFor) {
  Event event;
  event.Set();
  event.Set();
  EXPECT_TRUE(event.Wait(0));
  EXPECT_FALSE(event.Wait(0));
}

TEST(EventTest, SleepsAsLongAsItWasTold) {
  Event event;
  const uint64_t begin = SteadyNanoseconds();
  EXPECT_FALSE(event.Wait(30000000));
  EXPECT_GE(SteadyNanoseconds() - begin, 30000000u);
}
}  // namespace
}  // namespace os
}  // namespace dml
