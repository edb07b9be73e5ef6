// How a stream ends: what it gives back when its device fails, and how it
// stops when the process exits.

#include <memory>
#include <utility>

#include "tensorflow/core/common_runtime/dml/runtime/scheduler/stream_impl.h"

namespace dml {

bool Stream::Impl::MayRelease() const {
  return !status_.ok() && !stopped_ && !released_ && !working_on_ &&
         in_flight_.empty() && !sending_ && host_copies_ == 0 &&
         current_->command_count() == 0 && current_->retired_heaps.empty();
}

void Stream::Impl::WakeToRelease() {
  if (MayRelease()) submitted_.notify_one();
}

void Stream::Impl::Release(Lock* lock) {
  released_ = true;
  for (Lane& lane : lanes_) {
    for (Submission& submission : lane.submissions) submission.list.reset();
  }
  upload_.Trim();
  readback_.Trim();
  const std::function<void()> release = std::exchange(release_, nullptr);
  releasing_ = true;
  lock->unlock();
  if (release) release();
  lock->lock();
  releasing_ = false;
  progress_.notify_all();
}

void Stream::Impl::OnFailure(std::function<void()> release) {
  Lock lock(mutex_);
  progress_.wait(lock, [this] { return !releasing_; });
  if (!released_) release_ = std::move(release);
}

bool Stream::Impl::WaitForRelease(std::chrono::nanoseconds at_most) {
  Lock lock(mutex_);
  if (InsideCallback()) return released_ && !releasing_;
  return progress_.wait_for(lock, at_most,
                            [this] { return released_ && !releasing_; });
}

void Stream::Impl::Stop(const Status& status) {
  Lock lock(mutex_);
  stopped_ = true;
  Latch(status);
  work_.notify_one();
  submitted_.notify_one();
  const bool inside = InsideCallback();
  progress_.wait_for(lock, kLastWait, [this, inside] {
    if (sending_ || releasing_) return false;
    return inside || (in_flight_.empty() && !completing_ && current_->empty());
  });
}

void Stream::OnFailure(std::function<void()> release) {
  impl_->OnFailure(std::move(release));
}
bool Stream::WaitForRelease(std::chrono::nanoseconds at_most) {
  return impl_->WaitForRelease(at_most);
}
void Stream::Stop(const Status& status) { impl_->Stop(status); }

}  // namespace dml
