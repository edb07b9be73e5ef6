// Timestamps, and the device's clock beside the host's.
#include <chrono>
#include <cmath>
#include <thread>

#include "tensorflow/core/common_runtime/dml/runtime/hal/testing/conformance/conformance.h"

namespace dml {
namespace hal {
namespace testing {
namespace {

uint64_t SteadyNs() {
  return uint64_t(std::chrono::duration_cast<std::chrono::nanoseconds>(
                      std::chrono::steady_clock::now().time_since_epoch())
                      .count());
}

// From `a` to `b`, which is later, by a clock that may wrap.
double ElapsedNs(const DeviceClock& clock, uint64_t a, uint64_t b) {
  const uint64_t mask = clock.valid_bits >= 64
                            ? ~uint64_t{0}
                            : (uint64_t{1} << clock.valid_bits) - 1;
  return double((b - a) & mask) * clock.tick_ns;
}

TEST_F(Conformance, ListsHaveTimestampsWhereTheAdapterHas) {
  for (const Queue queue : queues()) {
    const auto list = MakeList(queue);
    ASSERT_NE(list, nullptr);
    if (device_->clock(queue).tick_ns == 0) {
      EXPECT_EQ(list->Begin(1).code(), Code::kUnimplemented);
      DML_ASSERT_OK(list->Begin(0));
      DML_ASSERT_OK(list->End());
      continue;
    }
    std::vector<uint64_t> ticks;
    for (const uint32_t count : {1u, 0u, 3u, 700u, 2u}) {
      Record(
          list.get(),
          [&] {
            for (uint32_t i = 0; i < count; ++i) list->Timestamp();
          },
          count);
      Finish(Submit(list.get(), queue));
      DML_ASSERT_OK(list->ReadTimestamps(&ticks));
      EXPECT_EQ(ticks.size(), count);
    }
    // Fewer than there was room for.
    Record(
        list.get(), [&] { list->Timestamp(); }, 10);
    Finish(Submit(list.get(), queue));
    DML_ASSERT_OK(list->ReadTimestamps(&ticks));
    EXPECT_EQ(ticks.size(), 1u);
  }
}

TEST_F(Conformance, TimestampsAreInOrderAndTakeTheTimeOfTheHost) {
  constexpr size_t kBytes = 8 << 20;
  const auto first = MakeHeap(HeapKind::kDevice, kBytes);
  const auto second = MakeHeap(HeapKind::kDevice, kBytes);
  ASSERT_TRUE(first && second);
  for (const Queue queue : queues()) {
    const DeviceClock clock = device_->clock(queue);
    if (clock.tick_ns == 0) continue;
    const auto list = MakeList(queue);
    Record(
        list.get(),
        [&] {
          list->Timestamp();
          for (int i = 0; i < 10; ++i) {
            list->Copy({second.get(), 0}, {first.get(), 0}, kBytes);
            list->Barrier({});
            list->Timestamp();
          }
        },
        11);
    const uint64_t start = SteadyNs();
    Finish(Submit(list.get(), queue));
    const double host_ns = double(SteadyNs() - start);
    std::vector<uint64_t> ticks;
    DML_ASSERT_OK(list->ReadTimestamps(&ticks));
    ASSERT_EQ(ticks.size(), 11u);
    double sum = 0;
    for (size_t i = 1; i < ticks.size(); ++i) {
      const double step = ElapsedNs(clock, ticks[i - 1], ticks[i]);
      EXPECT_LE(step, host_ns * 1.01) << "not in order";
      sum += step;
    }
    EXPECT_GT(sum, 0);
    EXPECT_LE(sum, host_ns * 1.01);
  }
}

TEST_F(Conformance, ClocksOfHostAndDeviceGoOnTogether) {
  const DeviceClock clock = device_->clock(Queue::kCompute);
  if (!clock.calibrated) GTEST_SKIP() << "not calibrated";
  uint64_t ticks[2], host[2];
  for (int i = 0; i < 2; ++i) {
    if (i == 1) std::this_thread::sleep_for(std::chrono::milliseconds(100));
    const uint64_t before = SteadyNs();
    DML_ASSERT_OK(device_->ReadClocks(&ticks[i], &host[i]));
    EXPECT_GE(host[i], before);
    EXPECT_LE(host[i], SteadyNs());
  }
  const double host_ns = double(host[1] - host[0]);
  EXPECT_NEAR(ElapsedNs(clock, ticks[0], ticks[1]), host_ns, 0.05 * host_ns);
}

// A timestamp lies between two readings of the clock around it.
TEST_F(Conformance, TimestampsAreReadingsOfTheCalibratedClock) {
  const DeviceClock clock = device_->clock(Queue::kCompute);
  if (!clock.calibrated) GTEST_SKIP() << "not calibrated";
  const auto list = MakeList();
  Record(
      list.get(), [&] { list->Timestamp(); }, 1);
  uint64_t before = 0, after = 0, host = 0;
  DML_ASSERT_OK(device_->ReadClocks(&before, &host));
  Finish(Submit(list.get()));
  DML_ASSERT_OK(device_->ReadClocks(&after, &host));
  std::vector<uint64_t> ticks;
  DML_ASSERT_OK(list->ReadTimestamps(&ticks));
  ASSERT_EQ(ticks.size(), 1u);
  const double all = ElapsedNs(clock, before, after);
  EXPECT_LE(ElapsedNs(clock, before, ticks[0]), all);
  EXPECT_LE(ElapsedNs(clock, ticks[0], after), all);
}

}  // namespace
}  // namespace testing
}  // namespace hal
}  // namespace dml
