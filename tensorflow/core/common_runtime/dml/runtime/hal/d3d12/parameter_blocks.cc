#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/parameter_blocks.h"

#include <cstring>
#include <shared_mutex>

#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/command_list.h"

namespace dml {
namespace hal {
namespace d3d12 {
namespace {

constexpr uint32_t kBytesOfBuffer = 8;

}  // namespace

WordAddress WordAddressOf(uint64_t address) {
  return {address & ~uint64_t{3}, static_cast<uint32_t>(address & 3)};
}

uint32_t ParameterBytes(const DispatchDesc& desc) {
  return desc.bindings.size() * kBytesOfBuffer + desc.constants.size();
}

void WriteParameters(const DispatchDesc& desc, uint8_t* block) {
  for (const Binding& binding : desc.bindings) {
    const uint32_t words[] = {
        WordAddressOf(static_cast<const D3d12Heap*>(binding.heap)->address() +
                      binding.offset)
            .offset,
        0};
    static_assert(sizeof(words) == kBytesOfBuffer, "");
    std::memcpy(block, words, sizeof(words));
    block += sizeof(words);
  }
  if (!desc.constants.empty()) {
    std::memcpy(block, desc.constants.data(), desc.constants.size());
  }
}

Status ParameterBlocks::Take(uint32_t bytes, uint8_t** host,
                             uint64_t* address) {
  return chunks_.Take(
      bytes, [this](Chunk* chunk) { return MakeChunk(chunk); }, host, address);
}

Status ParameterBlocks::MakeChunk(Chunk* chunk) {
  std::shared_lock<std::shared_mutex> use;
  DML_RETURN_IF_ERROR(device_->Use(&use));
  if (device_->info().unified_memory) {
    return D3d12Heap::Create(device_, HeapKind::kUpload, kMaxBytes,
                             &chunk->memory);
  }
  DML_RETURN_IF_ERROR(
      D3d12Heap::Create(device_, HeapKind::kDevice, kMaxBytes, &chunk->memory));
  return D3d12Heap::Create(device_, HeapKind::kUpload, kMaxBytes,
                           &chunk->staging);
}

void ParameterBlocks::RecordCopies(ID3D12GraphicsCommandList* commands) const {
  chunks_.ForEachCopy([commands](const Chunk& chunk) {
    commands->CopyBufferRegion(chunk.memory->destination(), 0,
                               chunk.staging->source(), 0, chunk.used);
  });
  RecordBarrier(commands, Barriers::Kind::kAliasing);
}

}  // namespace d3d12
}  // namespace hal
}  // namespace dml
