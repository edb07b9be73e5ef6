// D3d12Device: the device, its queues and what its objects share.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_DEVICE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_DEVICE_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/adapter.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/api.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/com.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/compile_log.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/debug_layer.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/program_store.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/queue_fence.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/root_signatures.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/device_loss.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"

namespace dml {
namespace hal {
namespace d3d12 {

class D3d12Device final : public Device {
 public:
  static Status Create(const PhysicalAdapter& physical,
                       std::unique_ptr<Device>* device);
  // Waits for the queues, unless the device is lost.
  ~D3d12Device() override;

  const AdapterInfo& info() const override { return physical_.info; }
  MemoryBudget memory_budget() const override;
  Status CreateHeap(HeapKind kind, uint64_t bytes,
                    std::unique_ptr<Heap>* heap) override;
  Status CreateProgram(const ProgramDesc& desc,
                       std::unique_ptr<Program>* program) override;
  Status CreateCommandList(Queue queue,
                           std::unique_ptr<CommandList>* list) override;
  Status Submit(CommandList* list, const QueuePoint& point,
                Span<const QueuePoint> waits) override;
  Status Wait(const QueuePoint& point, uint64_t timeout_ns) override;
  Status Completed(Queue queue, uint64_t* value) override;
  DeviceClock clock(Queue queue) const override {
    return clocks_[static_cast<size_t>(queue)];
  }
  Status ReadClocks(uint64_t* ticks, uint64_t* host_ns) override;
  void SaveProgramCache() override;
  void GiveBack() override;

  // For the objects that this device makes.
  static D3D12_COMMAND_LIST_TYPE ListType(Queue queue) {
    return queue == Queue::kTransfer ? D3D12_COMMAND_LIST_TYPE_COPY
                                     : D3D12_COMMAND_LIST_TYPE_COMPUTE;
  }
  // Null once given back.
  ID3D12Device* handle() const { return device_.get(); }
  const PhysicalAdapter& physical() const { return physical_; }
  // All calls that take the device's handle hold this, once a thread; fails
  // once GiveBack() began.
  Status Use(std::shared_lock<std::shared_mutex>* lock) const;
  // DXIL by DXC, and pipelines by the driver, which need not hand them out.
  ProgramStore* dxil_store() { return &dxil_store_; }
  ProgramStore* pipeline_store() { return &pipeline_store_; }
  CompileLog* compile_log() { return &compile_log_; }
  // It belongs to the device.
  Status GetRootSignature(uint32_t buffers, ID3D12RootSignature** signature) {
    return root_signatures_.Get(physical_.libraries, handle(), buffers,
                                signature);
  }
  // Keeps it until DropPipeline() or GiveBack().
  void AddPipeline(ComPtr<ID3D12PipelineState> pipeline);
  void DropPipeline(ID3D12PipelineState* pipeline);
  // Tensors had better stay in the device's memory when that is scarce.
  void SetResidencyPriority(ID3D12Pageable* memory);
  // Counts what heaps take, for systems that do not.
  void AddDeviceBytes(int64_t bytes) { device_bytes_ += bytes; }
  // As ToStatus(), but remembers that the device is lost and says more of it.
  Status Check(HRESULT result, const char* call);

 private:
  struct DeviceQueue {
    ComPtr<ID3D12CommandQueue> handle;  // null: there is none
    QueueFence fence;
    std::atomic<uint64_t> submitted{0};
  };

  explicit D3d12Device(const PhysicalAdapter& physical);
  Status Init();
  Status OpenQueue(Queue which);
  void FindClock(Queue which);
  // The device's clock and the host's, read at once.
  HRESULT ReadClocksOf(ID3D12CommandQueue* queue, uint64_t* ticks,
                       uint64_t* host_ns) const;
  void PrintCompileLog(bool at_end);
  void Destroy();
  DeviceQueue& queue(Queue which) {
    return queues_[static_cast<size_t>(which)];
  }

  const PhysicalAdapter physical_;
  ComPtr<ID3D12Device> device_;
  ComPtr<ID3D12Device1> device1_;  // null on an old system
  std::array<DeviceQueue, kQueues> queues_;
  std::array<DeviceClock, kQueues> clocks_;
  RootSignatures root_signatures_;
  ProgramStore dxil_store_, pipeline_store_;
  CompileLog compile_log_;
  DebugMessages messages_;
  std::atomic<int64_t> device_bytes_{0};

  mutable std::shared_mutex use_mutex_;
  std::mutex pipelines_mutex_;
  // Guarded by pipelines_mutex_.
  std::unordered_map<ID3D12PipelineState*, ComPtr<ID3D12PipelineState>>
      pipelines_;

  DeviceLoss loss_;
};

}  // namespace d3d12
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_DEVICE_H_
