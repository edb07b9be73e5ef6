#include "tensorflow/core/common_runtime/dml/runtime/scheduler/queue_order.h"

#include <gtest/gtest.h>

namespace dml {
namespace {

constexpr Access kRead = Access::kRead;
constexpr Access kWrite = Access::kWrite;
constexpr Access kReadWrite = Access::kReadWrite;

bool operator==(const Place& a, const Place& b) {
  return a.sequence == b.sequence && a.count == b.count;
}

TEST(QueueOrderTest, APlaceCoversWhatIsBeforeIt) {
  EXPECT_TRUE((Place{3, 2}).Covers({3, 2}));
  EXPECT_TRUE((Place{3, 2}).Covers({3, 1}));
  EXPECT_TRUE((Place{3, 2}).Covers({2, 9}));
  EXPECT_FALSE((Place{3, 2}).Covers({3, 3}));
  EXPECT_FALSE((Place{3, 2}).Covers({4, 1}));
  EXPECT_TRUE(Place().nothing());
}

TEST(QueueOrderTest, EveryPairWithAWriteConflicts) {
  for (const Access first : {kRead, kWrite, kReadWrite}) {
    for (const Access second : {kRead, kWrite, kReadWrite}) {
      const bool conflict = first != kRead || second != kRead;
      EXPECT_EQ(Conflict({0, 100, first}, {99, 1, second}), conflict);
      EXPECT_EQ(Conflict({99, 1, first}, {0, 100, second}), conflict);
      EXPECT_FALSE(Conflict({0, 100, first}, {100, 1, second}));
      EXPECT_FALSE(Conflict({50, 0, first}, {0, 100, second}));
      EXPECT_FALSE(Conflict({0, 100, first}, {50, 0, second}));
    }
  }
}

TEST(QueueOrderTest, TakesTheNewestConflictAndForgetsWhatIsBefore) {
  PendingTransfers pending;
  pending.Add({0, 10, kWrite}, {1, 1});
  pending.Add({100, 10, kWrite}, {1, 2});
  pending.Add({200, 10, kRead}, {2, 1});
  pending.Add({300, 10, kWrite}, {2, 2});
  EXPECT_TRUE(pending.Take({{200, 10, kRead}}).nothing());
  EXPECT_TRUE(pending.Take({{50, 10, kReadWrite}}).nothing());
  EXPECT_EQ(pending.size(), 4u);
  const Place place = pending.Take({{5, 1, kRead}, {109, 1, kRead}});
  EXPECT_TRUE(place == (Place{1, 2}));
  EXPECT_EQ(pending.size(), 2u);
  EXPECT_TRUE(pending.Take({{5, 1, kRead}}).nothing());
  EXPECT_TRUE(pending.Take({{205, 1, kWrite}}) == (Place{2, 1}));
}

TEST(QueueOrderTest, PiecesOfOneCopyAreOne) {
  PendingTransfers pending;
  pending.Add({0, 10, kWrite}, {1, 1});
  pending.Add({10, 10, kWrite}, {1, 2});
  pending.Add({20, 10, kWrite}, {2, 1});
  EXPECT_EQ(pending.size(), 1u);
  pending.Add({30, 10, kRead}, {2, 2});
  EXPECT_EQ(pending.size(), 2u);
  EXPECT_TRUE(pending.Take({{0, 1, kRead}}) == (Place{2, 1}));
}

TEST(QueueOrderTest, WhatHasCompletedIsForgotten) {
  PendingTransfers pending;
  for (uint64_t sequence = 1; sequence <= 4; ++sequence) {
    pending.Add({100 * sequence, 10, kWrite}, {sequence, 1});
  }
  pending.Complete(2);
  EXPECT_EQ(pending.size(), 2u);
  EXPECT_TRUE(pending.Take({{200, 1, kRead}}).nothing());
  pending.Complete(9);
  EXPECT_TRUE(pending.empty());
}

}  // namespace
}  // namespace dml
