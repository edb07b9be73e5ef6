#include "tensorflow/core/common_runtime/dml/runtime/shaders/program_maker.h"

#include <utility>

#include "tensorflow/core/common_runtime/dml/runtime/base/start_thread.h"

namespace dml {

ProgramMaker::~ProgramMaker() { Stop(); }

void ProgramMaker::Ask(std::function<void()> make) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (stopped_) return;
  wanted_.push_back(std::move(make));
  if (!thread_.joinable() && !StartThread([this] { Loop(); }, &thread_)) {
    wanted_.clear();  // work does without
    return;
  }
  changed_.notify_all();
}

void ProgramMaker::Loop() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopped_ || !wanted_.empty(); });
    if (stopped_) return;
    const std::function<void()> make = std::move(wanted_.front());
    wanted_.pop_front();
    making_ = true;
    lock.unlock();
    make();
    lock.lock();
    making_ = false;
    changed_.notify_all();
  }
}

void ProgramMaker::Finish() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock,
                [this] { return stopped_ || (wanted_.empty() && !making_); });
}

void ProgramMaker::Stop() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

}  // namespace dml
