#include "tensorflow/core/common_runtime/dml/runtime/scheduler/range_set.h"

#include <gtest/gtest.h>

#include <bitset>
#include <random>
#include <string>

namespace dml {
namespace {

TEST(RangeSetTest, OverlapsNothingAtFirst) {
  const RangeSet set;
  EXPECT_FALSE(set.Overlaps(0, ~uint64_t{0}));
  EXPECT_EQ(set.size(), 0u);
}

TEST(RangeSetTest, RangesEndBeforeTheirEnd) {
  RangeSet set;
  set.Add(10, 20);
  EXPECT_TRUE(set.Overlaps(10, 11));
  EXPECT_TRUE(set.Overlaps(19, 20));
  EXPECT_TRUE(set.Overlaps(0, 100));
  EXPECT_TRUE(set.Overlaps(12, 13));
  EXPECT_FALSE(set.Overlaps(0, 10));
  EXPECT_FALSE(set.Overlaps(20, 30));
}

TEST(RangeSetTest, MergesWhatTouches) {
  RangeSet set;
  set.Add(10, 20);
  set.Add(30, 40);
  EXPECT_EQ(set.size(), 2u);
  set.Add(20, 30);
  EXPECT_EQ(set.size(), 1u);
  set.Add(5, 50);
  EXPECT_EQ(set.size(), 1u);
  EXPECT_TRUE(set.Overlaps(49, 50));
  EXPECT_FALSE(set.Overlaps(50, 51));
}

TEST(RangeSetTest, ReachesToTheLastAddress) {
  RangeSet set;
  set.Add(~uint64_t{0} - 1, ~uint64_t{0});
  EXPECT_TRUE(set.Overlaps(0, ~uint64_t{0}));
  EXPECT_FALSE(set.Overlaps(0, ~uint64_t{0} - 1));
}

TEST(RangeSetTest, Clears) {
  RangeSet set;
  set.Add(10, 20);
  set.Clear();
  EXPECT_FALSE(set.Overlaps(10, 20));
  EXPECT_EQ(set.size(), 0u);
}

// Against a bit an address.
TEST(RangeSetTest, DoesWhatABitmapDoes) {
  constexpr size_t kAddresses = 512;
  for (uint32_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    RangeSet set;
    std::bitset<kAddresses + 1> bits;
    const uint32_t longest = 1 + random() % 40;
    for (int step = 0; step < 100; ++step) {
      const uint64_t begin = random() % (kAddresses - longest);
      const uint64_t end = begin + 1 + random() % longest;
      bool overlaps = false;
      for (uint64_t i = begin; i < end; ++i) overlaps |= bits[i];
      ASSERT_EQ(set.Overlaps(begin, end), overlaps)
          << "[" << begin << ", " << end << ")";
      if (random() % 2 == 0) continue;
      set.Add(begin, end);
      for (uint64_t i = begin; i < end; ++i) bits[i] = true;
      size_t runs = 0;
      for (size_t i = 0; i < kAddresses; ++i) runs += bits[i] && !bits[i + 1];
      ASSERT_EQ(set.size(), runs);
    }
  }
}

}  // namespace
}  // namespace dml
