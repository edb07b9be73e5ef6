#include "tensorflow/core/common_runtime/dml/runtime/operators/products/matrix_trial.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/cache_file.h"

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
    options.start_of_machine = start_of_machine_;
    options.limit_ns = 100;
    options.clock = [this] { return now_.load(); };
    return std::make_unique<MatrixTrial>(options);
  }

  // A check that hangs in a driver, as long as this lives.
  class Hanging {
   public:
    explicit Hanging(MatrixTrialTest* test) {
      trial_ = test->Trial([state = state_](const std::atomic<bool>&) {
        state->begun.set_value();
        state->released.wait();
        return Status::Ok();
      });
      EXPECT_EQ(trial_->verdict(false), MatrixVerdict::kPending);
      state_->begun.get_future().wait();
    }
    ~Hanging() { state_->release.set_value(); }
    MatrixTrial* operator->() { return trial_.get(); }

   private:
    // The thread has it, too.
    struct State {
      std::promise<void> begun, release;
      std::shared_future<void> released = release.get_future().share();
    };
    const std::shared_ptr<State> state_ = std::make_shared<State>();
    std::unique_ptr<MatrixTrial> trial_;
  };

  std::string path_, start_of_machine_;
  std::atomic<uint64_t> now_{0};
  std::atomic<int> checks_{0};
  std::vector<std::string> warnings_;
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
  Hanging trial(this);
  EXPECT_EQ(trial->verdict(false), MatrixVerdict::kPending);
  now_ = 100;
  EXPECT_EQ(trial->verdict(true), MatrixVerdict::kWrong);
  EXPECT_EQ(warnings_.size(), 1u);
  trial->Stop();  // comes back, too
}

TEST_F(MatrixTrialTest, TheSecondStrikeEndsIt) {
  for (int i = 0; i < 2; ++i) {
    Hanging trial(this);
    now_ += 100;
    EXPECT_EQ(trial->verdict(true), MatrixVerdict::kWrong);
  }
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Trial(Right)->verdict(true), MatrixVerdict::kWrong);
    EXPECT_EQ(checks_, 2);
    EXPECT_EQ(warnings_.size(), 3u);
  }
}

TEST_F(MatrixTrialTest, OneStrikeIsForgiven) {
  {
    Hanging trial(this);
    now_ += 100;
    EXPECT_EQ(trial->verdict(true), MatrixVerdict::kWrong);
  }
  EXPECT_EQ(Trial(Right)->verdict(true), MatrixVerdict::kRight);
}

TEST_F(MatrixTrialTest, AnInterruptedCheckIsNoStrike) {
  for (int i = 0; i < 3; ++i) {
    const auto begun = std::make_shared<std::promise<void>>();
    const auto trial = Trial([begun](const std::atomic<bool>& stop) {
      begun->set_value();
      while (!stop) std::this_thread::yield();
      return Internal("stopped");
    });
    (void)trial->verdict(false);
    begun->get_future().wait();
    trial->Stop();
  }
  EXPECT_TRUE(warnings_.empty());
  EXPECT_EQ(Trial(Right)->verdict(true), MatrixVerdict::kRight);
  EXPECT_EQ(checks_, 4);
}

TEST_F(MatrixTrialTest, NumbersInTheFileAreNotTrusted) {
  constexpr CacheMagic kMagic = {'D', 'M', 'L', 'M', 'A', 'T', 'R', '2'};
  // Of strikes there is no negative number, and no more to add to the largest.
  for (const char* text : {"checking 2147483647", "strikes 99999999999"}) {
    ASSERT_TRUE(WriteCacheFile(path_, kMagic, text));
    EXPECT_EQ(Trial(Right)->verdict(true), MatrixVerdict::kWrong) << text;
    EXPECT_EQ(checks_, 0) << text;
  }
  ASSERT_TRUE(WriteCacheFile(path_, kMagic, "strikes -2147483648"));
  for (int i = 0; i < 2; ++i) {
    Hanging trial(this);
    now_ += 100;
    EXPECT_EQ(trial->verdict(true), MatrixVerdict::kWrong);
  }
  EXPECT_EQ(Trial(Right)->verdict(true), MatrixVerdict::kWrong);
  EXPECT_EQ(checks_, 2);
}

TEST_F(MatrixTrialTest, WithoutMemoryNothingIsKnown) {
  for (Code code : {Code::kOutOfMemory, Code::kUnavailable}) {
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(Trial([code](const auto&) {
                  return Error(code, "no room");
                })->verdict(true),
                MatrixVerdict::kWrong);
    }
  }
  EXPECT_EQ(Trial(Right)->verdict(true), MatrixVerdict::kRight);
}

TEST_F(MatrixTrialTest, ACrashOrAHangElsewhereIsAStrike) {
  for (Code code : {Code::kDeviceLost, Code::kDeadlineExceeded}) {
    EXPECT_EQ(Trial([code](const auto&) {
                return Error(code, "crashed");
              })->verdict(true),
              MatrixVerdict::kWrong);
  }
  EXPECT_EQ(Trial(Right)->verdict(true), MatrixVerdict::kWrong);
  EXPECT_EQ(checks_, 2);
  EXPECT_EQ(warnings_.size(), 3u);
}

// A process that ends amid a check writes no more.
class MatrixTrialDeathTest : public MatrixTrialTest {
 protected:
  void EndAmidACheck() {
    EXPECT_EXIT((void)Trial([](const std::atomic<bool>&) -> Status {
                  _exit(7);
                })->verdict(true),
                testing::ExitedWithCode(7), "");
  }
};

TEST_F(MatrixTrialDeathTest, IsAStrikeWhereTheCheckMayHaveEndedIt) {
  EndAmidACheck();
  EndAmidACheck();
  EXPECT_EQ(Trial(Right)->verdict(true), MatrixVerdict::kWrong);
}

TEST_F(MatrixTrialDeathTest, IsNoneWhereItCannot) {
  start_of_machine_ = "one";
  for (int i = 0; i < 3; ++i) EndAmidACheck();
  EXPECT_EQ(Trial(Right)->verdict(true), MatrixVerdict::kRight);
}

TEST_F(MatrixTrialDeathTest, IsAStrikeWhereTheMachineWentDown) {
  for (const char* start : {"one", "two"}) {
    start_of_machine_ = start;
    EndAmidACheck();
  }
  start_of_machine_ = "three";
  EXPECT_EQ(Trial(Right)->verdict(true), MatrixVerdict::kWrong);
  EXPECT_EQ(checks_, 0);
}

}  // namespace
}  // namespace dml
