#include "tensorflow/core/common_runtime/dml/runtime/scheduler/chain_tree.h"

#include <gtest/gtest.h>

#include <functional>

namespace dml {
namespace {

class ChainTreeTest : public ::testing::Test {
 protected:
  // So many sequences, of two steps, are seen in turn.
  void SeeEach(uint64_t begin, uint64_t end) {
    for (uint64_t i = begin; i < end; ++i) tree_.Learn({i, i + 1});
  }

  size_t asked_ = 0;
  ChainTree tree_{
      [this](Span<const uint64_t>, std::function<void(const hal::Program*)>) {
        ++asked_;
      }};
};

TEST_F(ChainTreeTest, SequencesOfTwoStepsOfTrainingGetPrograms) {
  SeeEach(0, 60);
  EXPECT_EQ(asked_, 0u);
  SeeEach(0, 60);
  EXPECT_EQ(asked_, 60u);
}

TEST_F(ChainTreeTest, WhatComesAgainAtOnceGetsAProgram) {
  for (uint64_t i = 0; i < 200; ++i) {
    SeeEach(i, i + 1);
    SeeEach(i, i + 1);
    EXPECT_EQ(asked_, i + 1);
  }
}

TEST_F(ChainTreeTest, SequencesThatComeNowAndThenGetFewPrograms) {
  // Threads that race: a thousand sequences, each of them a few times.
  for (int round = 0; round < 7; ++round) SeeEach(0, 1000);
  EXPECT_LE(asked_, 128u);
  const size_t before = asked_;
  SeeEach(0, 1000);
  EXPECT_LE(asked_, before + 32);
}

TEST_F(ChainTreeTest, WhatComesInEachStepHasItsProgramInTheEnd) {
  for (int round = 0; round < 7; ++round) SeeEach(0, 1000);
  const size_t before = asked_;
  int steps = 0;
  while (asked_ == before && steps < 1000) {
    ++steps;
    SeeEach(5000, 5001);
    for (int i = 0; i < 1000; ++i) SeeEach(0, 1);  // has one
  }
  EXPECT_LE(steps, 64);
}

TEST_F(ChainTreeTest, EachIsAskedForOnce) {
  for (int time = 0; time < 5000; ++time) tree_.Learn({1, 2, 3});
  EXPECT_EQ(asked_, 1u);
}

}  // namespace
}  // namespace dml
