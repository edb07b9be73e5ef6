#include "tensorflow/core/common_runtime/dml/runtime/scheduler/work_times.h"

#include <gtest/gtest.h>

#include <vector>

namespace dml {
namespace {

using Evidence = WorkTimes::Evidence;
using Work = WorkTimes::Work;

class Program final : public hal::Program {
 public:
  const char* name() const override { return "program"; }
};

class WorkTimesTest : public ::testing::Test {
 protected:
  static Work Of(const Program& program, uint64_t groups) {
    return {&program, groups, static_cast<float>(groups)};
  }
  void Learn(const Work& work, double ns,
             Evidence evidence = Evidence::kExact) {
    times_.Learn({&work, 1}, ns, evidence);
  }

  WorkTimes times_{hal::AdapterType::kDiscrete};
  Program a_, b_;
};

TEST_F(WorkTimesTest, WhatIsNotKnownCountsAsSlow) {
  const float unknown = times_.Estimate(Of(a_, 1000));
  EXPECT_FLOAT_EQ(unknown, 1000 * 100 * WorkTimes::kUnknownFactor);
  EXPECT_FALSE(times_.Known(Of(a_, 1000)));
}

TEST_F(WorkTimesTest, WhatWasMeasuredIsExpectedAgain) {
  Learn(Of(a_, 1000), 5e6);
  EXPECT_TRUE(times_.Known(Of(a_, 1000)));
  EXPECT_FLOAT_EQ(times_.Estimate(Of(a_, 1000)), 5e6);
  EXPECT_FLOAT_EQ(times_.Estimate(Of(a_, 500)), 2.5e6);
  EXPECT_FALSE(times_.Known(Of(b_, 1000)));
}

TEST_F(WorkTimesTest, TheSlowestOfSeveralUsesCounts) {
  for (int i = 0; i < 100; ++i) {
    Learn(Of(a_, 1000), 1e6);
    Learn(Of(a_, 1000), 4e6);
  }
  EXPECT_FLOAT_EQ(times_.Estimate(Of(a_, 1000)), 4e6);
  Learn(Of(a_, 1000), 1e6);
  EXPECT_GE(times_.Estimate(Of(a_, 1000)), 2e6);
}

// As when the host was suspended for an hour.
TEST_F(WorkTimesTest, AFalseMeasurementIsForgotten) {
  Learn(Of(a_, 1000), 1e6);
  Learn(Of(a_, 1000), 3600e9);
  for (int i = 0; i < 60; ++i) Learn(Of(a_, 1000), 1e6);
  EXPECT_FLOAT_EQ(times_.Estimate(Of(a_, 1000)), 1e6);
}

TEST_F(WorkTimesTest, LateNoticeRaisesNothing) {
  Learn(Of(a_, 1000), 1e6);
  Learn(Of(a_, 1000), 9e6, Evidence::kAtMost);
  EXPECT_FLOAT_EQ(times_.Estimate(Of(a_, 1000)), 1e6);
  Learn(Of(a_, 1000), 0.9e6, Evidence::kAtMost);
  EXPECT_FLOAT_EQ(times_.Estimate(Of(a_, 1000)), 0.9e6);
}

TEST_F(WorkTimesTest, WhatMayHaveBegunBeforeLowersNothing) {
  Learn(Of(a_, 1000), 1e6);
  Learn(Of(a_, 1000), 1e5, Evidence::kAtLeast);
  EXPECT_FLOAT_EQ(times_.Estimate(Of(a_, 1000)), 1e6);
  Learn(Of(a_, 1000), 2e6, Evidence::kAtLeast);
  EXPECT_FLOAT_EQ(times_.Estimate(Of(a_, 1000)), 2e6);
}

// A bias of a few groups takes as long as launching it does; that says nothing
// of large tensors.
TEST_F(WorkTimesTest, SmallGridsTellLittleOfLargeOnes) {
  for (int i = 0; i < 50; ++i) {
    Learn(Of(a_, 1), 5e3);
    Learn(Of(a_, 100000), 5e6);
  }
  EXPECT_FLOAT_EQ(times_.Estimate(Of(a_, 1)), 5e3);
  EXPECT_FLOAT_EQ(times_.Estimate(Of(a_, 100000)), 5e6);
  // In between, both are bounds: no slower than a large grid in all, nor for
  // each group than a small one.
  EXPECT_LE(times_.Estimate(Of(a_, 1000)), 1000 * 5e3f);
  EXPECT_LE(times_.Estimate(Of(a_, 1000)), 5e6f);
}

TEST_F(WorkTimesTest, ManyUsesInOneMeasurementCountOnce) {
  Learn(Of(a_, 1000), 1e6);
  const std::vector<Work> works(100, Of(a_, 1000));
  times_.Learn({works.data(), works.size()}, 200e6, Evidence::kExact);
  EXPECT_FLOAT_EQ(times_.Estimate(Of(a_, 1000)), 2e6);
}

TEST_F(WorkTimesTest, AMeasurementIsSharedByEstimates) {
  Learn(Of(a_, 1000), 1e6);
  Learn(Of(b_, 1000), 3e6);
  const std::vector<Work> works = {Of(a_, 1000), Of(b_, 1000)};
  times_.Learn({works.data(), works.size()}, 8e6, Evidence::kExact);
  EXPECT_FLOAT_EQ(times_.Estimate(Of(a_, 1000)), 2e6);
  EXPECT_FLOAT_EQ(times_.Estimate(Of(b_, 1000)), 6e6);
}

TEST_F(WorkTimesTest, AFastDeviceMakesUnknownProgramsFaster) {
  const float before = times_.Estimate(Of(b_, 100000));
  for (int i = 0; i < 100; ++i) Learn(Of(a_, 100000), 1e6);
  EXPECT_LT(times_.Estimate(Of(b_, 100000)), before / 5);
}

TEST_F(WorkTimesTest, CopiesAreLearnedToo) {
  const Work copy = WorkTimes::Copy(64 << 20);
  Learn(copy, 30e6);
  EXPECT_FLOAT_EQ(times_.Estimate(copy), 30e6);
}

}  // namespace
}  // namespace dml
