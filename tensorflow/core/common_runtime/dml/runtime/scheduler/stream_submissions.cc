// Batches as submissions: how they are recorded and sent, and what is learned
// from them when they complete.

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/scheduler/stream_impl.h"

namespace dml {
namespace {

constexpr uint64_t kWaitNanoseconds = uint64_t{1} * 1000 * 1000 * 1000;
// So many waits for one submission are said in the log.
constexpr int kLongWaits = 10;
// Commands that take longer have their time measured alone.
constexpr float kMeasuredAloneNs = 1e6f;

Status NoRoom(const Batch& batch, const Status& cause) {
  return Error(
      Code::kOutOfMemory, "the driver has no memory to run ",
      batch.commands.size(),
      " recorded commands, even with nothing else under way: ", cause.message(),
      ". Their results are lost, so the device has to be opened anew: "
      "close other programs that use the GPU, or use a smaller batch");
}

}  // namespace

Status Stream::Impl::Send(Batch* batch) {
  BatchCutter cutter(*batch, times_, target_ns_);
  BatchCutter::Piece piece;
  while (cutter.Next(&piece)) {
    if (stopped_) return this->status();  // the driver is about to go
    // The slot's last submission has to be complete.
    const uint64_t value = last_value_ + 1;
    if (value > kMaxSubmissions) {
      DML_RETURN_IF_ERROR(Retire(value - kMaxSubmissions));
    }
    Status status = SendPiece(batch, piece, value);
    if (status.code() == Code::kOutOfMemory) {
      DML_RETURN_IF_ERROR(MakeRoomFor(batch));
      status = SendPiece(batch, piece, value);
      if (status.code() == Code::kOutOfMemory) return NoRoom(*batch, status);
    }
    DML_RETURN_IF_ERROR(status);
  }
  return Status::Ok();
}

Status Stream::Impl::MakeRoomFor(Batch* batch) {
  DML_RETURN_IF_ERROR(Retire(last_value_));
  std::vector<Batch::RetiredHeap> unused;
  {
    Lock lock(mutex_);
    while (in_flight_.front() != batch && status_.ok()) {
      // Callbacks are not for this thread: nothing could be sent while they
      // run.
      submitted_.notify_one();
      progress_.wait(lock);
    }
    DML_RETURN_IF_ERROR(status_);  // what it waited for may have failed
    upload_.Trim();
    readback_.Trim();
    for (Batch* later : {batch, current_}) {
      std::vector<Batch::RetiredHeap>& retired = later->retired_heaps;
      const auto first = std::partition(retired.begin(), retired.end(),
                                        [&](const Batch::RetiredHeap& one) {
                                          return batch->Uses(one.heap.get()) ||
                                                 current_->Uses(one.heap.get());
                                        });
      std::move(first, retired.end(), std::back_inserter(unused));
      retired.erase(first, retired.end());
    }
  }
  for (const Batch::RetiredHeap& one : unused) space_->Unmap(one.address);
  unused.clear();
  if (options_.trim) options_.trim();
  return Status::Ok();
}

Status Stream::Impl::SendPiece(Batch* batch, const BatchCutter::Piece& piece,
                               uint64_t value) {
  Submission& submission = submissions_[value % kMaxSubmissions];
  submission.piece = piece;
  Plan(*batch, &submission);
  DML_RETURN_IF_ERROR(Begin(batch, &submission));
  hal::CommandList& list = *submission.list;
  const bool timed = submission.timestamps > 0;
  if (timed) list.Timestamp();
  size_t i = piece.begin;
  for (const Submission::Segment& segment : submission.segments) {
    for (; i < segment.end_command; ++i) {
      const Batch::Command& command = batch->commands[i];
      if (command.barrier_before && piece.first_of_command()) list.Barrier();
      Record(*batch, command, piece, &list);
    }
    if (timed) list.Timestamp();
  }
  DML_RETURN_IF_ERROR(list.End());
  {
    std::lock_guard<std::mutex> lock(submissions_mutex_);
    submission.batch = batch;
    submission.value = value;
    submission.first = NameOf(batch->commands[piece.begin]);
    submission.last = NameOf(batch->commands[piece.end - 1]);
    submission.profile_timestamps =
        submission.profiled ? submission.timestamps : 0;
    submission.alone = retired_ + 1 == value;
  }
  submission.submitted_ns = HostNanoseconds();
  if (piece.begin == 0 && piece.first_of_command()) {
    batch->submitted_ns = submission.submitted_ns;
  }
  DML_RETURN_IF_ERROR(device_->Submit(&list, value));
  last_value_ = value;
  return Status::Ok();
}

// A command that is long, or whose time is not known, is timed alone where a
// barrier parts it from what comes before: what runs beside other work tells
// little of itself. In a profile every command is.
void Stream::Impl::Plan(const Batch& batch, Submission* submission) const {
  const BatchCutter::Piece& piece = submission->piece;
  submission->works.clear();
  submission->segments.clear();
  submission->profiled = !batch.timed.empty();
  bool after_barrier = false;  // the segment
  bool alone = false;          // some command of the segment would be timed so
  for (size_t i = piece.begin; i < piece.end; ++i) {
    const Batch::Command& command = batch.commands[i];
    const WorkTimes::Work work =
        piece.slices == 1
            ? WorkOf(command)
            : CommandSlice(command, piece.slice, piece.slices).work;
    const bool barrier = command.barrier_before && piece.first_of_command();
    const bool apart =
        !times_.Known(work) || times_.Estimate(work) >= kMeasuredAloneNs;
    if (i == piece.begin) {
      after_barrier = barrier;
    } else if (submission->profiled || (barrier && (apart || alone))) {
      submission->segments.push_back(
          {i, submission->works.size(), after_barrier});
      after_barrier = barrier;
      alone = false;
    }
    alone |= apart;
    submission->works.push_back(work);
  }
  submission->segments.push_back(
      {piece.end, submission->works.size(), after_barrier});
}

void Stream::Impl::Record(const Batch& batch, const Batch::Command& command,
                          const BatchCutter::Piece& piece,
                          hal::CommandList* list) {
  const hal::Binding* bindings = batch.bindings.data() + command.first_binding;
  if (command.program == nullptr) {
    hal::Binding to = bindings[0], from = bindings[1];
    uint64_t bytes = command.copy_bytes;
    if (piece.slices > 1) {
      const CommandSlice slice(command, piece.slice, piece.slices);
      to.offset += slice.begin;
      from.offset += slice.begin;
      bytes = slice.bytes;
    }
    list->Copy(to, from, bytes);
    return;
  }
  hal::DispatchDesc desc;
  desc.program = command.program;
  std::copy_n(command.groups, 3, desc.groups);
  if (piece.slices > 1) {
    const CommandSlice slice(command, piece.slice, piece.slices);
    std::copy_n(slice.groups, 3, desc.groups);
    std::copy_n(slice.first, 3, desc.first);
  }
  desc.bindings = {bindings, command.binding_count};
  desc.constants = {batch.constants.data() + command.first_constant,
                    command.constant_bytes};
  list->Dispatch(desc);
}

// Begins the command list of a submission. Without timestamps, the work is done
// all the same.
Status Stream::Impl::Begin(Batch* batch, Submission* submission) {
  submission->timestamps = 0;
  if (device_has_clock_) {
    const uint32_t wanted = submission->segments.size() + 1;
    const Status status = submission->list->Begin(wanted);
    if (status.ok()) submission->timestamps = wanted;
    if (status.ok() || status.code() == Code::kDeviceLost) return status;
  }
  if (submission->profiled) {
    Lock lock(mutex_);
    profile_->Drop(batch->timed.size());
    batch->timed.clear();
    submission->profiled = false;
  }
  return submission->list->Begin(0);
}

// One after the other, so that each tells when it completed where the device
// has no timestamps.
Status Stream::Impl::Retire(uint64_t value) {
  for (;;) {
    uint64_t next;
    {
      std::lock_guard<std::mutex> lock(submissions_mutex_);
      next = retired_ + 1;
    }
    if (next > value) return Status::Ok();
    uint64_t completed = 0;
    const bool late =
        !device_has_clock_ &&
        (!device_->Completed(&completed).ok() || completed >= next);
    DML_RETURN_IF_ERROR(WaitFor(next));
    const uint64_t now_ns = device_has_clock_ ? 0 : HostNanoseconds();
    std::lock_guard<std::mutex> lock(submissions_mutex_);
    if (retired_ + 1 != next) continue;  // another thread was here
    LearnFrom(&submissions_[next % kMaxSubmissions], now_ns, late);
    retired_ = next;
  }
}

void Stream::Impl::LearnFrom(Submission* submission, uint64_t now_ns,
                             bool late) {
  using Evidence = WorkTimes::Evidence;
  const std::vector<WorkTimes::Work>& works = submission->works;
  if (submission->timestamps == 0) {
    const uint64_t begin_ns =
        std::max(submission->submitted_ns, last_retired_ns_);
    last_retired_ns_ = now_ns;
    if (device_has_clock_) return;  // it failed to tell
    times_.Learn({works.data(), works.size()},
                 static_cast<double>(now_ns - begin_ns),
                 late ? Evidence::kAtMost : Evidence::kExact);
    return;
  }
  if (!submission->list->ReadTimestamps(&ticks_).ok() ||
      ticks_.size() != submission->segments.size() + 1) {
    submission->batch->ticks_failed = true;
    return;
  }
  if (submission->profiled) {
    std::vector<uint64_t>& all = submission->batch->ticks;
    if (all.empty()) all.push_back(ticks_.front());
    if (submission->piece.last_of_command()) {
      all.insert(all.end(), ticks_.begin() + 1, ticks_.end());
    }
  }
  // From barrier to barrier: what a profile timed command by command, too.
  size_t work = 0;
  for (size_t s = 0; s < submission->segments.size();) {
    const bool whole = submission->segments[s].after_barrier ||
                       (s == 0 && (submission->alone ||
                                   !submission->piece.first_of_command()));
    const uint64_t begin = ticks_[s];
    do {
      ++s;
    } while (s < submission->segments.size() &&
             !submission->segments[s].after_barrier);
    const size_t end_work = submission->segments[s - 1].end_work;
    times_.Learn(
        {works.data() + work, end_work - work},
        clock_.tick_ns * static_cast<double>((ticks_[s] - begin) & clock_mask_),
        whole ? Evidence::kExact : Evidence::kAtLeast);
    work = end_work;
  }
}

// Says once what takes unusually long.
Status Stream::Impl::WaitFor(uint64_t value) {
  uint64_t running = 0;
  int waits = 0;
  for (;;) {
    const bool last = stopped_;
    const Status status =
        device_->Wait(value, last ? LastWaitNanoseconds() : kWaitNanoseconds);
    if (status.code() != Code::kDeadlineExceeded) return status;
    if (last) {
      working_on_ = true;
      return status;
    }
    uint64_t completed = 0;
    if (!device_->Completed(&completed).ok()) continue;
    if (completed + 1 != running) {
      running = completed + 1;
      waits = 0;
    }
    if (++waits == kLongWaits) WarnOf(running);
  }
}

void Stream::Impl::WarnOf(uint64_t value) {
  Lock lock(mutex_);
  std::lock_guard<std::mutex> submissions_lock(submissions_mutex_);
  const Submission& submission = submissions_[value % kMaxSubmissions];
  if (submission.value != value || warned_ >= value) return;
  warned_ = value;
  std::fprintf(stderr,
               "tensorflow-directml: adapter \"%s\" has been at work on one "
               "submission for more than %d s: %s. Systems may reset a device "
               "that takes so long\n",
               device_->info().name.c_str(), kLongWaits,
               Describe(submission.first, submission.last,
                        submission.piece.end - submission.piece.begin)
                   .c_str());
}

// ---- Names, for messages ---------------------------------------------------

Submission::Name Stream::Impl::NameOf(const Batch::Command& command) {
  return {command.program, command.tag};
}

std::string Stream::Impl::Describe(const Submission::Name& first,
                                   const Submission::Name& last,
                                   size_t commands) const {
  const auto text = [this](const Submission::Name& name) -> std::string {
    if (name.program == nullptr) return "a copy";
    return std::string(name.program->name()) + " (" + tags_.name(name.tag) +
           ")";
  };
  if (commands == 1) return text(first);
  return std::to_string(commands) + " commands, from " + text(first) + " to " +
         text(last);
}

Status Stream::Impl::WithWork(const Status& status, const Batch& batch) {
  if (status.code() != Code::kDeviceLost || !status_.ok()) return status;
  std::lock_guard<std::mutex> lock(submissions_mutex_);
  const Submission& oldest = submissions_[(retired_ + 1) % kMaxSubmissions];
  std::string work;
  if (oldest.value == retired_ + 1) {
    work = Describe(oldest.first, oldest.last,
                    oldest.piece.end - oldest.piece.begin);
  } else if (!batch.commands.empty()) {
    work = Describe(NameOf(batch.commands.front()),
                    NameOf(batch.commands.back()), batch.commands.size());
  } else {
    return status;
  }
  return Error(status.code(), status.message(), ". In flight: ", work);
}

}  // namespace dml
