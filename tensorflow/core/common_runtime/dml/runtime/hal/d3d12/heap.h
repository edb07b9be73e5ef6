// D3d12Heap: one heap of the driver's, with buffers over all of it.
//
// There is a buffer for each way in which commands use memory: by programs, as
// a copy's source, as its destination. They lie over the same bytes (placed
// resources of a layout that Direct3D 12 defines share what they hold), and
// each is ever in one state only, into which it is promoted from COMMON at its
// first use in a submission. So no list ever changes a buffer's state, bytes of
// a heap are copied within it, and copies and programs work on different bytes
// of one heap at once, as hal.h has it; what is to be ordered, barriers order
// (barriers.h).
//
// Memory of the host has a heap of the type CUSTOM: those of the types UPLOAD
// and READBACK would each allow one state only.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_HEAP_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_HEAP_H_

#include <cstdint>
#include <memory>

#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/api.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/com.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/features.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"

namespace dml {
namespace hal {
namespace d3d12 {

class D3d12Device;

D3D12_HEAP_PROPERTIES HeapProperties(HeapKind kind, const Features& features);

class D3d12Heap final : public Heap {
 public:
  // Whoever calls holds D3d12Device::Use().
  static Status Create(D3d12Device* device, HeapKind kind, uint64_t bytes,
                       std::unique_ptr<D3d12Heap>* heap);
  ~D3d12Heap() override;

  uint64_t size() const override { return size_; }
  uint8_t* host() const override { return host_; }
  bool host_cached() const override { return host_cached_; }

  // What programs see at offset 0.
  uint64_t address() const { return address_; }
  ID3D12Resource* source() const { return source_.get(); }
  ID3D12Resource* destination() const { return destination_.get(); }

 private:
  D3d12Heap(D3d12Device* device, uint64_t size)
      : device_(device), size_(size) {}
  Status Init(HeapKind kind);
  Status CreateBuffer(uint64_t bytes, D3D12_RESOURCE_FLAGS flags,
                      ComPtr<ID3D12Resource>* buffer);

  D3d12Device* const device_;
  const uint64_t size_;
  uint64_t device_bytes_ = 0;  // what it takes of the device's memory
  ComPtr<ID3D12Heap> memory_;
  ComPtr<ID3D12Resource> programs_, source_, destination_;
  uint64_t address_ = 0;
  uint8_t* host_ = nullptr;
  bool host_cached_ = false;
};

}  // namespace d3d12
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_HEAP_H_
