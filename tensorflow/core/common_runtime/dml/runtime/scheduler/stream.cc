#include "tensorflow/core/common_runtime/dml/runtime/scheduler/stream.h"

#include <algorithm>
#include <cstring>

#include "tensorflow/core/common_runtime/dml/runtime/base/start_thread.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/stream_impl.h"

namespace dml {
namespace {

Status NotMapped(const char* what, uint64_t address, uint64_t bytes) {
  return InvalidArgument(what, ": ", bytes, " bytes at address ", address,
                         " are not inside one block of device memory");
}

// Staging memory takes part in hazards under its host address, which no device
// address equals.
uint64_t HostAddress(const uint8_t* host) {
  return reinterpret_cast<uint64_t>(host);
}

}  // namespace

Stream::Impl::Impl(hal::Device* device, AddressSpace* space,
                   const StreamOptions& options)
    : device_(device),
      space_(space),
      options_(options),
      track_touched_(device->info().unified_memory),
      target_ns_(uint64_t{options.submission_microseconds} * 1000),
      two_queues_(device->info().transfer_queue),
      upload_(device, hal::HeapKind::kUpload, options.staging_limit_bytes),
      readback_(device, hal::HeapKind::kReadback, options.staging_limit_bytes),
      times_(device->info().type) {
  UseChains();
  UseGroups();
}

Status Stream::Impl::Start() {
  for (size_t i = 0; i < kMaxInFlight + 1; ++i) {
    batches_.push_back(std::make_unique<Batch>());
    free_.push_back(batches_.back().get());
  }
  for (const hal::Queue queue : {hal::Queue::kCompute, hal::Queue::kTransfer}) {
    Lane& lane = this->lane(queue);
    lane.queue = queue;
    lane.exists = queue == hal::Queue::kCompute || two_queues_;
    if (!lane.exists) continue;
    lane.clock = device_->clock(queue);
    lane.has_clock = lane.clock.tick_ns > 0;
    lane.clock_mask = ~uint64_t{0} >> (64 - lane.clock.valid_bits);
    for (Submission& submission : lane.submissions) {
      DML_RETURN_IF_ERROR(device_->CreateCommandList(queue, &submission.list));
    }
  }
  current_ = free_.back();
  free_.pop_back();
  current_->Reset(1);
  if (!StartThread([this] { SubmissionLoop(); }, &submission_thread_) ||
      !StartThread([this] { CompletionLoop(); }, &completion_thread_)) {
    return Error(Code::kUnavailable,
                 "the device's work takes two threads, and the system has no "
                 "more of them to give: raise its limit (ulimit -u, or that of "
                 "the container), or end what uses them up");
  }
  return Status::Ok();
}

Stream::Impl::~Impl() {
  {
    Lock lock(mutex_);
    stopping_ = true;
    work_.notify_all();
    submitted_.notify_all();
  }
  if (submission_thread_.joinable()) submission_thread_.join();
  if (completion_thread_.joinable()) completion_thread_.join();
}

// Where a failed device gave its memory back, the failure says more.
Status Stream::Impl::WhyNotMapped(const char* what, uint64_t address,
                                  uint64_t bytes) const {
  DML_RETURN_IF_ERROR(status());
  return NotMapped(what, address, bytes);
}

Status Stream::Impl::Dispatch(const Launch& launch, const char* tag) {
  if (launch.buffers.size() > Launch::kMaxBuffers ||
      launch.constants.size() > Launch::kMaxConstantBytes) {
    return InvalidArgument("dispatch: ", launch.buffers.size(), " buffers and ",
                           launch.constants.size(),
                           " bytes of constants; at most ", Launch::kMaxBuffers,
                           " and ", Launch::kMaxConstantBytes);
  }
  // Most have few, and to clear what is not used would take longer.
  bool waits = false;
  DML_RETURN_IF_ERROR(
      launch.buffers.size() <= kFewBuffers
          ? DispatchUpTo<kFewBuffers>(launch, tag, &waits)
          : DispatchUpTo<Launch::kMaxBuffers>(launch, tag, &waits));
  const Launch* const second =
      launch.tail == nullptr ? nullptr : launch.tail->second;
  return second == nullptr || waits ? Status::Ok() : Dispatch(*second, tag);
}

template <size_t kMaxBuffers>
Status Stream::Impl::DispatchUpTo(const Launch& launch, const char* tag,
                                  bool* waits) {
  hal::Binding bindings[kMaxBuffers];
  hal::Binding any;
  for (size_t i = 0; i < launch.buffers.size(); ++i) {
    const BufferArgument& buffer = launch.buffers[i];
    if (space_->Resolve(buffer.address, buffer.bytes, &bindings[i])) {
      any = bindings[i];
    } else if (buffer.bytes > 0) {
      return WhyNotMapped("dispatch", buffer.address, buffer.bytes);
    }
  }
  // An empty tensor may have no memory, yet programs want an address.
  for (size_t i = 0; i < launch.buffers.size(); ++i) {
    if (bindings[i].heap == nullptr) bindings[i] = any;
  }
  if (any.heap == nullptr && launch.buffers.size() > 0) {
    return InvalidArgument("dispatch: no argument has memory");
  }
  hal::Binding second_bindings[2];
  if (launch.tail != nullptr && launch.tail->second != nullptr) {
    DML_RETURN_IF_ERROR(ResolveSecond(*launch.tail->second, second_bindings));
  }
  Lock lock(mutex_);
  if (!status_.ok() || current_->commands[0].size() >= kMaxBatchCommands) {
    DML_RETURN_IF_ERROR(WaitForRoom(&lock));
  }
  if (launch.groups[0] == 0 || launch.groups[1] == 0 || launch.groups[2] == 0) {
    return Status::Ok();
  }
  const StepName name = {tags_.Intern(tag, launch.tag_lasts), Activity()};
  *waits = Wait(launch, bindings, second_bindings, name);
  if (!*waits) {
    const uint64_t barriers = statistics_.barriers;
    RecordLaunch(launch, bindings, name);
    if (statistics_.barriers != barriers) SendFullGroups();
  }
  const bool wake = std::exchange(wake_, false);
  lock.unlock();  // first, or the thread would wake to wait for the lock
  if (wake) work_.notify_one();
  return Status::Ok();
}

void Stream::Impl::RecordLaunch(const Launch& launch,
                                const hal::Binding* bindings,
                                const StepName& name,
                                Span<const uint32_t> members) {
  uint64_t bytes = 0;
  for (const BufferArgument& buffer : launch.buffers) bytes += buffer.bytes;
  Batch& batch = *current_;
  Batch::Command command;
  command.program = launch.program;
  std::copy_n(launch.groups, 3, command.groups);
  command.first_binding = batch.bindings.size();
  command.binding_count = launch.buffers.size();
  command.first_constant = batch.constants.size();
  command.constant_bytes = launch.constants.size();
  command.first_member = batch.members.size();
  command.member_count = members.size();
  command.copy_bytes = 0;
  command.units = WorkTimes::Units(
      uint64_t{launch.groups[0]} * launch.groups[1] * launch.groups[2], bytes,
      launch.multiply_adds);
  command.tag = name.tag;
  command.queue = hal::Queue::kCompute;
  Hazards& hazards = lanes_[0].hazards;
  command.barrier_before = hazards.Note(launch.buffers, launch.parts);
  if (command.barrier_before) {
    command.barrier = hazards.scope();
    held_.AfterBarrier();
    has_released_ = held_.has_released();
  }
  if (two_queues_) KeepQueuesInOrder(launch.buffers, &command);
  batch.bindings.insert(batch.bindings.end(), bindings,
                        bindings + launch.buffers.size());
  batch.constants.insert(batch.constants.end(), launch.constants.begin(),
                         launch.constants.end());
  batch.members.insert(batch.members.end(), members.begin(), members.end());
  batch.commands[0].push_back(command);
  NoteTouched(launch.buffers);

  ++statistics_.launches;
  statistics_.launch_bytes += bytes;
  statistics_.barriers += command.barrier_before;
  if (profiling_) Time(WorkKind::kLaunch, command, name.activity);
  if (name.tag >= launches_by_tag_.size())
    launches_by_tag_.resize(name.tag + 1);
  ++launches_by_tag_[name.tag];
  if (Recorded(command)) wake_ = true;
}

Status Stream::Impl::Copy(uint64_t dst, uint64_t src, uint64_t bytes) {
  hal::Binding to, from;
  if (!space_->Resolve(dst, bytes, &to)) {
    return WhyNotMapped("copy: destination", dst, bytes);
  }
  if (!space_->Resolve(src, bytes, &from)) {
    return WhyNotMapped("copy: source", src, bytes);
  }
  Lock lock(mutex_);
  DML_RETURN_IF_ERROR(WaitForRoom(&lock));
  if (bytes == 0 || dst == src) return Status::Ok();
  BeforeWork({{{dst, bytes, Access::kWrite}, {src, bytes, Access::kRead}}});
  ++statistics_.device_copies;
  if (dst < src + bytes && src < dst + bytes) {
    return CopyThroughStaging(dst, src, bytes, &lock);
  }
  RecordCopy(WorkKind::kDeviceToDevice, hal::Queue::kCompute, to, dst, from,
             src, bytes);
  return Status::Ok();
}

// Overlapping ranges: piece by piece, in the direction that reads every byte
// before it is overwritten.
Status Stream::Impl::CopyThroughStaging(uint64_t dst, uint64_t src,
                                        uint64_t bytes, Lock* lock) {
  for (uint64_t done = 0; done < bytes;) {
    const uint64_t piece = std::min(bytes - done, readback_.max_slice_bytes());
    const uint64_t offset = dst < src ? done : bytes - done - piece;
    StagingRing::Slice slice;
    DML_RETURN_IF_ERROR(TakeSlice(&readback_, piece, lock, &slice));
    hal::Binding to, from;
    if (!space_->Resolve(dst + offset, piece, &to) ||
        !space_->Resolve(src + offset, piece, &from)) {
      readback_.Return(slice);
      return NotMapped("copy", dst, bytes);
    }
    current_->readbacks.push_back(slice);
    current_->staging_bytes += piece;
    RecordCopy(WorkKind::kDeviceToDevice, hal::Queue::kCompute, slice.binding,
               HostAddress(slice.host), from, src + offset, piece);
    RecordCopy(WorkKind::kDeviceToDevice, hal::Queue::kCompute, to,
               dst + offset, slice.binding, HostAddress(slice.host), piece);
    done += piece;
  }
  return Status::Ok();
}

Status Stream::Impl::CopyFromHost(uint64_t dst, const void* src,
                                  uint64_t bytes) {
  const auto address = reinterpret_cast<uint64_t>(src);
  if (space_->Contains(address)) return Copy(dst, address, bytes);
  hal::Binding to;
  if (!space_->Resolve(dst, bytes, &to)) {
    return WhyNotMapped("copy from host", dst, bytes);
  }
  Lock lock(mutex_);
  DML_RETURN_IF_ERROR(WaitForRoom(&lock));
  if (bytes == 0) return Status::Ok();
  BeforeWork({{{dst, bytes, Access::kWrite}}});
  ++statistics_.host_to_device_copies;
  statistics_.host_to_device_bytes += bytes;
  const auto* from = static_cast<const uint8_t*>(src);
  if (to.heap->host() != nullptr && track_touched_ && !Pending(dst, bytes)) {
    ++host_copies_;
    lock.unlock();
    memcpy(to.heap->host() + to.offset, from, bytes);
    lock.lock();
    --host_copies_;
    WakeToRelease();
    return Status::Ok();
  }
  const hal::Queue queue = QueueForHostCopy(bytes);
  for (uint64_t done = 0; done < bytes;) {
    const uint64_t piece = std::min(bytes - done, upload_.max_slice_bytes());
    StagingRing::Slice slice;
    DML_RETURN_IF_ERROR(TakeSlice(&upload_, piece, &lock, &slice));
    ++host_copies_;
    lock.unlock();
    memcpy(slice.host, from + done, piece);
    lock.lock();
    Status room = WaitForRoom(&lock);
    --host_copies_;
    if (!room.ok()) {
      upload_.Return(slice);
      WakeToRelease();
      return room;
    }
    current_->uploads.push_back(slice);
    current_->staging_bytes += piece;
    RecordCopy(WorkKind::kHostToDevice, queue, {to.heap, to.offset + done},
               dst + done, slice.binding, HostAddress(slice.host), piece);
    done += piece;
  }
  return Status::Ok();
}

void Stream::Impl::CopyToHost(void* dst, uint64_t src, uint64_t bytes,
                              Callback done) {
  hal::Binding from;
  if (!space_->Resolve(src, bytes, &from)) {
    return done(WhyNotMapped("copy to host", src, bytes));
  }
  Lock lock(mutex_);
  Status status = WaitForRoom(&lock);
  if (!status.ok() || bytes == 0) {
    lock.unlock();
    return done(status);
  }
  BeforeWork({{{src, bytes, Access::kRead}}});
  ++statistics_.device_to_host_copies;
  statistics_.device_to_host_bytes += bytes;
  auto* to = static_cast<uint8_t*>(dst);
  if (from.heap->host_cached() && track_touched_ && !Pending(src, bytes)) {
    ++host_copies_;
    lock.unlock();
    memcpy(to, from.heap->host() + from.offset, bytes);
    lock.lock();
    --host_copies_;
    WakeToRelease();
    lock.unlock();
    return done(Status::Ok());
  }
  const hal::Queue queue = QueueForHostCopy(bytes);
  for (uint64_t copied = 0; copied < bytes;) {
    const uint64_t piece =
        std::min(bytes - copied, readback_.max_slice_bytes());
    StagingRing::Slice slice;
    status = TakeSlice(&readback_, piece, &lock, &slice);
    if (!status.ok()) {
      // Earlier pieces may still be written to `dst`: `done` has to come last.
      break;
    }
    current_->readbacks.push_back(slice);
    current_->staging_bytes += piece;
    RecordCopy(WorkKind::kDeviceToHost, queue, slice.binding,
               HostAddress(slice.host), {from.heap, from.offset + copied},
               src + copied, piece);
    current_->completions.push_back({to + copied, slice.host, piece, nullptr});
    copied += piece;
  }
  if (!status.ok()) {
    done = [status, done = std::move(done)](const Status& later) {
      done(later.ok() ? status : later);
    };
  }
  current_->completions.push_back({nullptr, nullptr, 0, std::move(done)});
  RequestFlush();
}

void Stream::Impl::OnComplete(Callback done) {
  Lock lock(mutex_);
  // A step ends here. If the device keeps up with the host, no other thread
  // need wake for it.
  SendWaiting();
  if (!InsideCallback()) {
    if (MaySendWithoutWaiting()) {
      SendNow(&lock);
    } else if (!current_->empty()) {
      RequestFlush();
    }
    while (FrontHasFinished()) CompleteFirst(&lock);
    HandOver();
    if (current_->empty() && in_flight_.empty() && !completing_) {
      const Status status = status_;
      lock.unlock();
      return done(status);
    }
  }
  if (current_->empty()) current_->since = Clock::now();
  current_->completions.push_back({nullptr, nullptr, 0, std::move(done)});
  RequestFlush();
}

Status Stream::Impl::Flush() {
  Lock lock(mutex_);
  SendWaiting();
  if (!current_->empty()) RequestFlush();
  return status_;
}

Status Stream::Impl::Sync() {
  if (InsideCallback()) {
    return Error(Code::kFailedPrecondition,
                 "a completion callback must not wait for its own stream");
  }
  Lock lock(mutex_);
  SendWaiting();
  uint64_t target = current_->sequence;
  if (current_->empty()) {
    --target;
  } else {
    SendNow(&lock);
  }
  while (completed_sequence_ < target) {
    if (CanComplete()) {
      CompleteFirst(&lock);
    } else {
      progress_.wait(lock);
    }
  }
  HandOver();
  return status_;
}

void Stream::Impl::ReleaseHeap(std::unique_ptr<hal::Heap> heap,
                               uint64_t address) {
  Lock lock(mutex_);
  BeforeWork({{{address, heap->size(), Access::kWrite}}});
  bool used = current_->Uses(heap.get());
  for (const Batch* batch : in_flight_) used |= batch->Uses(heap.get());
  if (!used) {
    if (working_on_) kept_heaps_.push_back(std::move(heap));
    lock.unlock();
    space_->Unmap(address);
    return;  // destroys the heap
  }
  if (current_->empty()) current_->since = Clock::now();
  current_->retired_heaps.push_back({std::move(heap), address});
  work_.notify_one();
}

Status Stream::Impl::status() const {
  if (!failed_) return Status::Ok();
  Lock lock(mutex_);
  return status_;
}

StreamStatistics Stream::Impl::statistics() {
  Lock lock(mutex_);
  SendWaiting();
  StreamStatistics result = statistics_;
  result.staging_bytes = StagingBytes();
  return result;
}

std::vector<std::pair<std::string, uint64_t>> Stream::Impl::LaunchesByTag() {
  Lock lock(mutex_);
  SendWaiting();
  std::vector<std::pair<std::string, uint64_t>> result;
  for (uint32_t tag = 0; tag < launches_by_tag_.size(); ++tag) {
    result.emplace_back(tags_.name(tag), launches_by_tag_[tag]);
  }
  return result;
}

void Stream::Impl::InjectFailure(Status status) {
  Lock lock(mutex_);
  injected_ = std::move(status);
}

Status Stream::Impl::WaitForRoom(Lock* lock) {
  // Whoever completes makes room, so a callback never waits for it.
  while (status_.ok() && current_->commands[0].size() >= kMaxBatchCommands &&
         !InsideCallback()) {
    work_.notify_one();
    progress_.wait(*lock);
  }
  return status_;
}

Status Stream::Impl::TakeSlice(StagingRing* ring, uint64_t bytes, Lock* lock,
                               StagingRing::Slice* slice) {
  bool trimmed = false;
  for (;;) {
    DML_RETURN_IF_ERROR(WaitForRoom(lock));
    const Status taken = ring->Take(bytes, slice);
    if (taken.code() == Code::kOutOfMemory && options_.trim && !trimmed) {
      trimmed = true;
      lock->unlock();
      options_.trim();
      lock->lock();
      continue;
    }
    if (taken.code() != Code::kUnavailable) return taken;
    if (InsideCallback()) {
      return Error(Code::kFailedPrecondition,
                   "too many bytes of copies from a completion callback: "
                   "start large copies on another thread");
    }
    if (!current_->empty()) RequestFlush();
    progress_.wait(*lock);
  }
}

void Stream::Impl::RecordCopy(WorkKind kind, hal::Queue queue,
                              const hal::Binding& dst, uint64_t dst_address,
                              const hal::Binding& src, uint64_t src_address,
                              uint64_t bytes) {
  const BufferArgument arguments[] = {{dst_address, bytes, Access::kWrite},
                                      {src_address, bytes, Access::kRead}};
  Batch::Command command = {};
  command.first_binding = current_->bindings.size();
  command.binding_count = 2;
  command.copy_bytes = bytes;
  command.queue = queue;
  Hazards& hazards = lane(queue).hazards;
  command.barrier_before = hazards.Note(arguments, 0, Hazards::Kind::kCopy);
  if (command.barrier_before) command.barrier = hazards.scope();
  if (two_queues_) KeepQueuesInOrder(arguments, &command);
  current_->bindings.push_back(dst);
  current_->bindings.push_back(src);
  current_->On(queue).push_back(command);
  NoteTouched(arguments);
  if (profiling_) Time(kind, command, Activity());
  statistics_.barriers += command.barrier_before;
  if (Recorded(command) || std::exchange(wake_, false)) work_.notify_one();
}

void Stream::Impl::NoteTouched(Span<const BufferArgument> arguments) {
  if (!track_touched_) return;
  for (const BufferArgument& a : arguments) {
    if (a.bytes > 0) current_->touched.Add(a.address, a.address + a.bytes);
  }
}

bool Stream::Impl::Pending(uint64_t address, uint64_t bytes) const {
  const uint64_t end = address + bytes;
  if (current_->touched.Overlaps(address, end)) return true;
  for (const Batch* batch : in_flight_) {
    if (batch->touched.Overlaps(address, end)) return true;
  }
  return false;
}

bool Stream::Impl::Recorded(const Batch::Command& command) {
  const size_t count = current_->command_count();
  if (count == 1) current_->since = Clock::now();
  const float estimate = times_.Estimate(WorkOf(command));
  const float before = current_->estimate_ns;
  current_->estimate_ns += estimate;
  const bool due = count == options_.flush_commands ||
                   (before < target_ns_ && before + estimate >= target_ns_) ||
                   current_->staging_bytes >= options_.flush_staging_bytes ||
                   (in_flight_.empty() && count == idle_flush_);
  return due || (count == 1 && submission_asleep_);
}

// Whether SendCurrent() would find room for all submissions of the batch.
bool Stream::Impl::MaySendWithoutWaiting() const {
  if (current_->empty()) return false;
  // As many for each target's time, where commands are slices, and one more on
  // either side of a place where a queue waits for the other.
  const float submissions = 1 + 2 * current_->estimate_ns / target_ns_ +
                            2 * current_->commands[1].size();
  std::lock_guard<std::mutex> lock(submissions_mutex_);
  for (const Lane& lane : lanes_) {
    if (current_->On(lane.queue).empty()) continue;
    const float room = static_cast<float>(lane.retired + kMaxSubmissions) -
                       static_cast<float>(lane.last_value);
    if (submissions > room) return false;
  }
  return true;
}

void Stream::Impl::RequestFlush() {
  flush_requested_ = true;
  work_.notify_one();
}

uint64_t Stream::Impl::StagingBytes() const {
  return upload_.reserved_bytes() + readback_.reserved_bytes();
}

// ---- Stream ----------------------------------------------------------------

Stream::Stream(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)), failed_(&impl_->failed()) {}
Stream::~Stream() = default;

Status Stream::Create(hal::Device* device, AddressSpace* space,
                      const StreamOptions& options,
                      std::unique_ptr<Stream>* stream) {
  auto impl = std::make_unique<Impl>(device, space, options);
  DML_RETURN_IF_ERROR(impl->Start());
  stream->reset(new Stream(std::move(impl)));
  return Status::Ok();
}

Status Stream::Dispatch(const Launch& launch, const char* tag) {
  return impl_->Dispatch(launch, tag);
}
Status Stream::Copy(uint64_t dst, uint64_t src, uint64_t bytes) {
  return impl_->Copy(dst, src, bytes);
}
Status Stream::CopyFromHost(uint64_t dst, const void* src, uint64_t bytes) {
  return impl_->CopyFromHost(dst, src, bytes);
}
void Stream::CopyToHost(void* dst, uint64_t src, uint64_t bytes,
                        Callback done) {
  impl_->CopyToHost(dst, src, bytes, std::move(done));
}
void Stream::OnComplete(Callback done) { impl_->OnComplete(std::move(done)); }
Status Stream::Flush() { return impl_->Flush(); }
Status Stream::Sync() { return impl_->Sync(); }
void Stream::ReleaseHeap(std::unique_ptr<hal::Heap> heap, uint64_t address) {
  impl_->ReleaseHeap(std::move(heap), address);
}
Status Stream::Failure() const { return impl_->status(); }
StreamStatistics Stream::statistics() const { return impl_->statistics(); }
std::vector<std::pair<std::string, uint64_t>> Stream::LaunchesByTag() const {
  return impl_->LaunchesByTag();
}
Status Stream::StartProfile(const ProfileOptions& options) {
  return impl_->StartProfile(options);
}
Status Stream::StopProfile() { return impl_->StopProfile(); }
size_t Stream::ReadProfile(Span<ProfileRecord> records) {
  return impl_->ReadProfile(records);
}
ProfileStatistics Stream::profile_statistics() const {
  return impl_->profile_statistics();
}
void Stream::InjectFailure(Status status) {
  impl_->InjectFailure(std::move(status));
}

}  // namespace dml
