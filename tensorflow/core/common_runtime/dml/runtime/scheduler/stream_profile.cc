// What a stream does for profiles.

#include <memory>

#include "tensorflow/core/common_runtime/dml/runtime/scheduler/stream_impl.h"

namespace dml {

void Stream::Impl::Time(WorkKind kind) {
  const Batch::Command& command = current_->commands.back();
  ProfileRecord record;
  record.activity = profile_->Activity();
  record.bytes = command.copy_bytes;
  record.program = command.program;
  record.kind = kind;
  current_->timed.push_back(record);
  current_->timed_commands.push_back(current_->commands.size() - 1);
}

Profile::Reading Stream::Impl::ReadTimes(const Batch& batch) {
  Profile::Reading reading;
  if (!batch.ticks_failed) reading.ticks = batch.ticks;
  reading.submitted_ns = batch.submitted_ns;
  reading.retired_ns = HostNanoseconds();
  if (device_->clock().calibrated &&
      !device_->ReadClocks(&reading.clock_ticks, &reading.clock_ns).ok()) {
    reading.clock_ns = 0;
  }
  return reading;
}

Status Stream::Impl::StartProfile(const ProfileOptions& options) {
  const hal::DeviceClock clock = device_->clock();
  Lock lock(mutex_);
  DML_RETURN_IF_ERROR(status_);
  if (profile_open_) {
    return Error(Code::kFailedPrecondition,
                 "a profile of this device is already being taken: stop it "
                 "first");
  }
  if (clock.tick_ns == 0) {
    return Unimplemented("adapter \"", device_->info().name,
                         "\" has no timestamps on its compute queue, so there "
                         "are no device times; a newer driver may have them");
  }
  profile_ = std::make_unique<Profile>(options, clock);
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
    for (const Submission& submission : submissions_) {
      result.timestamp_room += submission.profile_timestamps;
    }
  }
  if (profile_ != nullptr) {
    result.waiting = profile_->waiting();
    result.dropped = profile_->dropped();
  }
  return result;
}

}  // namespace dml
