#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/timestamp_pool.h"

#include <algorithm>
#include <cstring>
#include <shared_mutex>

namespace dml {
namespace hal {
namespace d3d12 {
namespace {

constexpr uint32_t kMinRoom = 16;

}  // namespace

void TimestampPool::Free() {
  queries_.Reset();
  results_.reset();
  room_ = 0;
}

Status TimestampPool::Begin(uint32_t count) {
  written_ = 0;
  if (count == 0) {
    Free();
    return Status::Ok();
  }
  if (device_->clock(queue_).tick_ns == 0) {
    return Unimplemented(
        "adapter \"", device_->info().name, "\" has no timestamps on its ",
        queue_ == Queue::kCompute ? "compute" : "transfer", " queue");
  }
  // More than a profile needed lately, or so many that only a profile needed
  // them.
  if (count <= room_ && room_ <= std::max(kMinRoom, 8 * count)) {
    return Status::Ok();
  }
  Free();
  return MakeRoom(std::max(kMinRoom, 2 * count));
}

Status TimestampPool::MakeRoom(uint32_t count) {
  std::shared_lock<std::shared_mutex> use;
  DML_RETURN_IF_ERROR(device_->Use(&use));
  DML_RETURN_IF_ERROR(D3d12Heap::Create(device_, HeapKind::kReadback,
                                        count * sizeof(uint64_t), &results_));
  D3D12_QUERY_HEAP_DESC desc{};
  desc.Type = queue_ == Queue::kTransfer
                  ? D3D12_QUERY_HEAP_TYPE_COPY_QUEUE_TIMESTAMP
                  : D3D12_QUERY_HEAP_TYPE_TIMESTAMP;
  desc.Count = count;
  DML_RETURN_IF_ERROR(device_->Check(
      device_->handle()->CreateQueryHeap(&desc, uuidof<ID3D12QueryHeap>(),
                                         queries_.ReceiveVoid()),
      "ID3D12Device::CreateQueryHeap"));
  room_ = count;
  return Status::Ok();
}

void TimestampPool::Write(ID3D12GraphicsCommandList* commands) {
  if (written_ < room_) {
    commands->EndQuery(queries_.get(), D3D12_QUERY_TYPE_TIMESTAMP, written_);
  }
  ++written_;
}

void TimestampPool::End(ID3D12GraphicsCommandList* commands) {
  const uint32_t count = std::min(written_, room_);
  if (count == 0) return;
  commands->ResolveQueryData(queries_.get(), D3D12_QUERY_TYPE_TIMESTAMP, 0,
                             count, results_->destination(), 0);
}

Status TimestampPool::Read(std::vector<uint64_t>* ticks) {
  ticks->clear();
  if (written_ == 0) return Status::Ok();
  if (written_ > room_) {
    return Error(Code::kInternal, written_, " timestamps, with room for ",
                 room_);
  }
  ticks->resize(written_);
  std::memcpy(ticks->data(), results_->host(), written_ * sizeof(uint64_t));
  return Status::Ok();
}

}  // namespace d3d12
}  // namespace hal
}  // namespace dml
