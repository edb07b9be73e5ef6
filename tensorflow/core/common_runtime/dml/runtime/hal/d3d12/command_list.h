// D3d12CommandList: one command list with an allocator of its own, and the
// parameter blocks of its dispatches. Where these have to be copied to where
// the device reads them fast, a second list does that first.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_COMMAND_LIST_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_COMMAND_LIST_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/barriers.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/com.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/device.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/parameter_blocks.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/timestamp_pool.h"

namespace dml {
namespace hal {
namespace d3d12 {

// Of all memory.
void RecordBarrier(ID3D12GraphicsCommandList* commands, Barriers::Kind kind);

class D3d12CommandList final : public CommandList {
 public:
  static Status Create(D3d12Device* device, Queue queue,
                       std::unique_ptr<CommandList>* list);

  Status Begin(uint32_t timestamps) override;
  void Dispatch(const DispatchDesc& desc) override;
  void Copy(const Binding& dst, const Binding& src, uint64_t bytes) override;
  void Barrier(const BarrierScope& scope) override;
  void Timestamp() override;
  Status End() override;
  Status ReadTimestamps(std::vector<uint64_t>* ticks) override;

  // To be executed in this order; after End().
  Span<ID3D12CommandList* const> lists() const {
    return {lists_ + (2 - list_count_), list_count_};
  }

 private:
  // A list and the memory of its commands.
  struct Recorder {
    ComPtr<ID3D12CommandAllocator> allocator;
    ComPtr<ID3D12GraphicsCommandList> list;
  };

  D3d12CommandList(D3d12Device* device, Queue queue)
      : device_(device),
        queue_(queue),
        timestamps_(device, queue),
        blocks_(device) {}
  Status MakeRecorder(Recorder* recorder);
  Status BeginRecorder(Recorder* recorder);
  Status Record(const DispatchDesc& desc);
  Status RecordPrologue();

  D3d12Device* const device_;
  const Queue queue_;
  Recorder prologue_, main_;
  ID3D12CommandList* lists_[2] = {nullptr, nullptr};  // of both, in this order
  size_t list_count_ = 1;  // without the prologue, or with it
  Status status_;          // the first failure since Begin()
  // What is set in the list since Begin().
  ID3D12PipelineState* pipeline_ = nullptr;
  ID3D12RootSignature* signature_ = nullptr;
  Barriers barriers_;

  TimestampPool timestamps_;
  ParameterBlocks blocks_;
};

}  // namespace d3d12
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_COMMAND_LIST_H_
