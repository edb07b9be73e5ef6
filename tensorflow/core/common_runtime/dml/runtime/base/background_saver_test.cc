#include "tensorflow/core/common_runtime/dml/runtime/base/background_saver.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

namespace dml {
namespace {

BackgroundSaver::Delays Delays(std::chrono::hours quiet,
                               std::chrono::hours longest) {
  BackgroundSaver::Delays delays;
  delays.quiet = quiet;
  delays.longest = longest;
  delays.rest = 0;
  return delays;
}
constexpr std::chrono::hours kNow(0), kLater(1000);

// What is waited for may take as long as it likes.
void WaitFor(const std::atomic<int>& count, int value) {
  while (count < value) std::this_thread::yield();
}

TEST(BackgroundSaverTest, SavesWhatIsNoted) {
  std::atomic<int> saves{0};
  BackgroundSaver saver([&](const auto&) { ++saves; }, Delays(kNow, kLater));
  saver.Note();
  WaitFor(saves, 1);
  saver.Note();
  WaitFor(saves, 2);
}

TEST(BackgroundSaverTest, SavesWhereThereIsNeverQuiet) {
  std::atomic<int> saves{0};
  BackgroundSaver saver([&](const auto&) { ++saves; }, Delays(kLater, kNow));
  saver.Note();
  WaitFor(saves, 1);
}

TEST(BackgroundSaverTest, WaitsForQuietAndStopsAtOnce) {
  std::atomic<int> saves{0};
  BackgroundSaver saver([&](const auto&) { ++saves; }, Delays(kLater, kLater));
  saver.Note();
  saver.Note();
  saver.Stop();
  EXPECT_EQ(saves, 0);
  saver.Note();
  EXPECT_EQ(saves, 0);
}

TEST(BackgroundSaverTest, FinishingSavesOnceMoreAndGivesUpInTime) {
  BackgroundSaver::Delays delays = Delays(kLater, kLater);
  delays.last = std::chrono::milliseconds(1);
  std::atomic<int> saves{0};
  BackgroundSaver saver(
      [&](const auto& give_up) {
        while (!give_up()) std::this_thread::yield();
        ++saves;
      },
      delays);
  saver.Note();
  saver.Finish();
  EXPECT_EQ(saves, 1);
  saver.Note();  // nobody saves it
  EXPECT_EQ(saves, 1);
}

TEST(BackgroundSaverTest, NobodyWhoNotesWaitsForASave) {
  std::promise<void> begun, goon;
  std::atomic<int> saves{0};
  BackgroundSaver saver(
      [&](const auto&) {
        if (++saves > 1) return;
        begun.set_value();
        goon.get_future().wait();
      },
      Delays(kNow, kLater));
  saver.Note();
  begun.get_future().wait();
  for (int i = 0; i < 100; ++i) saver.Note();
  EXPECT_EQ(saves, 1);
  goon.set_value();
  WaitFor(saves, 2);  // what came meanwhile
}

TEST(BackgroundSaverTest, StoppingWaitsForTheSaveThatRuns) {
  std::promise<void> begun;
  std::atomic<bool> done{false};
  BackgroundSaver saver(
      [&](const auto& give_up) {
        begun.set_value();
        while (!give_up()) std::this_thread::yield();
        done = true;
      },
      Delays(kNow, kLater));
  saver.Note();
  begun.get_future().wait();
  saver.Stop();
  EXPECT_TRUE(done);
}

TEST(BackgroundSaverTest, RestsAfterwards) {
  BackgroundSaver::Delays delays = Delays(kNow, kLater);
  delays.rest = 1 << 30;  // of a moment: for hours
  std::atomic<int> saves{0};
  BackgroundSaver saver(
      [&](const auto&) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        ++saves;
      },
      delays);
  saver.Note();
  WaitFor(saves, 1);
  saver.Note();
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  EXPECT_EQ(saves, 1);
}

}  // namespace
}  // namespace dml
