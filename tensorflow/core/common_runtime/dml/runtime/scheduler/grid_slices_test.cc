#include "tensorflow/core/common_runtime/dml/runtime/scheduler/grid_slices.h"

#include <gtest/gtest.h>

#include <set>
#include <tuple>

namespace dml {
namespace {

using Grid = uint32_t[3];
// dml_group() of shaders/dml.glsl, and the layer.
using Number = std::tuple<uint64_t, uint32_t>;

std::multiset<Number> NumbersOf(const Grid& first, const Grid& groups) {
  std::multiset<Number> numbers;
  for (uint32_t z = 0; z < groups[2]; ++z) {
    for (uint32_t y = 0; y < groups[1]; ++y) {
      for (uint32_t x = 0; x < groups[0]; ++x) {
        const uint64_t row = first[1] + y;
        numbers.emplace(row * groups[0] + first[0] + x, first[2] + z);
      }
    }
  }
  return numbers;
}

// Every group once, with the number that it has in the whole grid.
void Check(const Grid& groups, uint64_t wanted) {
  SCOPED_TRACE(std::to_string(groups[0]) + " x " + std::to_string(groups[1]) +
               " x " + std::to_string(groups[2]) + " in " +
               std::to_string(wanted));
  const GridSlices slices(groups, wanted);
  EXPECT_GE(slices.size(), 1u);
  EXPECT_LE(slices.size(), 2 * wanted);
  std::multiset<Number> numbers;
  size_t largest = 0;
  for (uint64_t s = 0; s < slices.size(); ++s) {
    Grid first, part;
    slices.Get(s, &first, &part);
    const std::multiset<Number> some = NumbersOf(first, part);
    EXPECT_FALSE(some.empty());
    largest = std::max(largest, some.size());
    numbers.insert(some.begin(), some.end());
  }
  EXPECT_EQ(numbers, NumbersOf({0, 0, 0}, groups));
  if (groups[2] == 1) {
    // No slice is much larger than what was asked for.
    const uint64_t all = uint64_t{groups[0]} * groups[1];
    EXPECT_LE(largest, 2 * (all / wanted + 1));
  }
}

TEST(GridSlicesTest, StartEveryGroupOnceByItsNumber) {
  for (const uint32_t x : {1, 2, 3, 7, 64}) {
    for (const uint32_t y : {1, 2, 5, 33}) {
      for (const uint32_t z : {1, 2, 6}) {
        for (const uint64_t wanted : {1, 2, 3, 4, 5, 10, 100, 10000}) {
          Check({x, y, z}, wanted);
        }
      }
    }
  }
}

TEST(GridSlicesTest, OneSliceIsTheGrid) {
  const Grid groups = {7, 5, 3};
  const GridSlices slices(groups, 1);
  ASSERT_EQ(slices.size(), 1u);
  Grid first, part;
  slices.Get(0, &first, &part);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(first[i], 0u);
    EXPECT_EQ(part[i], groups[i]);
  }
}

// Adapters need take no more than 65535 in each dimension.
TEST(GridSlicesTest, StayWithinEveryAdaptersLimits) {
  for (const uint32_t x : {32768u, 65535u}) {
    for (const uint32_t y : {2u, 3u, 100u, 5000u, 65535u}) {
      for (const uint64_t wanted : {2u, 100u, 3000u, 100000u}) {
        const Grid groups = {x, y, 1};
        const GridSlices slices(groups, wanted);
        uint64_t all = 0;
        for (uint64_t s = 0; s < slices.size(); ++s) {
          Grid first, part;
          slices.Get(s, &first, &part);
          for (int i = 0; i < 3; ++i) {
            ASSERT_GE(part[i], 1u);
            ASSERT_LE(uint64_t{first[i]} + part[i], 65535u);
          }
          all += uint64_t{part[0]} * part[1];
        }
        ASSERT_EQ(all, uint64_t{x} * y);
      }
    }
  }
}

}  // namespace
}  // namespace dml
