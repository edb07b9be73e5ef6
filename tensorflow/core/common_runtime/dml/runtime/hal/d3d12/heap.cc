#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/heap.h"

#include <shared_mutex>
#include <utility>

#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/device.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/heap_size.h"

namespace dml {
namespace hal {
namespace d3d12 {
namespace {

const char* KindName(HeapKind kind) {
  switch (kind) {
    case HeapKind::kDevice:
      return "device";
    case HeapKind::kUpload:
      return "upload";
    case HeapKind::kReadback:
      return "readback";
  }
  return "";
}

}  // namespace

D3D12_HEAP_PROPERTIES HeapProperties(HeapKind kind, const Features& features) {
  D3D12_HEAP_PROPERTIES properties{};
  if (kind == HeapKind::kDevice && !features.coherent_unified) {
    properties.Type = D3D12_HEAP_TYPE_DEFAULT;
    return properties;
  }
  properties.Type = D3D12_HEAP_TYPE_CUSTOM;
  properties.MemoryPoolPreference = D3D12_MEMORY_POOL_L0;
  // What the host only writes needs no caches, unless they cost the device
  // nothing.
  properties.CPUPageProperty =
      kind == HeapKind::kUpload && !features.coherent_unified
          ? D3D12_CPU_PAGE_PROPERTY_WRITE_COMBINE
          : D3D12_CPU_PAGE_PROPERTY_WRITE_BACK;
  return properties;
}

Status D3d12Heap::Create(D3d12Device* device, HeapKind kind, uint64_t bytes,
                         std::unique_ptr<D3d12Heap>* heap) {
  DML_RETURN_IF_ERROR(CheckHeapSize(device->info(), bytes));
  std::unique_ptr<D3d12Heap> made(new D3d12Heap(device, bytes));
  const Status status = made->Init(kind);
  if (!status.ok()) {
    // Its destructor would ask for what whoever calls holds.
    made->destination_.Reset();
    made->source_.Reset();
    made->programs_.Reset();
    made->memory_.Reset();
    return Error(status.code(), "no ", KindName(kind), " heap of ", bytes,
                 " bytes: ", status.message());
  }
  *heap = std::move(made);
  return Status::Ok();
}

Status D3d12Heap::Init(HeapKind kind) {
  const uint64_t bytes =
      (size_ + kHeapGranularity - 1) / kHeapGranularity * kHeapGranularity;
  D3D12_HEAP_DESC desc{};
  desc.SizeInBytes = bytes;
  desc.Properties = HeapProperties(kind, device_->physical().features);
  desc.Flags = D3D12_HEAP_FLAG_ALLOW_ONLY_BUFFERS;
  DML_RETURN_IF_ERROR(
      device_->Check(device_->handle()->CreateHeap(&desc, uuidof<ID3D12Heap>(),
                                                   memory_.ReceiveVoid()),
                     "ID3D12Device::CreateHeap"));
  DML_RETURN_IF_ERROR(CreateBuffer(
      bytes, D3D12_RESOURCE_FLAG_ALLOW_UNORDERED_ACCESS, &programs_));
  DML_RETURN_IF_ERROR(CreateBuffer(bytes, D3D12_RESOURCE_FLAG_NONE, &source_));
  DML_RETURN_IF_ERROR(
      CreateBuffer(bytes, D3D12_RESOURCE_FLAG_NONE, &destination_));
  if (desc.Properties.Type == D3D12_HEAP_TYPE_CUSTOM) {
    void* host = nullptr;
    DML_RETURN_IF_ERROR(device_->Check(programs_->Map(0, nullptr, &host),
                                       "ID3D12Resource::Map"));
    host_ = static_cast<uint8_t*>(host);
    host_cached_ =
        desc.Properties.CPUPageProperty == D3D12_CPU_PAGE_PROPERTY_WRITE_BACK;
  }
  address_ = programs_->GetGPUVirtualAddress();
  if (kind == HeapKind::kDevice) {
    device_->SetResidencyPriority(memory_.get());
    device_bytes_ = bytes;
    device_->AddDeviceBytes(static_cast<int64_t>(bytes));
  }
  return Status::Ok();
}

Status D3d12Heap::CreateBuffer(uint64_t bytes, D3D12_RESOURCE_FLAGS flags,
                               ComPtr<ID3D12Resource>* buffer) {
  D3D12_RESOURCE_DESC desc{};
  desc.Dimension = D3D12_RESOURCE_DIMENSION_BUFFER;
  desc.Width = bytes;
  desc.Height = 1;
  desc.DepthOrArraySize = 1;
  desc.MipLevels = 1;
  desc.SampleDesc.Count = 1;
  desc.Layout = D3D12_TEXTURE_LAYOUT_ROW_MAJOR;
  desc.Flags = flags;
  return device_->Check(
      device_->handle()->CreatePlacedResource(
          memory_.get(), 0, &desc, D3D12_RESOURCE_STATE_COMMON, nullptr,
          uuidof<ID3D12Resource>(), buffer->ReceiveVoid()),
      "ID3D12Device::CreatePlacedResource");
}

D3d12Heap::~D3d12Heap() {
  if (!memory_) return;
  device_->AddDeviceBytes(-static_cast<int64_t>(device_bytes_));
}

}  // namespace d3d12
}  // namespace hal
}  // namespace dml
