// Reductions that are the last of a chain, in chains that wait.
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/chain_list_test.h"

namespace dml {
namespace {

TEST_F(ChainTest, ATailIsTheLastOfAChain) {
  for (const uint32_t steps : {1u, 2u, 7u}) {
    Start(9);
    LearnTail(steps);
    for (uint32_t k = 0; k < steps; ++k) EXPECT_TRUE(Step({k}, k + 1));
    EXPECT_TRUE(Tail(steps, 9));
    EXPECT_EQ(list_->waiting(), 1u);
    EXPECT_EQ(sent_chains_, 0u);
    // It is closed: what takes a value of it has it launched.
    Step({steps}, 10);
    EXPECT_EQ(sent_tails_, 1u);
    EXPECT_EQ(sent_steps_, steps + 1);
    Check();
  }
}

TEST_F(ChainTest, ATailOfEightStepsIsNot) {
  Start(9);
  LearnTail(8);
  for (uint32_t k = 0; k < 8; ++k) Step({k}, k + 1);
  EXPECT_FALSE(Tail(8, 9));
  EXPECT_EQ(sent_tails_, 0u);
  Check();
}

TEST_F(ChainTest, WhatOnlyATailTakesIsNotWritten) {
  Start(10);
  LearnTail(2, /*parts=*/12);
  memory_.Forget(At(1), 32);
  Step({0}, 1);
  Step({1}, 2);
  EXPECT_TRUE(Tail(2, 9, 12));
  EXPECT_TRUE(list_->Reads(At(12), kCellBytes));
  list_->Discard(At(12), 16);
  list_->Discard(At(1), 16);
  list_->Discard(At(2), 16);
  EXPECT_EQ(sent_chains_, 0u);
  list_->SendAll();
  EXPECT_FALSE(memory_.Knows(At(1), 4));
  EXPECT_FALSE(memory_.Knows(At(2), 4));
  EXPECT_EQ(memory_.cells[Memory::CellAt(At(9))],
            expected_.cells[Memory::CellAt(At(9))]);
}

TEST_F(ChainTest, ATailWhoseResultGoesIsLaunched) {
  Start(11);
  LearnTail(1);
  Step({0}, 1);
  EXPECT_TRUE(Tail(1, 9));
  list_->Discard(At(9), 16);
  EXPECT_EQ(sent_tails_, 1u);
  EXPECT_EQ(list_->waiting(), 0u);
}

TEST_F(ChainTest, ATailThatWritesToWhatItsChainReadsIsNot) {
  Start(12);
  LearnTail(1);
  Step({0}, 1);
  EXPECT_FALSE(Tail(1, 0));
  EXPECT_FALSE(Tail(1, 1 + kPlaces / 2, 0));  // the chain has gone
  Check();
}

TEST_F(ChainTest, PartsAreNobodyElses) {
  Start(13);
  LearnTail(1, /*parts=*/12);
  Step({0}, 1);
  EXPECT_TRUE(Tail(1, 9, 12));
  Other(12, Access::kRead);
  EXPECT_EQ(sent_tails_, 1u);
}

}  // namespace
}  // namespace dml
