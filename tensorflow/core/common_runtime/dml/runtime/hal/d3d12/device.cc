#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/device.h"

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>

#include "tensorflow/core/common_runtime/dml/runtime/base/os/clock.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/command_list.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/heap.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/program.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/removal.h"

namespace dml {
namespace hal {
namespace d3d12 {
namespace {

// How long a wait sleeps before it looks whether another thread saw the device
// die.
constexpr uint64_t kWaitSliceNs = 1'000'000'000;

// How often the clocks are read to read them close to each other.
constexpr int kClockReadings = 3;

}  // namespace

Status D3d12Device::Create(const PhysicalAdapter& physical,
                           std::unique_ptr<Device>* device) {
  std::unique_ptr<D3d12Device> made(new D3d12Device(physical));
  DML_RETURN_IF_ERROR(made->Init());
  *device = std::move(made);
  return Status::Ok();
}

D3d12Device::D3d12Device(const PhysicalAdapter& physical)
    : physical_(physical) {}

Status D3d12Device::Init() {
  const HRESULT opened = OpenDevice(physical_, &device_);
  if (IsLost(opened)) {
    return Error(Code::kDeviceLost, "adapter \"", physical_.info.name, "\" (",
                 physical_.info.driver,
                 ") cannot be opened: D3D12CreateDevice returned ",
                 ResultName(opened),
                 ". It was removed, or is being reset: try again, and where "
                 "that does not help, run `wsl --shutdown` in Windows and "
                 "restart the machine");
  }
  DML_RETURN_IF_ERROR(ToStatus(opened, "D3D12CreateDevice"));
  if (device_->QueryInterface(uuidof<ID3D12Device1>(), device1_.ReceiveVoid()) <
      0) {
    device1_.Reset();
  }
  messages_.Open(device_.get());
  DML_RETURN_IF_ERROR(OpenQueue(Queue::kCompute));
  if (physical_.info.transfer_queue) {
    DML_RETURN_IF_ERROR(OpenQueue(Queue::kTransfer));
  }
  dxil_store_.Open(CacheFilePath("dxil.bin"));
  pipeline_store_.Open(
      CacheFilePath("d3d12-" + Hexadecimal(physical_.info.uuid) + ".bin"));
  return Status::Ok();
}

Status D3d12Device::OpenQueue(Queue which) {
  D3D12_COMMAND_QUEUE_DESC desc{};
  desc.Type = ListType(which);
  DML_RETURN_IF_ERROR(
      Check(device_->CreateCommandQueue(&desc, uuidof<ID3D12CommandQueue>(),
                                        queue(which).handle.ReceiveVoid()),
            "ID3D12Device::CreateCommandQueue"));
  DML_RETURN_IF_ERROR(Check(queue(which).fence.Open(device_.get()),
                            "ID3D12Device::CreateFence"));
  if (which == Queue::kCompute || physical_.features.copy_queue_timestamps) {
    FindClock(which);
  }
  return Status::Ok();
}

void D3d12Device::FindClock(Queue which) {
  ID3D12CommandQueue* const handle = queue(which).handle.get();
  uint64_t frequency = 0;
  if (handle->GetTimestampFrequency(&frequency) < 0 || frequency == 0) return;
  DeviceClock& clock = clocks_[static_cast<size_t>(which)];
  clock.tick_ns = 1e9 / static_cast<double>(frequency);
  // Implementations that cannot may say that they can, and give zeros.
  uint64_t ticks = 0, host_ns = 0;
  clock.calibrated = ReadClocksOf(handle, &ticks, &host_ns) >= 0 && ticks != 0;
}

D3d12Device::~D3d12Device() {
  for (DeviceQueue& queue : queues_) {
    bool reached = false;
    while (queue.handle && queue.fence.handle() != nullptr && !reached &&
           !loss_.happened() && device_->GetDeviceRemovedReason() >= 0) {
      if (queue.fence.Wait(queue.submitted, kWaitSliceNs, &reached) < 0) break;
    }
  }
  if (!loss_.happened() && device_) {
    dxil_store_.Finish();
    pipeline_store_.Finish();
  }
  Destroy();
}

void D3d12Device::GiveBack() {
  loss_.GiveUp(physical_.info);
  // Waits for whoever compiles or waits.
  const std::unique_lock<std::shared_mutex> lock(use_mutex_);
  Destroy();
}

void D3d12Device::Destroy() {
  if (!device_) return;
  {
    std::lock_guard<std::mutex> lock(pipelines_mutex_);
    pipelines_.clear();
  }
  dxil_store_.Stop();
  pipeline_store_.Stop();
  root_signatures_.Close();
  for (DeviceQueue& queue : queues_) {
    queue.handle.Reset();
    queue.fence.Close();
  }
  messages_.Close();
  device1_.Reset();
  device_.Reset();
}

Status D3d12Device::Use(std::shared_lock<std::shared_mutex>* lock) const {
  *lock = std::shared_lock<std::shared_mutex>(use_mutex_);
  return device_ ? Status::Ok() : loss_.status();
}

void D3d12Device::AddPipeline(ComPtr<ID3D12PipelineState> pipeline) {
  std::lock_guard<std::mutex> lock(pipelines_mutex_);
  ID3D12PipelineState* const key = pipeline.get();
  pipelines_[key] = std::move(pipeline);
}

void D3d12Device::DropPipeline(ID3D12PipelineState* pipeline) {
  std::lock_guard<std::mutex> lock(pipelines_mutex_);
  pipelines_.erase(pipeline);
}

void D3d12Device::SetResidencyPriority(ID3D12Pageable* memory) {
  if (!device1_) return;
  constexpr D3D12_RESIDENCY_PRIORITY kPriority = D3D12_RESIDENCY_PRIORITY_HIGH;
  (void)device1_->SetResidencyPriority(1, &memory, &kPriority);
}

MemoryBudget D3d12Device::memory_budget() const {
  MemoryBudget budget;
  if (!physical_.query_budget(physical_.handle.get(), &budget)) {
    // The rest of the system needs some of the memory, too.
    budget.budget_bytes = physical_.info.memory_bytes / 5 * 4;
    budget.used_bytes = device_bytes_;
  }
  return budget;
}

Status D3d12Device::CreateHeap(HeapKind kind, uint64_t bytes,
                               std::unique_ptr<Heap>* heap) {
  std::shared_lock<std::shared_mutex> use;
  DML_RETURN_IF_ERROR(Use(&use));
  std::unique_ptr<D3d12Heap> made;
  DML_RETURN_IF_ERROR(D3d12Heap::Create(this, kind, bytes, &made));
  *heap = std::move(made);
  return Status::Ok();
}

Status D3d12Device::CreateProgram(const ProgramDesc& desc,
                                  std::unique_ptr<Program>* program) {
  std::shared_lock<std::shared_mutex> use;
  DML_RETURN_IF_ERROR(Use(&use));
  const Status status = D3d12Program::Create(this, desc, program);
  messages_.Print();
  return status;
}

Status D3d12Device::CreateCommandList(Queue queue,
                                      std::unique_ptr<CommandList>* list) {
  std::shared_lock<std::shared_mutex> use;
  DML_RETURN_IF_ERROR(Use(&use));
  return D3d12CommandList::Create(this, queue, list);
}

Status D3d12Device::Submit(CommandList* list, const QueuePoint& point,
                           Span<const QueuePoint> waits) {
  if (loss_.happened()) return loss_.status();
  std::shared_lock<std::shared_mutex> use;
  DML_RETURN_IF_ERROR(Use(&use));
  DeviceQueue& target = queue(point.queue);
  for (const QueuePoint& wait : waits) {
    DML_RETURN_IF_ERROR(
        Check(target.handle->Wait(queue(wait.queue).fence.handle(), wait.value),
              "ID3D12CommandQueue::Wait"));
  }
  const Span<ID3D12CommandList* const> lists =
      static_cast<const D3d12CommandList*>(list)->lists();
  target.handle->ExecuteCommandLists(lists.size(), lists.data());
  DML_RETURN_IF_ERROR(
      Check(target.handle->Signal(target.fence.handle(), point.value),
            "ID3D12CommandQueue::Signal"));
  target.submitted = point.value;
  messages_.Print();
  return Status::Ok();
}

Status D3d12Device::Wait(const QueuePoint& point, uint64_t timeout_ns) {
  while (!loss_.happened()) {
    std::shared_lock<std::shared_mutex> use;
    DML_RETURN_IF_ERROR(Use(&use));
    QueueFence& fence = queue(point.queue).fence;
    const uint64_t slice = std::min(timeout_ns, kWaitSliceNs);
    bool reached = false;
    DML_RETURN_IF_ERROR(Check(fence.Wait(point.value, slice, &reached),
                              "ID3D12Fence::SetEventOnCompletion"));
    // A removed device's fences are at their end, and it may also die without
    // moving them.
    if (!reached || fence.completed() == kRemovedValue) {
      DML_RETURN_IF_ERROR(Check(device_->GetDeviceRemovedReason(),
                                "ID3D12Device::GetDeviceRemovedReason"));
    }
    if (reached) {
      PrintCompileLog(false);
      return Status::Ok();
    }
    timeout_ns -= slice;
    if (timeout_ns == 0) {
      return Error(Code::kDeadlineExceeded,
                   "the device did not finish its work in time");
    }
  }
  return loss_.status();
}

// Where the host waits for results, at the end of a model's step, and when
// nothing will follow.
void D3d12Device::PrintCompileLog(bool at_end) {
  if (!compile_log_.pending()) return;
  const std::string line =
      compile_log_.Take(at_end ? UINT64_MAX : os::SteadyNanoseconds());
  if (!line.empty()) {
    std::fprintf(stderr, "tensorflow-directml: %s\n", line.c_str());
  }
}

Status D3d12Device::Completed(Queue which, uint64_t* value) {
  if (loss_.happened()) return loss_.status();
  std::shared_lock<std::shared_mutex> use;
  DML_RETURN_IF_ERROR(Use(&use));
  *value = queue(which).fence.completed();
  if (*value != kRemovedValue) return Status::Ok();
  return Check(device_->GetDeviceRemovedReason(),
               "ID3D12Device::GetDeviceRemovedReason");
}

Status D3d12Device::ReadClocks(uint64_t* ticks, uint64_t* host_ns) {
  std::shared_lock<std::shared_mutex> use;
  DML_RETURN_IF_ERROR(Use(&use));
  return Check(
      ReadClocksOf(queue(Queue::kCompute).handle.get(), ticks, host_ns),
      "ID3D12CommandQueue::GetClockCalibration");
}

// Direct3D's own reading of the host is of a clock that is Windows'; this one's
// is taken around the call, the closest of a few.
HRESULT D3d12Device::ReadClocksOf(ID3D12CommandQueue* queue, uint64_t* ticks,
                                  uint64_t* host_ns) const {
  uint64_t closest = ~uint64_t{0};
  for (int i = 0; i < kClockReadings; ++i) {
    uint64_t device_ticks = 0, of_windows = 0;
    const uint64_t before = os::SteadyNanoseconds();
    const HRESULT result =
        queue->GetClockCalibration(&device_ticks, &of_windows);
    const uint64_t took = os::SteadyNanoseconds() - before;
    if (result < 0) return result;
    if (took >= closest) continue;
    closest = took;
    *ticks = device_ticks;
    *host_ns = before + took / 2;
  }
  return S_OK;
}

void D3d12Device::SaveProgramCache() {
  PrintCompileLog(true);
  std::shared_lock<std::shared_mutex> use;
  if (loss_.happened() || !Use(&use).ok()) return;
  dxil_store_.Finish();
  pipeline_store_.Finish();
}

Status D3d12Device::Check(HRESULT result, const char* call) {
  if (!IsLost(result)) return ToStatus(result, call);
  return loss_.Report([&] {
    loss_.Mark();
    const HRESULT reason = device_->GetDeviceRemovedReason();
    std::string details = DescribeRemoval(device_.get());
    if (!details.empty()) details = ". It was at this: " + details;
    const Status status =
        Error(Code::kDeviceLost, "adapter \"", physical_.info.name, "\" (",
              physical_.info.driver, ") was lost: ", call, " returned ",
              ResultName(result), ", and the reason is ", ResultName(reason),
              ": ", RemovalReason(reason), details,
              ". Windows' event log tells more; try a newer driver or smaller "
              "batches. What its memory held is gone; open the device anew");
    messages_.Print();
    return status;
  });
}

}  // namespace d3d12
}  // namespace hal
}  // namespace dml
