// TimestampPool: the queries behind the timestamps of a command list.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_TIMESTAMP_POOL_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_TIMESTAMP_POOL_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/com.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/device.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/heap.h"

namespace dml {
namespace hal {
namespace d3d12 {

// Holds queries only while they are wanted: a list without timestamps has no
// pool, and one with few a small one. Thread-compatible.
class TimestampPool {
 public:
  TimestampPool(D3d12Device* device, Queue queue)
      : device_(device), queue_(queue) {}

  // Makes room for `count` timestamps in a list whose recording begins. What
  // the pool held must be complete.
  Status Begin(uint32_t count);
  // The time at which all work before it is complete. Beyond the room that was
  // asked for it writes nothing, and Read() fails.
  void Write(ID3D12GraphicsCommandList* commands);
  // Has the list bring those written to where Read() finds them.
  void End(ID3D12GraphicsCommandList* commands);
  // Those written, in ticks; the work must be complete.
  Status Read(std::vector<uint64_t>* ticks);

 private:
  Status MakeRoom(uint32_t count);
  void Free();

  D3d12Device* const device_;
  const Queue queue_;
  ComPtr<ID3D12QueryHeap> queries_;
  std::unique_ptr<D3d12Heap> results_;
  uint32_t room_ = 0;  // of both
  uint32_t written_ = 0;
};

}  // namespace d3d12
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_TIMESTAMP_POOL_H_
