#include "tensorflow/core/common_runtime/dml/runtime/scheduler/staging_ring.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/hal/testing/recording_device.h"

namespace dml {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;
using Slice = StagingRing::Slice;

class StagingRingTest : public ::testing::Test {
 protected:
  std::unique_ptr<StagingRing> Make(uint64_t limit_bytes) {
    return std::make_unique<StagingRing>(&device_, hal::HeapKind::kUpload,
                                         limit_bytes);
  }
  static Slice Take(StagingRing* ring, uint64_t bytes) {
    Slice slice;
    const Status status = ring->Take(bytes, &slice);
    EXPECT_TRUE(status.ok()) << status.message();
    return slice;
  }
  static Code TryToTake(StagingRing* ring, uint64_t bytes) {
    Slice slice;
    return ring->Take(bytes, &slice).code();
  }

  hal::testing::RecordingDevice device_;
};

TEST_F(StagingRingTest, TakesNoMemoryBeforeItIsNeeded) {
  auto ring = Make(64 * kMiB);
  EXPECT_EQ(ring->reserved_bytes(), 0u);
  EXPECT_EQ(device_.heaps_made(), 0u);
}

TEST_F(StagingRingTest, SlicesAreWhatTheirBindingSays) {
  auto ring = Make(64 * kMiB);
  Take(ring.get(), 100);
  const Slice slice = Take(ring.get(), 1000);
  EXPECT_EQ(slice.bytes, 1000u);
  EXPECT_EQ(slice.host, slice.binding.heap->host() + slice.binding.offset);
  EXPECT_LE(slice.binding.offset + slice.bytes, slice.binding.heap->size());
  EXPECT_EQ(slice.binding.offset % 256, 0u);
}

TEST_F(StagingRingTest, IsFullAtItsLimit) {
  auto ring = Make(4 * kMiB);
  const Slice first = Take(ring.get(), 2 * kMiB);
  const Slice second = Take(ring.get(), 2 * kMiB);
  EXPECT_EQ(TryToTake(ring.get(), 1), Code::kUnavailable);
  // Slices return in any order, but the ring goes on at its oldest.
  ring->Return(second);
  EXPECT_EQ(TryToTake(ring.get(), 1), Code::kUnavailable);
  ring->Return(first);
  Take(ring.get(), 2 * kMiB);
}

TEST_F(StagingRingTest, GrowsByALargerRing) {
  auto ring = Make(64 * kMiB);
  const Slice first = Take(ring.get(), 1000);
  std::memset(first.host, 0x5a, 1000);
  const uint64_t before = ring->reserved_bytes();
  Take(ring.get(), 4 * kMiB);
  EXPECT_GE(ring->reserved_bytes(), before + 4 * kMiB);
  EXPECT_EQ(first.host[999], 0x5a);  // the old ring stays while it is out
  const uint64_t both = ring->reserved_bytes();
  ring->Return(first);
  EXPECT_EQ(ring->reserved_bytes(), both - before);
}

TEST_F(StagingRingTest, TheLargestSliceFitsTwice) {
  for (const uint64_t limit :
       {uint64_t{1}, 1000 * uint64_t{1000}, 4 * kMiB, 1000 * kMiB}) {
    auto ring = Make(limit);
    ASSERT_GT(ring->max_slice_bytes(), 0u);
    Take(ring.get(), ring->max_slice_bytes());
    Take(ring.get(), ring->max_slice_bytes());
    EXPECT_LE(ring->reserved_bytes(), std::max<uint64_t>(2 * limit, 4096));
  }
}

TEST_F(StagingRingTest, TrimsWhenNoSliceIsOut) {
  auto ring = Make(64 * kMiB);
  const Slice slice = Take(ring.get(), 1000);
  ring->Trim();
  EXPECT_GT(ring->reserved_bytes(), 0u);
  ring->Return(slice);
  ring->Trim();
  EXPECT_EQ(ring->reserved_bytes(), 0u);
  EXPECT_EQ(device_.heap_bytes(), 0u);
  Take(ring.get(), 1000);
}

TEST_F(StagingRingTest, WaitsRatherThanFailsWhileSlicesAreOut) {
  auto ring = Make(64 * kMiB);
  device_.FailHeaps(1);
  EXPECT_EQ(TryToTake(ring.get(), 1000), Code::kOutOfMemory);
  const Slice slice = Take(ring.get(), kMiB);
  device_.FailHeaps(1);
  EXPECT_EQ(TryToTake(ring.get(), 8 * kMiB), Code::kUnavailable);
  ring->Return(slice);
  Take(ring.get(), 8 * kMiB);
}

// Each slice keeps what is written to it until it is returned.
TEST_F(StagingRingTest, SlicesThatAreOutShareNoByte) {
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    auto ring = Make((uint64_t{1} << 16) << random() % 7);
    std::vector<std::pair<Slice, uint8_t>> out;
    const auto check_and_return = [&](size_t i) {
      const auto& [slice, value] = out[i];
      for (uint64_t at = 0; at < slice.bytes; at += 61) {
        ASSERT_EQ(slice.host[at], value);
      }
      ring->Return(slice);
      std::swap(out[i], out.back());
      out.pop_back();
    };
    int taken = 0;
    for (int step = 0; step < 2000; ++step) {
      const uint64_t bytes =
          random() % (random() % 4 == 0 ? ring->max_slice_bytes() : 2000);
      Slice slice;
      if (out.size() < 40 && ring->Take(bytes, &slice).ok()) {
        const auto value = static_cast<uint8_t>(step);
        std::memset(slice.host, value, slice.bytes);
        out.emplace_back(slice, value);
        ++taken;
      } else if (!out.empty()) {
        check_and_return(random() % out.size());
      }
      if (random() % 100 == 0) ring->Trim();
      if (HasFatalFailure()) return;
    }
    EXPECT_GT(taken, 500);
    while (!out.empty()) check_and_return(0);
    ring->Trim();
    EXPECT_EQ(device_.heap_bytes(), 0u);
  }
}

}  // namespace
}  // namespace dml
