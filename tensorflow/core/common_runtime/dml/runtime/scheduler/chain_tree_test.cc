#include "tensorflow/core/common_runtime/dml/runtime/scheduler/chain_tree.h"

#include <gtest/gtest.h>

#include <vector>

namespace dml {
namespace {

class ChainTreeTest : public ::testing::Test {
 protected:
  // How often the sequence of these steps comes before its program is asked
  // for; `most` if it is not by then.
  int TimesUntilAsked(uint64_t first, uint64_t second, int most) {
    const size_t before = asked_;
    for (int time = 1; time < most; ++time) {
      tree_.Learn({first, second});
      if (asked_ > before) return time;
    }
    return most;
  }

  size_t asked_ = 0;
  ChainTree tree_{
      [this](Span<const uint64_t>, std::function<void(const hal::Program*)>) {
        ++asked_;
      }};
};

TEST_F(ChainTreeTest, TheFirstSequencesGetProgramsTheSecondTime) {
  for (uint64_t i = 0; i < 20; ++i) {
    EXPECT_EQ(TimesUntilAsked(i, i + 1, 100), 2);
  }
}

TEST_F(ChainTreeTest, TheMoreThereAreTheOftenerASequenceHasToCome) {
  std::vector<int> times;
  for (uint64_t i = 0; i < 200; ++i) {
    times.push_back(TimesUntilAsked(i, i + 1, 1000));
  }
  for (size_t i = 1; i < times.size(); ++i) EXPECT_GE(times[i], times[i - 1]);
  EXPECT_GE(times.back(), 64);
  EXPECT_LT(times.back(), 1000);  // what comes in each step gets one
}

TEST_F(ChainTreeTest, SequencesThatComeNowAndThenGetNoMorePrograms) {
  // Threads that race: a thousand sequences, each of them a few times.
  for (int round = 0; round < 6; ++round) {
    for (uint64_t i = 0; i < 1000; ++i) tree_.Learn({i, i + 1});
  }
  EXPECT_LT(asked_, 100u);
  const size_t before = asked_;
  for (uint64_t i = 0; i < 1000; ++i) tree_.Learn({i, i + 1});
  EXPECT_LE(asked_, before + 32);
}

TEST_F(ChainTreeTest, EachIsAskedForOnce) {
  for (int time = 0; time < 5000; ++time) tree_.Learn({1, 2, 3});
  EXPECT_EQ(asked_, 1u);
}

}  // namespace
}  // namespace dml
