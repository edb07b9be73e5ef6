// What a stream does for profiles.

#include <memory>

#include "tensorflow/core/common_runtime/dml/runtime/scheduler/stream_impl.h"

namespace dml {

void Stream::Impl::Time(WorkKind kind, const Batch::Command& command,
                        uint64_t activity) {
  ProfileRecord record;
  record.activity = activity;
  record.bytes = command.copy_bytes;
  if (command.program != nullptr) {
    const uint32_t name = program_names_.Intern(command.program->name());
    record.program = program_names_.name(name).c_str();
  }
  record.kind = kind;
  Batch::Timing& timing = current_->timings[static_cast<size_t>(command.queue)];
  timing.records.push_back(record);
  timing.commands.push_back(current_->On(command.queue).size() - 1);
}

std::array<Profile::Reading, hal::kQueues> Stream::Impl::ReadTimes(
    const Batch& batch) {
  std::array<Profile::Reading, hal::kQueues> readings;
  for (size_t queue = 0; queue < readings.size(); ++queue) {
    const Batch::Timing& timing = batch.timings[queue];
    if (timing.records.empty()) continue;
    Profile::Reading& reading = readings[queue];
    if (!timing.failed) reading.ticks = timing.ticks;
    reading.submitted_ns = timing.submitted_ns;
    reading.retired_ns = HostNanoseconds();
    if (lanes_[queue].clock.calibrated &&
        !device_->ReadClocks(&reading.clock_ticks, &reading.clock_ns).ok()) {
      reading.clock_ns = 0;
    }
  }
  return readings;
}

Status Stream::Impl::StartProfile(const ProfileOptions& options) {
  Lock lock(mutex_);
  DML_RETURN_IF_ERROR(status_);
  if (profile_open_) {
    return Error(Code::kFailedPrecondition,
                 "a profile of this device is already being taken: stop it "
                 "first");
  }
  if (!lane(hal::Queue::kCompute).has_clock) {
    return Unimplemented("adapter \"", device_->info().name,
                         "\" has no timestamps on its compute queue, so there "
                         "are no device times; a newer driver may have them");
  }
  SendWaiting();
  const hal::DeviceClock clocks[] = {lanes_[0].clock, lanes_[1].clock};
  profile_ = std::make_unique<Profile>(options, clocks);
  profile_open_ = true;
  profiling_ = true;
  return Status::Ok();
}

Status Stream::Impl::StopProfile() {
  if (InsideCallback()) {
    return Error(
        Code::kFailedPrecondition,
        "a completion callback must not stop its own stream's profile");
  }
  {
    Lock lock(mutex_);
    if (!profiling_) {
      return Error(Code::kFailedPrecondition,
                   "no profile of this device is being taken");
    }
    SendWaiting();
    profiling_ = false;
  }
  const Status status = Sync();
  Lock lock(mutex_);
  profile_open_ = false;
  return status;
}

size_t Stream::Impl::ReadProfile(Span<ProfileRecord> records) {
  Lock lock(mutex_);
  return profile_ == nullptr ? 0 : profile_->Take(records);
}

ProfileStatistics Stream::Impl::profile_statistics() const {
  ProfileStatistics result;
  Lock lock(mutex_);
  {
    std::lock_guard<std::mutex> submissions_lock(submissions_mutex_);
    for (const Lane& lane : lanes_) {
      for (const Submission& submission : lane.submissions) {
        result.timestamp_room += submission.profile_timestamps;
      }
    }
  }
  if (profile_ != nullptr) {
    result.waiting = profile_->waiting();
    result.dropped = profile_->dropped();
  }
  return result;
}

}  // namespace dml
