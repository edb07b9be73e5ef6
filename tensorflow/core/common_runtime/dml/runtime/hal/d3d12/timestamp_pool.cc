#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/timestamp_pool.h"

#include <algorithm>
#include <cstring>
#include <shared_mutex>

#include "tensorflow/core/common_runtime/dml/runtime/hal/timestamp_room.h"

namespace dml {
namespace hal {
namespace d3d12 {

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
  DML_RETURN_IF_ERROR(CheckTimestamps(*device_, queue_));
  const uint32_t room = TimestampRoom(room_, count);
  if (room == room_) return Status::Ok();
  Free();
  return MakeRoom(room);
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
  DML_RETURN_IF_ERROR(CheckTimestampsWritten(written_, room_));
  ticks->resize(written_);
  std::memcpy(ticks->data(), results_->host(), written_ * sizeof(uint64_t));
  return Status::Ok();
}

}  // namespace d3d12
}  // namespace hal
}  // namespace dml
