#include "tensorflow/core/common_runtime/dml/runtime/scheduler/chain_tree.h"

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace dml {
namespace {

class NamedProgram : public hal::Program {
 public:
  const char* name() const override { return "chain"; }
};

class ChainTreeTest : public ::testing::Test {
 protected:
  using Words = std::vector<uint64_t>;
  struct Asked {
    Words words;
    std::function<void(const hal::Program*)> made;
    NamedProgram program;
    bool answered = false;
  };

  static ChainTree::Limits Small() {
    ChainTree::Limits limits;
    limits.programs = 4;
    limits.nodes = 200;
    limits.long_time = 1000;
    return limits;
  }
  void Start(const ChainTree::Limits& limits) {
    asked_.clear();
    dropped_.clear();
    tree_ = std::make_unique<ChainTree>(
        [this](Span<const uint64_t> words, auto made) {
          asked_.emplace_back();
          asked_.back().words.assign(words.begin(), words.end());
          asked_.back().made = std::move(made);
        },
        [this](const hal::Program* program) { dropped_.push_back(program); },
        limits);
  }
  void SetUp() override { Start({}); }

  // So many sequences, of two steps, are seen in turn.
  void SeeEach(uint64_t begin, uint64_t end) {
    for (uint64_t i = begin; i < end; ++i) tree_->Learn({i, i + 1}, {});
  }
  // What was asked for is there, in that order.
  void Answer(Asked* asked) {
    asked->made(&asked->program);
    asked->answered = true;
    tree_->TakeMade();
  }
  void AnswerAll() {
    for (Asked& asked : asked_) {
      if (!asked.answered) Answer(&asked);
    }
  }
  // A program for it, soon.
  void Make(const Words& words) {
    for (int time = 0; time < 2; ++time) tree_->Learn(words, {});
    AnswerAll();
  }
  ChainTree::Node* At(const Words& words) {
    ChainTree::Node* node = tree_->root();
    for (const uint64_t word : words) {
      node = ChainTree::Find(node, word);
      if (node == nullptr) return nullptr;
    }
    return node;
  }
  const hal::Program* ProgramOf(const Words& words) {
    const ChainTree::Node* node = At(words);
    return node == nullptr ? nullptr : node->program();
  }

  std::deque<Asked> asked_;
  std::vector<const hal::Program*> dropped_;
  std::unique_ptr<ChainTree> tree_;
};

TEST_F(ChainTreeTest, SequencesOfTwoStepsOfTrainingGetPrograms) {
  SeeEach(0, 60);
  EXPECT_EQ(asked_.size(), 0u);
  SeeEach(0, 60);
  EXPECT_EQ(asked_.size(), 60u);
}

TEST_F(ChainTreeTest, WhatComesAgainAtOnceGetsAProgram) {
  for (uint64_t i = 0; i < 100; ++i) {
    SeeEach(i, i + 1);
    SeeEach(i, i + 1);
    EXPECT_EQ(asked_.size(), i + 1);
  }
}

TEST_F(ChainTreeTest, SequencesThatComeNowAndThenGetFewPrograms) {
  // Threads that race: a thousand sequences, each of them a few times.
  for (int round = 0; round < 7; ++round) SeeEach(0, 1000);
  EXPECT_LE(asked_.size(), 128u);
  const size_t before = asked_.size();
  SeeEach(0, 1000);
  EXPECT_LE(asked_.size(), before + 32);
}

TEST_F(ChainTreeTest, WhatComesInEachStepHasItsProgramInTheEnd) {
  for (int round = 0; round < 7; ++round) SeeEach(0, 1000);
  const size_t before = asked_.size();
  int steps = 0;
  while (asked_.size() == before && steps < 1000) {
    ++steps;
    SeeEach(5000, 5001);
    for (int i = 0; i < 1000; ++i) SeeEach(0, 1);  // has one
  }
  EXPECT_LE(steps, 64);
}

TEST_F(ChainTreeTest, EachIsAskedForOnce) {
  for (int time = 0; time < 5000; ++time) tree_->Learn({1, 2, 3}, {});
  EXPECT_EQ(asked_.size(), 1u);
}

TEST_F(ChainTreeTest, ABeginningRunsByTheProgramOfTheWhole) {
  Make({1, 2, 3});
  EXPECT_EQ(ProgramOf({1}), &asked_[0].program);
  EXPECT_EQ(ProgramOf({1, 2}), &asked_[0].program);
  EXPECT_EQ(ProgramOf({1, 2, 3}), &asked_[0].program);
  for (int time = 0; time < 100; ++time) tree_->Learn({1, 2}, {});
  EXPECT_EQ(asked_.size(), 1u);
}

TEST_F(ChainTreeTest, ALongerSequencesProgramTakesThePlaceOfItsBeginnings) {
  Make({1, 2});
  Make({1, 7, 8});
  Make({1, 2, 3, 4});
  EXPECT_EQ(dropped_, std::vector<const hal::Program*>{&asked_[0].program});
  EXPECT_EQ(ProgramOf({1, 2}), &asked_[2].program);
  EXPECT_EQ(ProgramOf({1, 2, 3, 4}), &asked_[2].program);
  EXPECT_EQ(ProgramOf({1, 7}), &asked_[1].program);
  EXPECT_EQ(tree_->program_count(), 2u);
}

TEST_F(ChainTreeTest, AProgramThatComesTooLateIsDropped) {
  for (const Words& words : {Words{1, 2}, Words{1, 2, 3}}) {
    for (int time = 0; time < 2; ++time) tree_->Learn(words, {});
  }
  ASSERT_EQ(asked_.size(), 2u);
  Answer(&asked_[1]);
  Answer(&asked_[0]);
  EXPECT_EQ(dropped_, std::vector<const hal::Program*>{&asked_[0].program});
  EXPECT_EQ(ProgramOf({1, 2}), &asked_[1].program);
  EXPECT_EQ(tree_->program_count(), 1u);
}

TEST_F(ChainTreeTest, WhatCannotBeMadeIsNotAskedForAgain) {
  for (int time = 0; time < 2; ++time) tree_->Learn({1, 2}, {});
  asked_[0].made(nullptr);
  tree_->TakeMade();
  EXPECT_EQ(tree_->program_count(), 0u);
  for (int time = 0; time < 100; ++time) tree_->Learn({1, 2}, {});
  EXPECT_EQ(asked_.size(), 1u);
  EXPECT_EQ(ProgramOf({1, 2}), nullptr);
}

TEST_F(ChainTreeTest, ThereAreOnlySoManyPrograms) {
  Start(Small());
  for (int round = 0; round < 100; ++round) {
    SeeEach(0, 30);
    AnswerAll();
  }
  EXPECT_EQ(tree_->program_count(), 4u);
  EXPECT_EQ(asked_.size(), 4u);
  EXPECT_TRUE(dropped_.empty());
}

TEST_F(ChainTreeTest, AModelThatComesLateGetsItsPrograms) {
  Start(Small());
  for (uint64_t i = 0; i < 4; ++i) Make({i, i + 1});
  // As long as the first one is used, it keeps its programs.
  for (int step = 0; step < 1000; ++step) {
    SeeEach(100, 103);
    for (uint64_t i = 0; i < 4; ++i) tree_->Use(At({i, i + 1}));
  }
  EXPECT_EQ(asked_.size(), 4u);
  for (int step = 0; step < 1000; ++step) {
    SeeEach(100, 103);
    tree_->Use(At({3}));
    AnswerAll();
  }
  EXPECT_EQ(dropped_.size(), 3u);
  EXPECT_EQ(tree_->program_count(), 4u);
  for (uint64_t i = 100; i < 103; ++i)
    EXPECT_NE(ProgramOf({i, i + 1}), nullptr);
  EXPECT_EQ(ProgramOf({0, 1}), nullptr);
  // Its beginning was used.
  EXPECT_NE(ProgramOf({3, 4}), nullptr);
}

TEST_F(ChainTreeTest, TheProgramThatGoesLeavesOthersToBeginnings) {
  Start(Small());
  Make({1, 2});
  Make({1, 3});
  Make({5, 6});
  Make({7, 8});
  const hal::Program* const other = ProgramOf({1, 3});
  for (int step = 0; step < 2000; ++step) {
    for (const Words& used : {Words{1, 3}, Words{5, 6}, Words{7, 8}}) {
      tree_->Use(At(used));
    }
  }
  Make({9, 10});
  EXPECT_EQ(dropped_, std::vector<const hal::Program*>{&asked_[0].program});
  EXPECT_EQ(ProgramOf({1, 2}), nullptr);
  EXPECT_EQ(ProgramOf({1}), other);
}

TEST_F(ChainTreeTest, WhatIsInUseStays) {
  Start(Small());
  for (uint64_t i = 0; i < 4; ++i) Make({i, i + 1});
  tree_->Learn({50, 51}, {});
  const ChainTree::Node* const in_use[] = {At({0}), At({50, 51}), nullptr};
  const hal::Program* const program = ProgramOf({0, 1});
  // Far more than there is room for, and later than programs are kept.
  for (uint64_t i = 100; i < 5000; ++i) {
    for (int time = 0; time < 2; ++time) tree_->Learn({i, i + 1}, in_use);
    AnswerAll();
    ASSERT_LE(tree_->node_count(), 200u);
    ASSERT_LE(tree_->program_count(), 4u);
  }
  EXPECT_EQ(At({0}), in_use[0]);
  EXPECT_EQ(At({50, 51}), in_use[1]);
  EXPECT_EQ(ProgramOf({0, 1}), program);
  EXPECT_EQ(ProgramOf({1, 2}), nullptr);
}

TEST_F(ChainTreeTest, SequencesThatWereNotSeenForLongAreForgottenFirst) {
  Start(Small());
  SeeEach(1000, 1002);
  for (uint64_t i = 0; i < 5000; i += 2) {
    SeeEach(i, i + 1);
    if (i % 100 == 0) SeeEach(1001, 1002);
    ASSERT_LE(tree_->node_count(), 200u);
  }
  EXPECT_EQ(At({1000, 1001}), nullptr);
  EXPECT_NE(At({1001, 1002}), nullptr);
  EXPECT_NE(At({4998, 4999}), nullptr);
}

TEST_F(ChainTreeTest, WhatComesAfterALongTimeIsNew) {
  ChainTree::Limits limits;
  limits.long_time = 5000;
  Start(limits);
  // Each of these comes again too late.
  for (int round = 0; round < 10; ++round) SeeEach(0, 5001);
  EXPECT_TRUE(asked_.empty());
}

// A program with a tail does not do the steps alone, nor the other way round.
TEST_F(ChainTreeTest, ATailsProgramIsItsOwn) {
  const uint64_t tail = chain_word::OfTail(1, 1);
  Make({1, 2, tail});
  EXPECT_NE(ProgramOf({1, 2, tail}), nullptr);
  EXPECT_FALSE(At({1, 2})->has_program());
  Make({1, 2});
  const hal::Program* const steps = ProgramOf({1, 2});
  EXPECT_NE(steps, nullptr);
  EXPECT_EQ(ProgramOf({1}), steps);
  Make({1, 2, 3});
  EXPECT_EQ(dropped_.size(), 1u);  // that of the steps, for the longer one
  EXPECT_EQ(ProgramOf({1, 2}), ProgramOf({1, 2, 3}));
  EXPECT_NE(ProgramOf({1, 2, tail}), ProgramOf({1, 2}));
  EXPECT_EQ(tree_->program_count(), 2u);
}

// The steps before a tail wait by their own program.
TEST_F(ChainTreeTest, AProgramIsInUseWhereItsTailsIs) {
  Start(Small());
  const uint64_t tail = chain_word::OfTail(1, 1);
  Make({1, 2});
  Make({1, 2, tail});
  Make({3, 4});
  Make({5, 6});
  for (int i = 0; i < 3000; ++i) tree_->Use(At({1, 2, tail}));
  for (int time = 0; time < 8; ++time) SeeEach(100, 102);
  AnswerAll();
  EXPECT_NE(ProgramOf({1, 2}), nullptr);
  EXPECT_NE(ProgramOf({1, 2, tail}), nullptr);
  EXPECT_EQ(dropped_.size(), 2u);
}

}  // namespace
}  // namespace dml
