#include "tensorflow/core/common_runtime/dml/runtime/operators/products/matrix_trial.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <iterator>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <utility>

#include "tensorflow/core/common_runtime/dml/runtime/base/cache_file.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/start_thread.h"

namespace dml {
namespace {

constexpr CacheMagic kMagic = {'D', 'M', 'L', 'M', 'A', 'T', 'R', '2'};
constexpr int kStrikes = 2;  // end it

// What the file holds.
struct Record {
  enum class Kind { kNothing, kRight, kWrong, kStrikes, kChecking };
  Kind kind = Kind::kNothing;
  int strikes = 0;                 // kStrikes; kChecking: before this check
  std::string start_of_machine{};  // kChecking: MatrixTrialOptions'
};

constexpr const char* kWords[] = {"", "right", "wrong", "strikes", "checking"};

std::string Text(const Record& record) {
  std::string text = kWords[static_cast<int>(record.kind)];
  if (record.kind >= Record::Kind::kStrikes) {
    text += " " + std::to_string(record.strikes);
  }
  if (!record.start_of_machine.empty()) text += " " + record.start_of_machine;
  return text;
}

Record Parse(const std::string& text) {
  std::istringstream words(text);
  std::string kind;
  Record record;
  words >> kind >> record.strikes >> record.start_of_machine;
  // Nobody vouches for the file.
  record.strikes = std::clamp(record.strikes, 0, kStrikes);
  for (int i = 0; i < static_cast<int>(std::size(kWords)); ++i) {
    if (kind == kWords[i]) record.kind = static_cast<Record::Kind>(i);
  }
  return record;
}

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
  void End(const Status& status, int strikes) {
    std::lock_guard<std::mutex> lock(mutex);
    const Code code = status.code();
    if (late || code == Code::kDeadlineExceeded || code == Code::kDeviceLost) {
      Write({Record::Kind::kStrikes, strikes + 1});
    } else if (code == Code::kOutOfMemory || code == Code::kUnavailable ||
               (!status.ok() && stop.load())) {
      Write({Record::Kind::kStrikes, strikes});
    } else {
      Write({status.ok() ? Record::Kind::kRight : Record::Kind::kWrong});
    }
    if (late) return;
    verdict = status.ok() ? MatrixVerdict::kRight : MatrixVerdict::kWrong;
    if (!status.ok() && !stop.load()) options.warn(status.message());
  }

  void Write(const Record& record) {
    if (record.kind == Record::Kind::kStrikes && record.strikes == 0) {
      std::remove(options.path.c_str());
    } else {
      (void)WriteCacheFile(options.path, kMagic, Text(record));
    }
  }

  Record Read() {
    std::string text;
    if (ReadCacheFile(options.path, kMagic, &text) != CacheRead::kRead) {
      return {};
    }
    Record record = Parse(text);
    if (record.kind == Record::Kind::kChecking) {
      // Its lock is ours, so that check has ended, without a word.
      const bool interrupted =
          !record.start_of_machine.empty() &&
          record.start_of_machine == options.start_of_machine;
      record = {Record::Kind::kStrikes, record.strikes + (interrupted ? 0 : 1)};
    }
    return record;
  }
};

MatrixTrial::MatrixTrial(MatrixTrialOptions options)
    : state_(std::make_shared<State>(std::move(options))) {}

MatrixTrial::~MatrixTrial() { Stop(); }

MatrixVerdict MatrixTrial::verdict(bool wait) {
  std::unique_lock<std::mutex> lock(state_->mutex);
  if (!state_->started) {
    std::thread thread;
    state_->started = StartThread([state = state_] { Run(state); }, &thread);
    if (state_->started) {
      thread.detach();
    } else if (wait) {
      state_->started = true;
      lock.unlock();
      Run(state_);  // here, then
      lock.lock();
    }  // else the next call tries again
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
    const Record record = state->Read();
    const bool known = record.kind == Record::Kind::kRight ||
                       record.kind == Record::Kind::kWrong;
    std::unique_lock<std::mutex> lock(state->mutex);
    if (known) {
      state->verdict = record.kind == Record::Kind::kRight
                           ? MatrixVerdict::kRight
                           : MatrixVerdict::kWrong;
    } else if (record.strikes >= kStrikes) {
      lock.unlock();
      state->End(Internal("twice, the process that checked them ended in doing "
                          "so, or the check took too long"),
                 record.strikes);
    } else if (!state->stop) {
      state->Write(
          {Record::Kind::kChecking, record.strikes, options.start_of_machine});
      state->begin_ns = options.clock();
      state->checking = true;
      lock.unlock();
      state->End(options.check(state->stop), record.strikes);
    }
  }
  std::lock_guard<std::mutex> lock(state->mutex);
  state->ended = true;
  state->changed.notify_all();
}

}  // namespace dml
