// BlockChunks: memory for the parameter blocks of one command list, as backends
// share it: theirs say where a chunk lies, and how it is copied there.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_BLOCK_CHUNKS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_BLOCK_CHUNKS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"

namespace dml {
namespace hal {

// `OwnHeap`: a backend's Heap, which has an address(). Thread-compatible.
template <typename OwnHeap>
class BlockChunks {
 public:
  static constexpr uint32_t kChunkBytes = 64 << 10;  // and most of one block
  static constexpr uint32_t kAlignment = 16;         // of blocks

  struct Chunk {
    std::unique_ptr<OwnHeap> memory;   // that programs read, of kChunkBytes
    std::unique_ptr<OwnHeap> staging;  // null: the host writes in place
    uint32_t used = 0;                 // bytes since Begin()
  };

  // Forgets all blocks; the memory is kept.
  void Begin() {
    current_ = 0;
    for (Chunk& chunk : chunks_) chunk.used = 0;
  }

  // Room for a block of at most kChunkBytes: where the host writes it, and the
  // address at which programs find it. make(Chunk*) allocates another chunk.
  template <typename Make>
  Status Take(uint32_t bytes, const Make& make, uint8_t** host,
              uint64_t* address) {
    if (current_ < chunks_.size() &&
        chunks_[current_].used + bytes > kChunkBytes) {
      ++current_;
    }
    if (current_ == chunks_.size()) {
      Chunk made;
      DML_RETURN_IF_ERROR(make(&made));
      chunks_.push_back(std::move(made));
    }
    Chunk& chunk = chunks_[current_];
    const OwnHeap& written = chunk.staging ? *chunk.staging : *chunk.memory;
    *host = written.host() + chunk.used;
    *address = chunk.memory->address() + chunk.used;
    chunk.used += (bytes + kAlignment - 1) & ~(kAlignment - 1);
    return Status::Ok();
  }

  // Calls copy(chunk) for each whose staging memory has something for its
  // memory, before programs may read that.
  template <typename Copy>
  void ForEachCopy(const Copy& copy) const {
    for (const Chunk& chunk : chunks_) {
      if (chunk.staging != nullptr && chunk.used > 0) copy(chunk);
    }
  }
  bool copies_pending() const {
    bool pending = false;
    ForEachCopy([&pending](const Chunk&) { pending = true; });
    return pending;
  }

 private:
  std::vector<Chunk> chunks_;
  size_t current_ = 0;  // in use: chunks_[current_]
};

}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_BLOCK_CHUNKS_H_
