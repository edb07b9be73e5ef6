#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/barriers.h"

#include <gtest/gtest.h>

namespace dml {
namespace hal {
namespace d3d12 {
namespace {

using Kind = Barriers::Kind;

constexpr BarrierScope kAll;
constexpr BarrierScope kDispatches = {true, false, true};
constexpr BarrierScope kCopies = {false, true, true};

TEST(BarriersTest, NothingIsOrderedThatNobodyAskedFor) {
  Barriers barriers;
  EXPECT_EQ(barriers.BeforeDispatch(), Kind::kNone);
  barriers.NoteDispatch();
  EXPECT_EQ(barriers.BeforeDispatch(), Kind::kNone);
  EXPECT_EQ(barriers.BeforeCopy(), Kind::kNone);
  barriers.NoteCopy();
  EXPECT_EQ(barriers.BeforeDispatch(), Kind::kNone);
}

TEST(BarriersTest, SubmissionsAreOrderedByThemselves) {
  Barriers barriers;
  barriers.Order(kAll);
  EXPECT_EQ(barriers.BeforeDispatch(), Kind::kNone);
  EXPECT_EQ(barriers.BeforeCopy(), Kind::kNone);
}

TEST(BarriersTest, DispatchesWaitForDispatchesByUavBarriers) {
  Barriers barriers;
  barriers.NoteDispatch();
  barriers.Order(kDispatches);
  EXPECT_EQ(barriers.BeforeDispatch(), Kind::kUav);
  EXPECT_EQ(barriers.BeforeDispatch(), Kind::kNone);
}

TEST(BarriersTest, CopiesWaitForDispatchesByAliasingBarriers) {
  Barriers barriers;
  barriers.NoteDispatch();
  barriers.Order(kDispatches);
  EXPECT_EQ(barriers.BeforeCopy(), Kind::kAliasing);
  EXPECT_EQ(barriers.BeforeCopy(), Kind::kNone);
  // Which also covers dispatches.
  EXPECT_EQ(barriers.BeforeDispatch(), Kind::kNone);
}

TEST(BarriersTest, AUavBarrierLeavesCopiesWaiting) {
  Barriers barriers;
  barriers.NoteDispatch();
  barriers.Order(kDispatches);
  EXPECT_EQ(barriers.BeforeDispatch(), Kind::kUav);
  EXPECT_EQ(barriers.BeforeCopy(), Kind::kAliasing);
}

TEST(BarriersTest, AllWaitsForCopiesByAliasingBarriers) {
  Barriers barriers;
  barriers.NoteCopy();
  barriers.Order(kCopies);
  EXPECT_EQ(barriers.BeforeDispatch(), Kind::kAliasing);
  barriers.NoteCopy();
  barriers.Order(kAll);
  EXPECT_EQ(barriers.BeforeCopy(), Kind::kAliasing);
}

TEST(BarriersTest, OnlyTheKindsOfTheScopeAreWaitedFor) {
  Barriers barriers;
  barriers.NoteDispatch();
  barriers.Order(kCopies);
  EXPECT_EQ(barriers.BeforeDispatch(), Kind::kNone);
  EXPECT_EQ(barriers.BeforeCopy(), Kind::kNone);
  barriers.NoteCopy();
  barriers.Order(kDispatches);
  EXPECT_EQ(barriers.BeforeCopy(), Kind::kAliasing);  // for the dispatch
  EXPECT_EQ(barriers.BeforeCopy(), Kind::kNone);
}

TEST(BarriersTest, ABeginForgets) {
  Barriers barriers;
  barriers.NoteDispatch();
  barriers.NoteCopy();
  barriers.Order(kAll);
  barriers.Begin();
  EXPECT_EQ(barriers.BeforeDispatch(), Kind::kNone);
  EXPECT_EQ(barriers.BeforeCopy(), Kind::kNone);
}

}  // namespace
}  // namespace d3d12
}  // namespace hal
}  // namespace dml
