#include "tensorflow/core/common_runtime/dml/runtime/base/background_saver.h"

#include <algorithm>
#include <utility>

#include "tensorflow/core/common_runtime/dml/runtime/base/start_thread.h"

namespace dml {

BackgroundSaver::BackgroundSaver(Save save)
    : BackgroundSaver(std::move(save), Delays()) {}

BackgroundSaver::BackgroundSaver(Save save, const Delays& delays)
    : save_(std::move(save)), delays_(delays) {}

BackgroundSaver::~BackgroundSaver() { Stop(); }

void BackgroundSaver::Note() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (stopping_) return;
  newest_ = Clock::now();
  if (!news_) oldest_ = newest_;
  // While the thread waits for quiet, later news need not wake it.
  if (!std::exchange(news_, true)) changed_.notify_one();
  // Without a thread, Finish() saves.
  if (!thread_.joinable()) (void)StartThread([this] { Loop(); }, &thread_);
}

void BackgroundSaver::Stop() {
  std::thread thread;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    thread.swap(thread_);
    changed_.notify_one();
  }
  if (thread.joinable()) thread.join();
}

void BackgroundSaver::Finish() {
  Stop();
  std::lock_guard<std::mutex> saving(saving_);
  const Clock::time_point end = Clock::now() + delays_.last;
  save_([end] { return Clock::now() >= end; });
}

bool BackgroundSaver::stopping() {
  std::lock_guard<std::mutex> lock(mutex_);
  return stopping_;
}

void BackgroundSaver::Loop() {
  std::unique_lock<std::mutex> lock(mutex_);
  Clock::time_point rested = Clock::now();
  for (;;) {
    changed_.wait(lock, [this] { return news_ || stopping_; });
    for (;;) {
      if (stopping_) return;
      const Clock::time_point due = std::max(
          rested, std::min(newest_ + delays_.quiet, oldest_ + delays_.longest));
      if (Clock::now() >= due) break;
      changed_.wait_until(lock, due);
    }
    news_ = false;
    lock.unlock();
    const Clock::time_point begin = Clock::now();
    {
      std::lock_guard<std::mutex> saving(saving_);
      save_([this] { return stopping(); });
    }
    const Clock::time_point end = Clock::now();
    rested = end + delays_.rest * (end - begin);
    lock.lock();
  }
}

}  // namespace dml
