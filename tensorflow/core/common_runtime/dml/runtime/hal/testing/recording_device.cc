#include "tensorflow/core/common_runtime/dml/runtime/hal/testing/recording_device.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <utility>

#include "tensorflow/core/common_runtime/dml/runtime/hal/drivers.h"

namespace dml {
namespace hal {
namespace testing {
namespace {

class RecordingList final : public CommandList {
 public:
  // Counts itself in `living`.
  RecordingList(std::unique_ptr<CommandList> inner, std::atomic<int>* living)
      : inner_(std::move(inner)), living_(living) {
    ++*living_;
  }
  ~RecordingList() override { --*living_; }

  CommandList* inner() const { return inner_.get(); }
  const Submission& events() const { return events_; }
  // Of a simulation; null: those of the inner list.
  std::unique_ptr<std::vector<uint64_t>>& ticks() { return ticks_; }

  Status Begin(uint32_t timestamps) override {
    events_.clear();
    ticks_.reset();
    return inner_->Begin(timestamps);
  }
  void Dispatch(const DispatchDesc& desc) override {
    Event event;
    event.kind = EventKind::kDispatch;
    event.program = desc.program->name();
    std::copy_n(desc.groups, 3, event.groups);
    std::copy_n(desc.first, 3, event.first);
    event.constants.assign(desc.constants.begin(), desc.constants.end());
    event.bindings.assign(desc.bindings.begin(), desc.bindings.end());
    event.members.assign(desc.members.begin(), desc.members.end());
    events_.push_back(std::move(event));
    inner_->Dispatch(desc);
  }
  void Copy(const Binding& dst, const Binding& src, uint64_t bytes) override {
    Event event;
    event.kind = EventKind::kCopy;
    event.bindings = {dst, src};
    event.bytes = bytes;
    events_.push_back(std::move(event));
    inner_->Copy(dst, src, bytes);
  }
  void Barrier(const BarrierScope& scope) override {
    Event event;
    event.kind = EventKind::kBarrier;
    event.scope = scope;
    events_.push_back(std::move(event));
    inner_->Barrier(scope);
  }
  void Timestamp() override {
    Event event;
    event.kind = EventKind::kTimestamp;
    events_.push_back(std::move(event));
    inner_->Timestamp();
  }
  Status End() override { return inner_->End(); }
  Status ReadTimestamps(std::vector<uint64_t>* ticks) override {
    if (ticks_ == nullptr) return inner_->ReadTimestamps(ticks);
    *ticks = *ticks_;
    return Status::Ok();
  }

 private:
  const std::unique_ptr<CommandList> inner_;
  std::atomic<int>* const living_;
  Submission events_;
  std::unique_ptr<std::vector<uint64_t>> ticks_;
};

// As `inner`, in memory that the host's caches do not hold.
class UncachedHeap final : public Heap {
 public:
  explicit UncachedHeap(std::unique_ptr<Heap> inner)
      : inner_(std::move(inner)) {}
  uint64_t size() const override { return inner_->size(); }
  uint8_t* host() const override { return inner_->host(); }
  bool host_cached() const override { return false; }

 private:
  const std::unique_ptr<Heap> inner_;
};

void Check(const Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "the null device: %s\n", status.message().c_str());
  std::abort();
}

Status Lost() {
  return Error(Code::kDeviceLost, "the recording device is lost");
}

}  // namespace

RecordingDevice::RecordingDevice(bool unified, bool transfer_queue) {
  std::vector<std::unique_ptr<Adapter>> adapters;
  Check(EnumerateNull(EnumerateOptions(), &adapters));
  Check(adapters.front()->CreateDevice(&inner_));
  info_ = inner_->info();
  info_.unified_memory = unified;
  info_.transfer_queue = transfer_queue;
}

RecordingDevice::~RecordingDevice() = default;

void RecordingDevice::Hold() {
  std::lock_guard<std::mutex> lock(mutex_);
  holding_ = true;
}

void RecordingDevice::Release() {
  std::lock_guard<std::mutex> lock(mutex_);
  holding_ = false;
  for (size_t i = 0; i < not_simulated_.size(); ++i) {
    const Route& route = routes_[routes_.size() - not_simulated_.size() + i];
    Simulate(not_simulated_[i], route.point, route.waits);
  }
  not_simulated_.clear();
  for (const Queue queue : {Queue::kCompute, Queue::kTransfer}) {
    Do({queue, ~uint64_t{0}});
  }
  released_.notify_all();
}

void RecordingDevice::Delay(Queue queue) {
  std::lock_guard<std::mutex> lock(mutex_);
  WorkOf(queue).delayed = true;
}

void RecordingDevice::Do(const QueuePoint& point) {
  Work& work = WorkOf(point.queue);
  while (work.done < point.value && !work.held.empty()) {
    const Held held = std::move(work.held.front());
    work.held.pop_front();
    for (const QueuePoint& wait : held.waits) Do(wait);
    Check(inner_->Submit(held.list, {point.queue, held.value}, {}));
    work.done = held.value;
  }
}

void RecordingDevice::FailHeaps(int count) {
  std::lock_guard<std::mutex> lock(mutex_);
  failing_heaps_ = count;
}

void RecordingDevice::FailSubmissions(int count) {
  std::lock_guard<std::mutex> lock(mutex_);
  failing_submissions_ = count;
}

void RecordingDevice::SetBudget(uint64_t bytes) {
  std::lock_guard<std::mutex> lock(mutex_);
  budget_ = bytes;
}

MemoryBudget RecordingDevice::memory_budget() const {
  if (hook_) hook_();
  MemoryBudget budget = inner_->memory_budget();
  std::lock_guard<std::mutex> lock(mutex_);
  if (budget_ != 0) budget.budget_bytes = budget_;
  return budget;
}

void RecordingDevice::Lose() {
  std::lock_guard<std::mutex> lock(mutex_);
  lost_ = true;
  released_.notify_all();
}

void RecordingDevice::Simulate(const Simulation& simulation) {
  std::lock_guard<std::mutex> lock(mutex_);
  simulating_ = true;
  simulation_ = simulation;
}

void RecordingDevice::SetTime(const std::string& program, double ns_per_group) {
  std::lock_guard<std::mutex> lock(mutex_);
  simulation_.ns_per_group[program] = ns_per_group;
}

std::vector<double> RecordingDevice::submission_ns() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return submission_ns_;
}

uint64_t RecordingDevice::simulated_ns() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return static_cast<uint64_t>(now_ns_);
}

DeviceClock RecordingDevice::clock(Queue queue) const {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!simulating_) return inner_->clock(queue);
  const bool has = queue == Queue::kCompute ? simulation_.timestamps
                                            : simulation_.transfer_timestamps;
  return {has ? 1.0 : 0.0, 64, false};
}

void RecordingDevice::Simulate(CommandList* list, const QueuePoint& point,
                               Span<const QueuePoint> waits) {
  auto* recording = static_cast<RecordingList*>(list);
  Work& work = WorkOf(point.queue);
  double begin_ns = std::max(now_ns_, work.end_ns);
  for (const QueuePoint& wait : waits) {
    begin_ns = std::max(begin_ns, WorkOf(wait.queue).ends_ns.at(wait.value));
  }
  double end_ns = begin_ns;
  auto ticks = std::make_unique<std::vector<uint64_t>>();
  for (const Event& event : recording->events()) {
    if (event.kind == EventKind::kTimestamp) {
      ticks->push_back(static_cast<uint64_t>(end_ns));
    } else if (event.kind == EventKind::kCopy) {
      end_ns += simulation_.ns_per_copied_byte * event.bytes;
    } else if (event.kind == EventKind::kDispatch) {
      const uint64_t groups =
          uint64_t{event.groups[0]} * event.groups[1] * event.groups[2];
      const auto time = simulation_.ns_per_group.find(event.program);
      if (time == simulation_.ns_per_group.end()) continue;
      const uint64_t turns = (groups + simulation_.parallel_groups - 1) /
                             simulation_.parallel_groups;
      end_ns += time->second * turns;
    }
  }
  recording->ticks() = std::move(ticks);
  submission_ns_.push_back(end_ns - begin_ns);
  if (end_ns - begin_ns > simulation_.reset_ns) {
    lost_ = true;
    released_.notify_all();
  }
  work.end_ns = end_ns;
  work.ends_ns[point.value] = end_ns;
}

std::vector<Submission> RecordingDevice::submissions() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return submissions_;
}

std::vector<Route> RecordingDevice::routes() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return routes_;
}

std::vector<Event> RecordingDevice::events() const {
  std::vector<Event> all;
  for (const Submission& submission : submissions()) {
    all.insert(all.end(), submission.begin(), submission.end());
  }
  return all;
}

uint64_t RecordingDevice::driver_calls() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return driver_calls_;
}

uint64_t RecordingDevice::heaps_made() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return heaps_made_;
}

void RecordingDevice::GiveBack() {
  std::lock_guard<std::mutex> lock(mutex_);
  ++given_back_;
}

int RecordingDevice::given_back() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return given_back_;
}

Status RecordingDevice::CreateHeap(HeapKind kind, uint64_t bytes,
                                   std::unique_ptr<Heap>* heap) {
  if (hook_) hook_();
  {
    std::lock_guard<std::mutex> lock(mutex_);
    ++driver_calls_;
    if (failing_heaps_ > 0) {
      --failing_heaps_;
      return Error(Code::kOutOfMemory, "the recording device has no room");
    }
    ++heaps_made_;
  }
  DML_RETURN_IF_ERROR(inner_->CreateHeap(kind, bytes, heap));
  if (uncached_ && kind == HeapKind::kDevice) {
    *heap = std::make_unique<UncachedHeap>(std::move(*heap));
  }
  return Status::Ok();
}

Status RecordingDevice::CreateCommandList(Queue queue,
                                          std::unique_ptr<CommandList>* list) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    ++driver_calls_;
  }
  std::unique_ptr<CommandList> inner;
  DML_RETURN_IF_ERROR(inner_->CreateCommandList(queue, &inner));
  *list = std::make_unique<RecordingList>(std::move(inner), &command_lists_);
  return Status::Ok();
}

Status RecordingDevice::Submit(CommandList* list, const QueuePoint& point,
                               Span<const QueuePoint> waits) {
  auto* recording = static_cast<RecordingList*>(list);
  std::lock_guard<std::mutex> lock(mutex_);
  ++driver_calls_;
  if (lost_) return Lost();
  if (failing_submissions_ > 0) {
    --failing_submissions_;
    return Error(Code::kOutOfMemory, "the recording device has no room");
  }
  submissions_.emplace_back();
  std::copy_if(recording->events().begin(), recording->events().end(),
               std::back_inserter(submissions_.back()), [](const Event& event) {
                 return event.kind != EventKind::kTimestamp;
               });
  routes_.push_back(
      {point, {waits.begin(), waits.end()}, {work_[0].done, work_[1].done}});
  Work& work = WorkOf(point.queue);
  work.held.push_back({recording->inner(), point.value, routes_.back().waits});
  if (holding_) {
    if (simulating_) not_simulated_.push_back(list);
    return Status::Ok();
  }
  if (simulating_) Simulate(list, point, waits);
  if (!work.delayed) Do(point);
  return Status::Ok();
}

Status RecordingDevice::Wait(const QueuePoint& point, uint64_t timeout_ns) {
  {
    std::unique_lock<std::mutex> lock(mutex_);
    const auto timeout =
        std::chrono::nanoseconds(std::min(timeout_ns, uint64_t{1} << 60));
    Work& work = WorkOf(point.queue);
    const bool done = released_.wait_for(lock, timeout, [&] {
      return lost_ || !holding_ || work.done >= point.value;
    });
    if (lost_) return Lost();
    if (!done) return Error(Code::kDeadlineExceeded, "the device is held");
    if (!simulating_) {
      Do(point);
    } else {
      const auto end = work.ends_ns.find(point.value);
      const double wait_ns =
          end == work.ends_ns.end() ? 0 : std::max(0.0, end->second - now_ns_);
      now_ns_ += std::min(wait_ns, static_cast<double>(timeout_ns));
      for (Work& each : work_) {
        for (auto next = each.ends_ns.upper_bound(each.simulated_value);
             next != each.ends_ns.end() && next->second <= now_ns_; ++next) {
          each.simulated_value = next->first;
        }
      }
      if (work.simulated_value >= point.value) return Status::Ok();
      return Error(Code::kDeadlineExceeded, "the simulation takes longer");
    }
  }
  return inner_->Wait(point, timeout_ns);
}

Status RecordingDevice::Completed(Queue queue, uint64_t* value) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (lost_) return Lost();
    if (simulating_) {
      *value = WorkOf(queue).simulated_value;
      return Status::Ok();
    }
  }
  return inner_->Completed(queue, value);
}

std::unique_ptr<Program> MakeProgram(Device* device, const char* name) {
  ProgramDesc desc;
  desc.name = name;
  std::unique_ptr<Program> program;
  Check(device->CreateProgram(desc, &program));
  return program;
}

}  // namespace testing
}  // namespace hal
}  // namespace dml
