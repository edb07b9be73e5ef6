// Sending and completing batches: the two threads of a stream, and what they
// share with threads that wait.

#include <algorithm>
#include <cstring>

#include "tensorflow/core/common_runtime/dml/runtime/scheduler/stream_impl.h"

namespace dml {
namespace {

// The stream whose callbacks this thread runs now.
thread_local const void* calling_back = nullptr;

}  // namespace

bool Stream::Impl::InsideCallback() const { return calling_back == this; }

uint64_t Stream::Impl::LastWaitNanoseconds() {
  return std::chrono::nanoseconds(kLastWait).count();
}

bool Stream::Impl::ShouldSend() const {
  const size_t commands = current_->command_count();
  return flush_requested_ || stopping_ || !status_.ok() ||
         commands >= options_.flush_commands ||
         current_->staging_bytes >= options_.flush_staging_bytes ||
         current_->estimate_ns >= target_ns_ ||
         (in_flight_.empty() && commands >= idle_flush_);
}

bool Stream::Impl::CanSend() const {
  return !sending_ && !free_.empty() && !current_->empty();
}

void Stream::Impl::SubmissionLoop() {
  const auto max_age = std::chrono::microseconds(options_.flush_microseconds);
  Lock lock(mutex_);
  bool alert = false;  // there was work lately
  for (;;) {
    const bool launches_wait = Waiting() > 0;
    if (launches_wait && (stopping_ || WaitingIsDue())) SendWaiting();
    if (current_->empty()) {
      flush_requested_ = false;
      const bool idle = completed_sequence_ + 1 == current_->sequence;
      if (stopping_ && idle) {
        submitted_.notify_one();  // this thread may have completed the last
        return;
      }
      if (alert || launches_wait) {
        // A batch that begins now is due no earlier, so it need not wake this
        // thread: waking costs more than recording.
        alert = work_.wait_for(lock, max_age) != std::cv_status::timeout;
      } else {
        submission_asleep_ = true;
        work_.wait(lock);
        submission_asleep_ = false;
      }
      continue;
    }
    alert = true;
    if (!CanSend()) {
      submission_blocked_ = true;
      work_.wait(lock);
      submission_blocked_ = false;
      continue;
    }
    const Clock::time_point due = current_->since + max_age;
    if (!ShouldSend() && Clock::now() < due) {
      work_.wait_until(lock, due);
      continue;
    }
    SendCurrent(&lock);
    // Copies and callbacks are the completion thread's: nothing would be sent
    // while they run here.
    while (FrontHasFinished() && in_flight_.front()->completions.empty()) {
      CompleteFirst(&lock);
    }
    HandOver();
  }
}

void Stream::Impl::SendNow(Lock* lock) {
  flush_requested_ = true;
  if (CanSend()) {
    SendCurrent(lock);
  } else {
    work_.notify_one();
  }
}

void Stream::Impl::HandOver() {
  if (submission_blocked_) work_.notify_one();
  if (CanComplete() || (completion_asleep_ && StagingBytes() > 0)) {
    submitted_.notify_one();
  }
}

void Stream::Impl::SendCurrent(Lock* lock) {
  Batch* batch = current_;
  current_ = free_.back();
  free_.pop_back();
  current_->Reset(batch->sequence + 1);
  batch->early = !flush_requested_ && in_flight_.empty() &&
                 batch->command_count() >= idle_flush_;
  if (batch->early) idle_flush_ *= kIdleFlushGrowth;
  flush_requested_ = false;
  in_flight_.push_back(batch);
  progress_.notify_all();  // the new current batch has room
  Status status = status_;
  const bool has_commands = batch->command_count() > 0;
  if (has_commands) batch->sent = Clock::now();
  if (status.ok() && has_commands && !injected_.ok()) {
    status = std::exchange(injected_, Status::Ok());
  }

  sending_ = true;
  lock->unlock();
  if (status.ok() && has_commands) status = Send(batch);
  lock->lock();
  sending_ = false;
  if (stopped_) progress_.notify_all();

  for (size_t queue = 0; queue < lanes_.size(); ++queue) {
    batch->values[queue] = lanes_[queue].last_value;
  }
  statistics_.submissions = batch->values[0] + batch->values[1];
  if (!status.ok()) status = Latch(WithWork(status, *batch));
  batch->status = status;
  batch->submitted = true;
  // The thread waits for this while another one, which is here, may go on to
  // wait for the device.
  if (submission_blocked_) work_.notify_one();
  WakeToRelease();
}

void Stream::Impl::CompletionLoop() {
  Lock lock(mutex_);
  for (;;) {
    const bool in_flight = !in_flight_.empty();
    if (MayRelease()) {
      Release(&lock);
      continue;
    }
    if (CanComplete()) {
      CompleteFirst(&lock);
      continue;
    }
    if (stopping_ && !in_flight && !completing_ && current_->empty()) return;
    if (in_flight || StagingBytes() == 0) {
      completion_asleep_ = true;
      submitted_.wait(lock);
      completion_asleep_ = false;
      continue;
    }
    const uint64_t before = completed_sequence_;
    if (submitted_.wait_for(lock, kIdleStaging) == std::cv_status::timeout &&
        completed_sequence_ == before && !stopped_ && !working_on_) {
      upload_.Trim();
      readback_.Trim();
    }
  }
}

// What the batch's status becomes. On failure still waits for what the device
// runs, since its memory is about to go.
Status Stream::Impl::WaitForDevice(const Batch& batch) {
  Status status = batch.status;
  for (Lane& lane : lanes_) {
    const uint64_t value = batch.values[static_cast<size_t>(lane.queue)];
    if (value == 0) continue;
    if (status.ok()) {
      status = Retire(&lane, value);
      if (status.ok() || working_on_) continue;
    }
    // A lost device answers at once. One that cannot say may be at work.
    const Status last =
        device_->Wait({lane.queue, value}, LastWaitNanoseconds());
    if (!last.ok() && last.code() != Code::kDeviceLost) working_on_ = true;
  }
  return status;
}

bool Stream::Impl::CanComplete() const {
  return !completing_ && !in_flight_.empty() && in_flight_.front()->submitted;
}

bool Stream::Impl::FrontHasFinished() const {
  if (!CanComplete()) return false;
  const Batch& batch = *in_flight_.front();
  if (!batch.status.ok()) return false;
  for (const Lane& lane : lanes_) {
    const uint64_t wanted = batch.values[static_cast<size_t>(lane.queue)];
    if (wanted == 0) continue;
    {
      std::lock_guard<std::mutex> lock(submissions_mutex_);
      if (lane.retired >= wanted) continue;
    }
    uint64_t value = 0;
    if (!device_->Completed(lane.queue, &value).ok() || value < wanted) {
      return false;
    }
  }
  return true;
}

// Memory first, then callbacks, then whoever waits in Sync(): after Sync() all
// callbacks of earlier work have run.
void Stream::Impl::CompleteFirst(Lock* lock) {
  Batch* batch = in_flight_.front();
  completing_ = true;
  lock->unlock();
  Status status = WaitForDevice(*batch);
  std::array<Profile::Reading, hal::kQueues> times;
  if (status.ok() && batch->timed()) times = ReadTimes(*batch);
  if (status.ok()) {
    for (const Batch::Completion& completion : batch->completions) {
      if (completion.dst == nullptr) continue;
      memcpy(completion.dst, completion.src, completion.bytes);
    }
  }
  const bool keep = working_on_;
  for (Batch::RetiredHeap& retired : batch->retired_heaps) {
    space_->Unmap(retired.address);
    if (!keep) retired.heap.reset();
  }
  // Where the device failed, messages may name them yet.
  if (status.ok()) {
    for (const hal::Program* program : batch->retired_programs) {
      options_.chain_programs->Drop(program);
    }
  }
  std::vector<Batch::Completion> completions;
  completions.swap(batch->completions);
  const uint64_t sequence = batch->sequence;

  lock->lock();
  for (Batch::RetiredHeap& retired : batch->retired_heaps) {
    if (keep) kept_heaps_.push_back(std::move(retired.heap));
  }
  if (!status.ok()) status = Latch(WithWork(status, *batch));
  AdaptIdleFlush(*batch);
  for (const Lane& lane : lanes_) {
    const auto queue = static_cast<size_t>(lane.queue);
    const Batch::Timing& timing = batch->timings[queue];
    if (timing.records.empty()) continue;
    profile_->Add(lane.queue, timing.records, timing.commands, times[queue]);
  }
  if (two_queues_) pending_transfers_.Complete(sequence);
  for (const auto& slice : batch->uploads) upload_.Return(slice);
  for (const auto& slice : batch->readbacks) readback_.Return(slice);
  in_flight_.pop_front();
  WakeToRelease();
  const bool starved = free_.empty();
  free_.push_back(batch);
  progress_.notify_all();
  const bool send = starved || (!current_->empty() && ShouldSend());
  lock->unlock();
  if (send) work_.notify_one();

  const void* const outer = std::exchange(calling_back, this);
  for (Batch::Completion& completion : completions) {
    if (completion.done) completion.done(status);
  }
  completions.clear();
  calling_back = outer;
  if (options_.completed) options_.completed();

  lock->lock();
  completing_ = false;
  completed_sequence_ = sequence;
  progress_.notify_all();
  if (stopping_) {
    work_.notify_one();
    submitted_.notify_one();
  }
}

void Stream::Impl::AdaptIdleFlush(const Batch& batch) {
  // Of a few commands, what sending costs would decide.
  if (batch.early || batch.command_count() == 0) return;
  const auto recording = batch.sent - batch.since;
  const auto working = Clock::now() - batch.sent;
  if (kIdleFlushShare * working > recording) idle_flush_ = kIdleFlushCommands;
}

const Status& Stream::Impl::Latch(const Status& status) {
  if (!status_.ok()) return status_;
  status_ = status;
  failed_ = !status.ok();
  SendWaiting();  // which forgets them
  progress_.notify_all();
  work_.notify_one();
  WakeToRelease();
  return status_;
}

}  // namespace dml
