#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/command_list.h"

#include <algorithm>
#include <shared_mutex>
#include <utility>

#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/heap.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/program.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/root_signatures.h"

namespace dml {
namespace hal {
namespace d3d12 {

void RecordBarrier(ID3D12GraphicsCommandList* commands, Barriers::Kind kind) {
  // Null resources: all that there are. An aliasing barrier need not order what
  // uses one buffer, so that a UAV barrier goes along.
  D3D12_RESOURCE_BARRIER barriers[2] = {};
  barriers[0].Type = D3D12_RESOURCE_BARRIER_TYPE_UAV;
  barriers[1].Type = D3D12_RESOURCE_BARRIER_TYPE_ALIASING;
  if (kind == Barriers::Kind::kUav) commands->ResourceBarrier(1, barriers);
  if (kind == Barriers::Kind::kAliasing) commands->ResourceBarrier(2, barriers);
}

Status D3d12CommandList::Create(D3d12Device* device, Queue queue,
                                std::unique_ptr<CommandList>* list) {
  std::unique_ptr<D3d12CommandList> made(new D3d12CommandList(device, queue));
  DML_RETURN_IF_ERROR(made->MakeRecorder(&made->main_));
  made->lists_[1] = made->main_.list.get();
  *list = std::move(made);
  return Status::Ok();
}

Status D3d12CommandList::MakeRecorder(Recorder* recorder) {
  ID3D12Device* const device = device_->handle();
  const D3D12_COMMAND_LIST_TYPE type = D3d12Device::ListType(queue_);
  DML_RETURN_IF_ERROR(device_->Check(
      device->CreateCommandAllocator(type, uuidof<ID3D12CommandAllocator>(),
                                     recorder->allocator.ReceiveVoid()),
      "ID3D12Device::CreateCommandAllocator"));
  DML_RETURN_IF_ERROR(device_->Check(
      device->CreateCommandList(0, type, recorder->allocator.get(), nullptr,
                                uuidof<ID3D12GraphicsCommandList>(),
                                recorder->list.ReceiveVoid()),
      "ID3D12Device::CreateCommandList"));
  // It is born open.
  return device_->Check(recorder->list->Close(),
                        "ID3D12GraphicsCommandList::Close");
}

Status D3d12CommandList::BeginRecorder(Recorder* recorder) {
  DML_RETURN_IF_ERROR(device_->Check(recorder->allocator->Reset(),
                                     "ID3D12CommandAllocator::Reset"));
  return device_->Check(
      recorder->list->Reset(recorder->allocator.get(), nullptr),
      "ID3D12GraphicsCommandList::Reset");
}

Status D3d12CommandList::Begin(uint32_t timestamps) {
  status_ = Status::Ok();
  pipeline_ = nullptr;
  signature_ = nullptr;
  barriers_.Begin();
  blocks_.Begin();
  list_count_ = 1;
  DML_RETURN_IF_ERROR(timestamps_.Begin(timestamps));
  return BeginRecorder(&main_);
}

void D3d12CommandList::Dispatch(const DispatchDesc& desc) {
  if (status_.ok()) status_ = Record(desc);
}

Status D3d12CommandList::Record(const DispatchDesc& desc) {
  const auto* program = static_cast<const D3d12Program*>(desc.program);
  for (int i = 0; i < 3; ++i) {
    if (desc.groups[i] == 0) return Status::Ok();
    const uint32_t most = device_->info().max_grid[i];
    if (desc.groups[i] > most || desc.first[i] > most - desc.groups[i]) {
      return InvalidArgument("program ", program->name(), ": a grid of ",
                             desc.groups[0], " x ", desc.groups[1], " x ",
                             desc.groups[2], " groups from ", desc.first[0],
                             ", ", desc.first[1], ", ", desc.first[2],
                             "; adapter \"", device_->info().name,
                             "\" takes at most ", most, " in each direction");
    }
  }
  const uint32_t bytes = ParameterBytes(desc);
  if (bytes > ParameterBlocks::kMaxBytes ||
      desc.bindings.size() != program->buffers()) {
    return InvalidArgument("program ", program->name(), ": ",
                           desc.bindings.size(), " buffers instead of ",
                           program->buffers(), ", and ", bytes,
                           " bytes of parameters; at most ",
                           ParameterBlocks::kMaxBytes, " are possible");
  }
  uint8_t* host = nullptr;
  uint64_t block = 0;
  DML_RETURN_IF_ERROR(blocks_.Take(std::max(bytes, 1u), &host, &block));
  WriteParameters(desc, host);

  ID3D12GraphicsCommandList* const commands = main_.list.get();
  RecordBarrier(commands, barriers_.BeforeDispatch());
  if (signature_ != program->signature()) {
    signature_ = program->signature();
    commands->SetComputeRootSignature(signature_);
  }
  if (pipeline_ != program->pipeline()) {
    pipeline_ = program->pipeline();
    commands->SetPipelineState(pipeline_);
  }
  const uint32_t grid[kGridConstants] = {desc.groups[0], desc.groups[1],
                                         desc.groups[2], desc.first[0],
                                         desc.first[1],  desc.first[2]};
  commands->SetComputeRoot32BitConstants(kGridParameter, kGridConstants, grid,
                                         0);
  commands->SetComputeRootShaderResourceView(kBlockParameter, block);
  uint32_t parameter = kFirstBufferParameter;
  for (const Binding& binding : desc.bindings) {
    const uint64_t address =
        static_cast<const D3d12Heap*>(binding.heap)->address() + binding.offset;
    commands->SetComputeRootUnorderedAccessView(parameter++,
                                                WordAddressOf(address).address);
  }
  commands->Dispatch(desc.groups[0], desc.groups[1], desc.groups[2]);
  barriers_.NoteDispatch();
  return Status::Ok();
}

void D3d12CommandList::Copy(const Binding& dst, const Binding& src,
                            uint64_t bytes) {
  if (!status_.ok() || bytes == 0) return;
  ID3D12GraphicsCommandList* const commands = main_.list.get();
  RecordBarrier(commands, barriers_.BeforeCopy());
  commands->CopyBufferRegion(
      static_cast<const D3d12Heap*>(dst.heap)->destination(), dst.offset,
      static_cast<const D3d12Heap*>(src.heap)->source(), src.offset, bytes);
  barriers_.NoteCopy();
}

void D3d12CommandList::Barrier(const BarrierScope& scope) {
  barriers_.Order(scope);
}

void D3d12CommandList::Timestamp() {
  if (status_.ok()) timestamps_.Write(main_.list.get());
}

Status D3d12CommandList::End() {
  timestamps_.End(main_.list.get());
  const Status ended =
      device_->Check(main_.list->Close(), "ID3D12GraphicsCommandList::Close");
  DML_RETURN_IF_ERROR(status_);
  DML_RETURN_IF_ERROR(ended);
  return blocks_.copies_pending() ? RecordPrologue() : Status::Ok();
}

Status D3d12CommandList::RecordPrologue() {
  if (!prologue_.list) {
    std::shared_lock<std::shared_mutex> use;
    DML_RETURN_IF_ERROR(device_->Use(&use));
    DML_RETURN_IF_ERROR(MakeRecorder(&prologue_));
    lists_[0] = prologue_.list.get();
  }
  DML_RETURN_IF_ERROR(BeginRecorder(&prologue_));
  blocks_.RecordCopies(prologue_.list.get());
  DML_RETURN_IF_ERROR(device_->Check(prologue_.list->Close(),
                                     "ID3D12GraphicsCommandList::Close"));
  list_count_ = 2;
  return Status::Ok();
}

Status D3d12CommandList::ReadTimestamps(std::vector<uint64_t>* ticks) {
  return timestamps_.Read(ticks);
}

}  // namespace d3d12
}  // namespace hal
}  // namespace dml
