#include "tensorflow/core/common_runtime/dml/runtime/operators/products/matrix_trial.h"

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <thread>
#include <utility>

#include "tensorflow/core/common_runtime/dml/runtime/base/cache_file.h"

namespace dml {
namespace {

constexpr CacheMagic kMagic = {'D', 'M', 'L', 'M', 'A', 'T', 'R', '1'};

// What the file holds: a verdict, or strikes. A check's own is there while it
// runs.
constexpr char kRight[] = "right";
constexpr char kWrong[] = "wrong";
constexpr char kOnce[] = "begun once";
constexpr char kTwice[] = "begun twice";

// How often a waiting thread looks at the clock.
constexpr std::chrono::milliseconds kPeriod(10);

}  // namespace

struct MatrixTrial::State {
  explicit State(MatrixTrialOptions given) : options(std::move(given)) {}

  const MatrixTrialOptions options;
  std::atomic<bool> stop{false};
  std::mutex mutex;
  std::condition_variable changed;
  // Guarded by mutex.
  bool started = false;   // the thread
  bool checking = false;  // since begin_ns
  uint64_t begin_ns = 0;
  bool late = false;
  bool ended = false;  // the thread
  MatrixVerdict verdict = MatrixVerdict::kPending;

  // With the lock held: gives up a check whose time is over. True when there is
  // nothing to wait for.
  bool Settled() {
    if (verdict == MatrixVerdict::kPending && checking &&
        options.clock() - begin_ns >= options.limit_ns) {
      late = true;
      verdict = MatrixVerdict::kWrong;
      options.warn("their check did not end in time");
    }
    return verdict != MatrixVerdict::kPending || ended;
  }

  // By the thread, when the check came back.
  void End(const Status& status, const std::string& before) {
    std::lock_guard<std::mutex> lock(mutex);
    if (late) return;  // the strike stays
    const bool nothing =
        status.code() == Code::kOutOfMemory || (!status.ok() && stop.load());
    if (!nothing) {
      (void)WriteCacheFile(options.path, kMagic, status.ok() ? kRight : kWrong);
    } else if (before.empty()) {
      std::remove(options.path.c_str());
    } else {
      (void)WriteCacheFile(options.path, kMagic, before);
    }
    verdict = status.ok() ? MatrixVerdict::kRight : MatrixVerdict::kWrong;
    if (!status.ok() && !stop.load()) options.warn(status.message());
  }
};

MatrixTrial::MatrixTrial(MatrixTrialOptions options)
    : state_(std::make_shared<State>(std::move(options))) {}

MatrixTrial::~MatrixTrial() { Stop(); }

MatrixVerdict MatrixTrial::verdict(bool wait) {
  std::unique_lock<std::mutex> lock(state_->mutex);
  if (!state_->started) {
    state_->started = true;
    std::thread([state = state_] { Run(state); }).detach();
  }
  bool settled = state_->Settled();
  while (wait && !settled) {
    state_->changed.wait_for(lock, kPeriod);
    settled = state_->Settled();
  }
  return state_->verdict;
}

void MatrixTrial::Stop() {
  state_->stop = true;
  std::unique_lock<std::mutex> lock(state_->mutex);
  while (state_->started && !state_->ended && !state_->late) {
    // Nothing of a check that has not begun has to be waited for.
    if (!state_->checking || state_->Settled()) break;
    state_->changed.wait_for(lock, kPeriod);
  }
}

void MatrixTrial::Run(const std::shared_ptr<State>& state) {
  const MatrixTrialOptions& options = state->options;
  {
    const FileLock file(options.path);
    std::string before;
    if (ReadCacheFile(options.path, kMagic, &before) != CacheRead::kRead) {
      before.clear();
    }
    if (before == kTwice) {
      state->End(Internal("twice, the process that checked them ended in doing "
                          "so, or the check took too long"),
                 before);
    } else if (before == kRight || before == kWrong) {
      std::lock_guard<std::mutex> lock(state->mutex);
      state->verdict =
          before == kRight ? MatrixVerdict::kRight : MatrixVerdict::kWrong;
    } else {
      if (before != kOnce) before.clear();
      bool stopped;
      {
        std::lock_guard<std::mutex> lock(state->mutex);
        stopped = state->stop;
        if (!stopped) {
          (void)WriteCacheFile(options.path, kMagic,
                               before.empty() ? kOnce : kTwice);
          state->begin_ns = options.clock();
          state->checking = true;
        }
      }
      if (!stopped) state->End(options.check(state->stop), before);
    }
  }
  std::lock_guard<std::mutex> lock(state->mutex);
  state->ended = true;
  state->changed.notify_all();
}

}  // namespace dml
