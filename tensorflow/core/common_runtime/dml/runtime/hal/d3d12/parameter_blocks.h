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

#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/hal/block_chunks.h"
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
  // Of one block.
  static constexpr uint32_t kMaxBytes = BlockChunks<D3d12Heap>::kChunkBytes;

  explicit ParameterBlocks(D3d12Device* device) : device_(device) {}

  // Forgets all blocks; the memory is kept.
  void Begin() { chunks_.Begin(); }
  // Room for a block of at most kMaxBytes: where the host writes it, and the
  // address at which programs find it.
  Status Take(uint32_t bytes, uint8_t** host, uint64_t* address);

  // Whether RecordCopies() must run before the programs.
  bool copies_pending() const { return chunks_.copies_pending(); }
  // Copies what was written, and lets programs behind see it.
  void RecordCopies(ID3D12GraphicsCommandList* commands) const;

 private:
  using Chunk = BlockChunks<D3d12Heap>::Chunk;

  Status MakeChunk(Chunk* chunk);

  D3d12Device* const device_;
  BlockChunks<D3d12Heap> chunks_;
};

}  // namespace d3d12
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_PARAMETER_BLOCKS_H_
