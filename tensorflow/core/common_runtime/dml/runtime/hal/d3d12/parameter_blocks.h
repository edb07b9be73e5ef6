// ParameterBlocks: memory for the parameter blocks of one command list.
//
// Programs read them at the begin of every invocation, so they lie where the
// device reads fast. Where device and host share memory the host writes them
// there in place; else it writes them to its own memory, and the list first
// copies them over.
//
// Thread-compatible.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_PARAMETER_BLOCKS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_PARAMETER_BLOCKS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/device.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/heap.h"

namespace dml {
namespace hal {
namespace d3d12 {

// A binding as a program takes it: the words of its buffer begin at `address`,
// and its own first byte is so many bytes behind that.
struct WordAddress {
  uint64_t address = 0;
  uint32_t offset = 0;  // 0 to 3
};
WordAddress WordAddressOf(uint64_t address);

// Lays out a parameter block at `block`, of ParameterBytes(): for each binding
// 8 bytes that begin with its WordAddress::offset, then the constants.
uint32_t ParameterBytes(const DispatchDesc& desc);
void WriteParameters(const DispatchDesc& desc, uint8_t* block);

class ParameterBlocks {
 public:
  static constexpr uint32_t kMaxBytes = kHeapGranularity;  // of one block

  explicit ParameterBlocks(D3d12Device* device) : device_(device) {}

  // Forgets all blocks; the memory is kept.
  void Begin();
  // Room for a block of at most kMaxBytes: where the host writes it, and the
  // address at which programs find it.
  Status Take(uint32_t bytes, uint8_t** host, uint64_t* address);

  // Whether RecordCopies() must run before the programs.
  bool copies_pending() const;
  // Copies what was written, and lets programs behind see it.
  void RecordCopies(ID3D12GraphicsCommandList* commands) const;

 private:
  struct Chunk {
    std::unique_ptr<D3d12Heap> memory;   // that programs read
    std::unique_ptr<D3d12Heap> staging;  // null: the host writes in place
    uint32_t used = 0;                   // bytes since Begin()
  };

  Status MakeChunk(Chunk* chunk);

  D3d12Device* const device_;
  std::vector<Chunk> chunks_;
  size_t current_ = 0;  // in use: chunks_[current_]
};

}  // namespace d3d12
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_PARAMETER_BLOCKS_H_
