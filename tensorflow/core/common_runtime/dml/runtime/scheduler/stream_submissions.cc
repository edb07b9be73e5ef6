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
      batch.command_count(),
      " recorded commands, even with nothing else under way: ", cause.message(),
      ". Their results are lost, so the device has to be opened anew: "
      "close other programs that use the GPU, or use a smaller batch");
}

}  // namespace

Status Stream::Impl::SendRun(Batch* batch, Lane* lane, size_t begin, size_t end,
                             hal::QueuePoint wait) {
  BatchCutter cutter(batch->On(lane->queue), begin, end, times_, target_ns_);
  BatchCutter::Piece piece;
  while (cutter.Next(&piece)) {
    if (stopped_) return this->status();  // the driver is about to go
    // The slot's last submission has to be complete.
    const uint64_t value = lane->last_value + 1;
    if (value > kMaxSubmissions) {
      DML_RETURN_IF_ERROR(Retire(lane, value - kMaxSubmissions));
    }
    Status status = SendPiece(batch, lane, piece, value, wait);
    if (status.code() == Code::kOutOfMemory) {
      DML_RETURN_IF_ERROR(MakeRoomFor(batch));
      status = SendPiece(batch, lane, piece, value, wait);
      if (status.code() == Code::kOutOfMemory) return NoRoom(*batch, status);
    }
    DML_RETURN_IF_ERROR(status);
    wait.value = 0;  // what follows comes behind it
  }
  return Status::Ok();
}

Status Stream::Impl::MakeRoomFor(Batch* batch) {
  for (Lane& lane : lanes_) DML_RETURN_IF_ERROR(Retire(&lane, lane.last_value));
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

Status Stream::Impl::SendPiece(Batch* batch, Lane* lane,
                               const BatchCutter::Piece& piece, uint64_t value,
                               const hal::QueuePoint& wait) {
  const auto queue = static_cast<size_t>(lane->queue);
  const std::vector<Batch::Command>& commands = batch->commands[queue];
  Submission& submission = lane->submissions[value % kMaxSubmissions];
  submission.piece = piece;
  Plan(*batch, lane->queue, &submission);
  DML_RETURN_IF_ERROR(Begin(batch, *lane, &submission));
  hal::CommandList& list = *submission.list;
  const bool timed = submission.timestamps > 0;
  if (timed) list.Timestamp();
  size_t i = piece.begin;
  for (const Submission::Segment& segment : submission.segments) {
    for (; i < segment.end_command; ++i) {
      const Batch::Command& command = commands[i];
      if (command.barrier_before && piece.first_of_command()) {
        list.Barrier(command.barrier);
      }
      Record(*batch, command, piece, &list);
    }
    if (timed) list.Timestamp();
  }
  DML_RETURN_IF_ERROR(list.End());
  {
    std::lock_guard<std::mutex> lock(submissions_mutex_);
    submission.batch = batch;
    submission.value = value;
    submission.queue = lane->queue;
    submission.wait = wait;
    submission.first = NameOf(commands[piece.begin]);
    submission.last = NameOf(commands[piece.end - 1]);
    submission.profile_timestamps =
        submission.profiled ? submission.timestamps : 0;
    submission.alone = lane->retired + 1 == value;
  }
  submission.submitted_ns = HostNanoseconds();
  if (piece.begin == 0 && piece.first_of_command()) {
    batch->timings[queue].submitted_ns = submission.submitted_ns;
  }
  DML_RETURN_IF_ERROR(
      device_->Submit(&list, {lane->queue, value}, {&wait, wait.value > 0}));
  lane->last_value = value;
  if (piece.last_of_command()) {
    batch->sent_pieces[queue].push_back(
        {static_cast<uint32_t>(piece.end), value});
  }
  return Status::Ok();
}

// A command that is long, or whose time is not known, is timed alone where a
// barrier parts it from what comes before: what runs beside other work tells
// little of itself. In a profile every command is.
void Stream::Impl::Plan(const Batch& batch, hal::Queue queue,
                        Submission* submission) const {
  const BatchCutter::Piece& piece = submission->piece;
  submission->works.clear();
  submission->segments.clear();
  submission->profiled =
      !batch.timings[static_cast<size_t>(queue)].records.empty();
  bool after_barrier = false;  // the segment
  bool alone = false;          // some command of the segment would be timed so
  for (size_t i = piece.begin; i < piece.end; ++i) {
    const Batch::Command& command = batch.On(queue)[i];
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
  desc.members = {batch.members.data() + command.first_member,
                  command.member_count};
  list->Dispatch(desc);
}

// Begins the command list of a submission. Without timestamps, the work is done
// all the same.
Status Stream::Impl::Begin(Batch* batch, const Lane& lane,
                           Submission* submission) {
  submission->timestamps = 0;
  if (lane.has_clock) {
    const uint32_t wanted = submission->segments.size() + 1;
    const Status status = submission->list->Begin(wanted);
    if (status.ok()) submission->timestamps = wanted;
    if (status.ok() || status.code() == Code::kDeviceLost) return status;
  }
  if (submission->profiled) {
    Lock lock(mutex_);
    auto& records = batch->timings[static_cast<size_t>(lane.queue)].records;
    profile_->Drop(records.size());
    records.clear();
    submission->profiled = false;
  }
  return submission->list->Begin(0);
}

// One after the other, so that each tells when it completed where the device
// has no timestamps.
Status Stream::Impl::Retire(Lane* lane, uint64_t value) {
  for (;;) {
    uint64_t next;
    {
      std::lock_guard<std::mutex> lock(submissions_mutex_);
      next = lane->retired + 1;
    }
    if (next > value) return Status::Ok();
    uint64_t completed = 0;
    const bool late = !lane->has_clock &&
                      (!device_->Completed(lane->queue, &completed).ok() ||
                       completed >= next);
    DML_RETURN_IF_ERROR(WaitFor({lane->queue, next}));
    const uint64_t now_ns = lane->has_clock ? 0 : HostNanoseconds();
    std::lock_guard<std::mutex> lock(submissions_mutex_);
    if (lane->retired + 1 != next) continue;  // another thread was here
    LearnFrom(lane, &lane->submissions[next % kMaxSubmissions], now_ns, late);
    lane->retired = next;
  }
}

void Stream::Impl::LearnFrom(Lane* lane, Submission* submission,
                             uint64_t now_ns, bool late) {
  using Evidence = WorkTimes::Evidence;
  const std::vector<WorkTimes::Work>& works = submission->works;
  if (submission->timestamps == 0) {
    const uint64_t begin_ns =
        std::max(submission->submitted_ns, lane->last_retired_ns);
    lane->last_retired_ns = now_ns;
    if (lane->has_clock) return;         // it failed to tell
    late |= submission->wait.value > 0;  // it began later than that
    times_.Learn({works.data(), works.size()},
                 static_cast<double>(now_ns - begin_ns),
                 late ? Evidence::kAtMost : Evidence::kExact);
    return;
  }
  Batch::Timing& timing =
      submission->batch->timings[static_cast<size_t>(lane->queue)];
  if (!submission->list->ReadTimestamps(&ticks_).ok() ||
      ticks_.size() != submission->segments.size() + 1) {
    timing.failed = true;
    return;
  }
  if (submission->profiled) {
    std::vector<uint64_t>& all = timing.ticks;
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
    times_.Learn({works.data() + work, end_work - work},
                 lane->clock.tick_ns * static_cast<double>((ticks_[s] - begin) &
                                                           lane->clock_mask),
                 whole ? Evidence::kExact : Evidence::kAtLeast);
    work = end_work;
  }
}

// Says once what takes unusually long.
Status Stream::Impl::WaitFor(const hal::QueuePoint& point) {
  Values seen{};
  int waits = 0;
  for (;;) {
    const bool last = stopped_;
    const Status status =
        device_->Wait(point, last ? LastWaitNanoseconds() : kWaitNanoseconds);
    if (status.code() != Code::kDeadlineExceeded) return status;
    if (last) {
      working_on_ = true;
      return status;
    }
    // Either queue may wait for the other.
    Values completed{};
    if (!Completed(&completed).ok()) continue;
    if (completed != seen) {
      seen = completed;
      waits = 0;
    }
    if (++waits == kLongWaits) WarnOf(completed);
  }
}

Status Stream::Impl::Completed(Values* values) const {
  for (const Lane& lane : lanes_) {
    if (!lane.exists) continue;
    DML_RETURN_IF_ERROR(device_->Completed(
        lane.queue, &(*values)[static_cast<size_t>(lane.queue)]));
  }
  return Status::Ok();
}

const Submission* Stream::Impl::Running(const Values& completed) const {
  for (const Lane& lane : lanes_) {
    const uint64_t value = completed[static_cast<size_t>(lane.queue)] + 1;
    const Submission& oldest = lane.submissions[value % kMaxSubmissions];
    const hal::QueuePoint& wait = oldest.wait;
    if (oldest.value == value &&
        completed[static_cast<size_t>(wait.queue)] >= wait.value) {
      return &oldest;
    }
  }
  return nullptr;
}

void Stream::Impl::WarnOf(const Values& completed) {
  Lock lock(mutex_);
  std::lock_guard<std::mutex> submissions_lock(submissions_mutex_);
  const Submission* const submission = Running(completed);
  if (submission == nullptr) return;
  Lane& lane = this->lane(submission->queue);
  if (lane.warned >= submission->value) return;
  lane.warned = submission->value;
  std::fprintf(stderr,
               "tensorflow-directml: adapter \"%s\" has been at work on one "
               "submission for more than %d s: %s. Systems may reset a device "
               "that takes so long\n",
               device_->info().name.c_str(), kLongWaits,
               Describe(submission->first, submission->last,
                        submission->piece.end - submission->piece.begin)
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
  Values retired{};
  for (const Lane& lane : lanes_) {
    retired[static_cast<size_t>(lane.queue)] = lane.retired;
  }
  const Submission* const oldest = Running(retired);
  std::string work;
  if (oldest != nullptr) {
    work = Describe(oldest->first, oldest->last,
                    oldest->piece.end - oldest->piece.begin);
  } else if (batch.command_count() > 0) {
    const std::vector<Batch::Command>& commands =
        batch.commands[0].empty() ? batch.commands[1] : batch.commands[0];
    work = Describe(NameOf(commands.front()), NameOf(commands.back()),
                    commands.size());
  } else {
    return status;
  }
  return Error(status.code(), status.message(), ". In flight: ", work);
}

}  // namespace dml
