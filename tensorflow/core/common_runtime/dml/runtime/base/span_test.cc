#include "tensorflow/core/common_runtime/dml/runtime/base/span.h"

#include <gtest/gtest.h>

#include <array>
#include <numeric>
#include <string>
#include <type_traits>
#include <vector>

namespace dml {
namespace {

int Sum(Span<const int> values) {
  return std::accumulate(values.begin(), values.end(), 0);
}

TEST(SpanTest, IsEmptyByDefault) {
  const Span<int> span;
  EXPECT_TRUE(span.empty());
  EXPECT_EQ(span.size(), 0u);
  EXPECT_EQ(span.begin(), span.end());
}

TEST(SpanTest, ViewsWhateverIsContiguous) {
  int array[] = {1, 2, 3};
  const std::vector<int> vector = {4, 5};
  const std::array<int, 2> standard = {6, 7};
  EXPECT_EQ(Sum(array), 6);
  EXPECT_EQ(Sum(vector), 9);
  EXPECT_EQ(Sum(standard), 13);
  EXPECT_EQ(Sum({8, 9}), 17);
  EXPECT_EQ(Sum({array + 1, 2}), 5);
  EXPECT_EQ(Span<const int>(vector).data(), vector.data());
}

TEST(SpanTest, WritesThrough) {
  std::vector<int> vector = {1, 2, 3};
  const Span<int> span(vector);
  span[1] = 20;
  for (int& value : span) ++value;
  EXPECT_EQ(vector, (std::vector<int>{2, 21, 4}));
}

TEST(SpanTest, DropsNoConst) {
  EXPECT_TRUE(
      (std::is_constructible<Span<const int>, std::vector<int>&>::value));
  EXPECT_FALSE(
      (std::is_constructible<Span<int>, const std::vector<int>&>::value));
  EXPECT_FALSE((std::is_constructible<Span<const int>, std::string&>::value));
}

}  // namespace
}  // namespace dml
