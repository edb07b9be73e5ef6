#include "tensorflow/core/common_runtime/dml/runtime/operators/products/matrix_trial.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace dml {
namespace {

// A cache file, a clock that stands still until it is told, and what a check
// does.
class MatrixTrialTest : public testing::Test {
 protected:
  MatrixTrialTest() {
    std::string folder = testing::TempDir() + "trialXXXXXX";
    path_ = std::string(mkdtemp(&folder[0])) + "/matrices";
  }

  std::unique_ptr<MatrixTrial> Trial(
      std::function<Status(const std::atomic<bool>&)> check) {
    MatrixTrialOptions options;
    options.path = path_;
    options.check = [this, check](const std::atomic<bool>& stop) {
      ++checks_;
      return check(stop);
    };
    options.warn = [this](const std::string& why) { warnings_.push_back(why); };
    options.limit_ns = 100;
    options.clock = [this] { return now_.load(); };
    return std::make_unique<MatrixTrial>(options);
  }

  // A check that hangs until the test ends, as in a driver.
  std::unique_ptr<MatrixTrial> Hanging() {
    begun_ = std::promise<void>();
    return Trial([this](const std::atomic<bool>&) {
      begun_.set_value();
      release_.get_future().wait();
      return Status::Ok();
    });
  }

  std::string path_;
  std::atomic<uint64_t> now_{0};
  std::atomic<int> checks_{0};
  std::vector<std::string> warnings_;
  std::promise<void> begun_, release_;
};

Status Right(const std::atomic<bool>&) { return Status::Ok(); }

TEST_F(MatrixTrialTest, AVerdictIsKept) {
  EXPECT_EQ(Trial(Right)->verdict(true), MatrixVerdict::kRight);
  EXPECT_EQ(Trial([](const auto&) { return Internal("no"); })->verdict(true),
            MatrixVerdict::kRight);
  EXPECT_EQ(checks_, 1);
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(MatrixTrialTest, WrongOnesAreSaidOnce) {
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Trial([](const auto&) {
                return Internal("one differs");
              })->verdict(true),
              MatrixVerdict::kWrong);
  }
  EXPECT_EQ(checks_, 1);
  EXPECT_EQ(warnings_, std::vector<std::string>({"one differs"}));
}

TEST_F(MatrixTrialTest, NobodyWaitsForAHangingCheck) {
  const auto trial = Hanging();
  EXPECT_EQ(trial->verdict(false), MatrixVerdict::kPending);
  begun_.get_future().wait();
  EXPECT_EQ(trial->verdict(false), MatrixVerdict::kPending);
  now_ = 100;
  EXPECT_EQ(trial->verdict(true), MatrixVerdict::kWrong);
  EXPECT_EQ(warnings_.size(), 1u);
  trial->Stop();  // comes back, too
  release_.set_value();
}

TEST_F(MatrixTrialTest, TheSecondStrikeEndsIt) {
  // Two processes that ended in their checks: their files stay as they were.
  for (int i = 0; i < 2; ++i) {
    std::promise<void> release;
    std::promise<void> begun;
    const auto trial = Trial([&](const std::atomic<bool>&) {
      begun.set_value();
      release.get_future().wait();
      return Status::Ok();
    });
    (void)trial->verdict(false);
    begun.get_future().wait();
    now_ += 100;
    EXPECT_EQ(trial->verdict(true), MatrixVerdict::kWrong);
    release.set_value();
    // The next one's lock comes after this one's end.
  }
  EXPECT_EQ(Trial(Right)->verdict(true), MatrixVerdict::kWrong);
  EXPECT_EQ(checks_, 2);
  EXPECT_EQ(warnings_.size(), 3u);
  EXPECT_EQ(Trial(Right)->verdict(true), MatrixVerdict::kWrong);
  EXPECT_EQ(warnings_.size(), 3u);
}

TEST_F(MatrixTrialTest, OneStrikeIsForgiven) {
  {
    std::promise<void> release, begun;
    const auto trial = Trial([&](const std::atomic<bool>&) {
      begun.set_value();
      release.get_future().wait();
      return Status::Ok();
    });
    (void)trial->verdict(false);
    begun.get_future().wait();
    now_ += 100;
    EXPECT_EQ(trial->verdict(true), MatrixVerdict::kWrong);
    release.set_value();
  }
  EXPECT_EQ(Trial(Right)->verdict(true), MatrixVerdict::kRight);
}

TEST_F(MatrixTrialTest, AnInterruptedCheckIsNoStrike) {
  for (int i = 0; i < 3; ++i) {
    std::promise<void> begun;
    const auto trial = Trial([&](const std::atomic<bool>& stop) {
      begun.set_value();
      while (!stop) std::this_thread::yield();
      return Internal("stopped");
    });
    (void)trial->verdict(false);
    begun.get_future().wait();
    trial->Stop();
  }
  EXPECT_TRUE(warnings_.empty());
  EXPECT_EQ(Trial(Right)->verdict(true), MatrixVerdict::kRight);
  EXPECT_EQ(checks_, 4);
}

TEST_F(MatrixTrialTest, WithoutMemoryNothingIsKnown) {
  EXPECT_EQ(Trial([](const auto&) {
              return Error(Code::kOutOfMemory, "no room");
            })->verdict(true),
            MatrixVerdict::kWrong);
  EXPECT_EQ(Trial(Right)->verdict(true), MatrixVerdict::kRight);
}

}  // namespace
}  // namespace dml
