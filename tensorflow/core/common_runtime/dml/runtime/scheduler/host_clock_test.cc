#include "tensorflow/core/common_runtime/dml/runtime/scheduler/host_clock.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace dml {
namespace {

TEST(HostClockTest, IsALineThroughOneMoment) {
  HostClock clock({2.0, 64, true});
  clock.Set(1000, 5000000);
  EXPECT_EQ(clock.ToHost(1000), 5000000u);
  EXPECT_EQ(clock.ToHost(1500), 5001000u);
  EXPECT_EQ(clock.ToHost(500), 4999000u);
}

TEST(HostClockTest, WrapsWithTheDevice) {
  constexpr uint32_t kBits = 30;
  constexpr uint64_t kMask = (uint64_t{1} << kBits) - 1;
  HostClock clock({1.0, kBits, true});
  clock.Set(kMask - 10, 1000000);
  EXPECT_EQ(clock.ToHost((kMask + 90) & kMask), 1000100u);
  EXPECT_EQ(clock.ToHost(kMask - 20), 999990u);
}

TEST(HostClockTest, KeepsWorkBetweenSubmissionAndCompletion) {
  HostClock clock({1.0, 64, false});
  clock.Bound(100, 200, 1000, 1300);
  EXPECT_GE(clock.ToHost(100), 1000u);
  EXPECT_LE(clock.ToHost(200), 1300u);
  // Noticed sooner: the line moves, as far as it must.
  clock.Bound(1100, 1200, 2000, 2150);
  EXPECT_GE(clock.ToHost(1100), 2000u);
  EXPECT_LE(clock.ToHost(1200), 2150u);
  const uint64_t begin = clock.ToHost(1100);
  // A line that fits stays.
  clock.Bound(2100, 2200, 2900, 3400);
  EXPECT_EQ(clock.ToHost(1100), begin);
}

// A device's clock that runs fast, or a moment that was noted too early.
TEST(HostClockTest, NoWorkBeginsBeforeItWasSubmitted) {
  HostClock clock({1.0, 64, false});
  clock.Set(1000, 5000);
  clock.Bound(1100, 1200, 6000, 7000);
  EXPECT_EQ(clock.ToHost(1100), 6000u);
  EXPECT_EQ(clock.ToHost(1200), 6100u);
}

// The estimate is off by no more than the smallest delay of a notice.
TEST(HostClockTest, FindsTheDevicesClock) {
  constexpr uint32_t kSeed = 11;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937 random(kSeed);
  constexpr uint32_t kBits = 36;
  constexpr uint64_t kMask = (uint64_t{1} << kBits) - 1;
  HostClock clock({1.0, kBits, false});
  const uint64_t offset = 123456789012345;  // device's minus host's
  const auto ticks = [&](uint64_t host) { return (host + offset) & kMask; };
  uint64_t now = 1000000000, least_delay = ~uint64_t{0};
  for (int i = 0; i < 200; ++i) {
    const uint64_t submitted = now;
    const uint64_t begin = submitted + random() % 100000;
    const uint64_t end = begin + random() % 1000000;
    const uint64_t delay = 10 + random() % 50000;
    least_delay = std::min(least_delay, delay);
    clock.Bound(ticks(begin), ticks(end), submitted, end + delay);
    const uint64_t found = clock.ToHost(ticks(begin));
    ASSERT_GE(found, submitted);
    ASSERT_LE(found, begin + least_delay);
    now = end + delay + random() % 1000000000;
  }
}

}  // namespace
}  // namespace dml
