// Chains against work that is done at once: random steps, other work and
// memory that is given back, on a memory of few places, so that everything
// meets everything.
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/chain_list_test.h"

namespace dml {
namespace {

TEST_F(ChainListTest, GivesWhatWorkAtOnceGives) {
  uint64_t chains = 0, steps = 0, tails = 0, dropped = 0;
  // So little that all is forgotten again and again.
  ChainTree::Limits few;
  few.programs = 6;
  few.nodes = 260;
  few.long_time = 100;
  for (uint32_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Start(seed, seed % 3 == 0 ? 50 : 100,
          seed % 2 == 0 ? few : ChainTree::Limits());
    for (int i = 0; i < 3000; ++i) {
      const uint32_t what = Below(100);
      if (what < 70) {
        RandomStep();
      } else if (what < 80) {
        RandomTail();
      } else if (what < 88) {
        OtherWork();
      } else if (what < 97) {
        for (uint32_t count = 1 + Below(3); count > 0; --count) GiveBack();
      } else if (what == 97) {
        MakePrograms();
      } else if (what == 98) {
        Check();
      }
      if (HasFatalFailure()) return;
    }
    Check();
    if (HasFatalFailure()) return;
    chains += sent_chains_;
    steps += sent_steps_;
    tails += sent_tails_;
    dropped += dropped_;
  }
  // Else this would have shown nothing.
  EXPECT_GT(steps - chains, 5000u);
  EXPECT_GT(tails, 500u);
  EXPECT_GT(dropped, 200u);
}

TEST_F(ChainTest, WaitsWhenItHasBeenSeenTwice) {
  Start(1);
  for (int time = 0; time < 2; ++time) {
    EXPECT_FALSE(Step({0, 1}, 2));
    EXPECT_FALSE(Step({2, 1}, 3));
    Other(3, Access::kRead);
    EXPECT_EQ(late_.size(), time == 0 ? 0u : 1u);
  }
  EXPECT_FALSE(Step({0, 1}, 2));  // there is no program yet
  Other(2, Access::kRead);
  MakePrograms();
  EXPECT_TRUE(Step({0, 1}, 2));
  EXPECT_TRUE(Step({2, 1}, 3));
  EXPECT_EQ(list_->waiting(), 1u);
  EXPECT_EQ(sent_chains_, 0u);
  Other(3, Access::kRead);
  EXPECT_EQ(sent_chains_, 1u);
  EXPECT_EQ(sent_steps_, 2u);
  EXPECT_EQ(list_->waiting(), 0u);
}

TEST_F(ChainTest, BranchesBecomeOneChainInTheOrderOfOperands) {
  Start(2);
  for (int time = 0; time < 4; ++time) {
    // The branches come in either order.
    if (time % 2 == 0) {
      Step({0}, 4);
      Step({1}, 5, 2);
    } else {
      Step({1}, 5, 2);
      Step({0}, 4);
    }
    Step({4, 5}, 6);
    list_->SendAll();
    MakePrograms();
  }
  EXPECT_EQ(sent_chains_, 2u);
  EXPECT_EQ(sent_steps_, 6u);
  Check();
}

TEST_F(ChainTest, OneOfThreeBranchesIsTooMuch) {
  Start(6);
  for (int time = 0; time < 4; ++time) {
    for (uint32_t branch = 0; branch < 3; ++branch) {
      for (int i = 0; i < 3; ++i) {
        Step({i == 0 ? branch : 4 + branch}, 4 + branch,
             static_cast<uint8_t>(1 + branch));
      }
    }
    Step({4, 5, 6}, 7);
    list_->SendAll();
    MakePrograms();
    Check();
  }
  EXPECT_GT(sent_steps_, sent_chains_);
}

TEST_F(ChainTest, ResultsThatOverlapInPartAreNotOfOneChain) {
  Start(7);
  for (int time = 0; time < 4; ++time) {
    Step({0}, 4, 1, 4);
    Step({4}, 10, 1, 4);
    Step({10}, 6, 1, 4);  // half of it where the first one is
    list_->SendAll();
    MakePrograms();
    Check();
  }
  EXPECT_GT(sent_steps_, sent_chains_);
}

TEST_F(ChainTest, WhatIsGivenBackIsNotWritten) {
  Start(3);
  for (int time = 0; time < 3; ++time) {
    Step({0}, 1);
    Step({1}, 2);
    list_->SendAll();
    MakePrograms();
  }
  memory_.Forget(At(1), 32);
  Step({0}, 1);
  Step({1}, 2);
  list_->Discard(At(1), 16);
  list_->SendAll();
  EXPECT_FALSE(memory_.Knows(At(1), 4));
  EXPECT_TRUE(memory_.Knows(At(2), 16));
}

TEST_F(ChainTest, WhatNobodyReadsRunsAllTheSame) {
  Start(4);
  for (int time = 0; time < 3; ++time) {
    Step({0}, 1);
    Step({1}, 2);
    list_->SendAll();
    MakePrograms();
  }
  const uint64_t before = sent_chains_;
  Step({0}, 1);
  Step({1}, 2);
  list_->Discard(At(1), 32);
  EXPECT_EQ(sent_chains_, before + 1);
  EXPECT_EQ(list_->waiting(), 0u);
}

TEST_F(ChainTest, WhatRunsUnreadWritesToNobodyElsesMemory) {
  Start(8);
  for (int time = 0; time < 3; ++time) {
    Step({0}, 1);
    Step({1}, 2);
    list_->SendAll();
    MakePrograms();
  }
  Step({0}, 1);
  Step({1}, 2);
  list_->Discard(At(2), 16);
  memory_.Write(At(2), 16, 1);  // its new owner
  expected_.Write(At(2), 16, 1);
  list_->Discard(At(1), 16);
  EXPECT_EQ(list_->waiting(), 0u);
  Check();
}

TEST_F(ChainTest, LongSequencesBecomeSeveralChains) {
  Start(5);
  for (int time = 0; time < 4; ++time) {
    for (int i = 0; i < 20; ++i) Step({i % 2 == 0 ? 0u : 1u}, i % 2 == 0);
    list_->SendAll();
    MakePrograms();
  }
  // 8 and 8 and 4 each time: 8 were seen twice in the first.
  EXPECT_EQ(sent_chains_, 9u);
  EXPECT_EQ(sent_steps_, 60u);
}

}  // namespace
}  // namespace dml
