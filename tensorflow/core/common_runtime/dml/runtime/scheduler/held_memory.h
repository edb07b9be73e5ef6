// HeldMemory: memory that its owner gives back while launches that wait still
// need it. Free, it would serve the next operator at once, whose work conflicts
// with them then and has them launched. It is released behind the next barrier
// after their launch, so that what it serves then needs none for it.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_HELD_MEMORY_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_HELD_MEMORY_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/span.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/stream.h"

namespace dml {

// Thread-compatible.
class HeldMemory {
 public:
  // So that little memory is lost for others.
  static constexpr uint64_t kMaxBlockBytes = uint64_t{2} << 20;
  static constexpr uint64_t kMaxBytes = uint64_t{16} << 20;

  static bool MayHold(uint64_t bytes) { return bytes <= kMaxBlockBytes; }

  // False where that would be too much.
  bool Hold(uint64_t address, uint64_t bytes, Stream::GiveBack give_back) {
    if (!MayHold(bytes) || bytes_ + bytes > kMaxBytes) return false;
    bytes_ += bytes;
    blocks_[address] = {bytes, std::move(give_back)};
    return true;
  }

  // After a launch with these arguments, of which nothing that waits needs some
  // any more, as needed(address, bytes) says.
  template <typename Needed>
  void Launched(Span<const BufferArgument> arguments, Needed needed) {
    if (blocks_.empty()) return;
    for (const BufferArgument& a : arguments) {
      if (a.bytes == 0) continue;
      auto block = blocks_.upper_bound(a.address);
      if (block != blocks_.begin()) --block;
      while (block != blocks_.end() && block->first < a.address + a.bytes) {
        const uint64_t end = block->first + block->second.bytes;
        if (end > a.address && !needed(block->first, block->second.bytes)) {
          block = NoteLaunched(block);
        } else {
          ++block;
        }
      }
    }
  }

  // After a barrier: what was launched before is released.
  void AfterBarrier() {
    for (Block& block : launched_) {
      bytes_ -= block.bytes;
      released_.push_back(std::move(block.give_back));
    }
    launched_.clear();
  }

  void ReleaseAll() {
    for (auto block = blocks_.begin(); block != blocks_.end();) {
      block = NoteLaunched(block);
    }
    AfterBarrier();
  }

  bool has_released() const { return !released_.empty(); }
  std::vector<Stream::GiveBack> TakeReleased() {
    return std::exchange(released_, {});
  }

 private:
  struct Block {
    uint64_t bytes = 0;
    Stream::GiveBack give_back;
  };
  using Blocks = std::map<uint64_t, Block>;  // by address

  Blocks::iterator NoteLaunched(Blocks::iterator block) {
    launched_.push_back(std::move(block->second));
    return blocks_.erase(block);
  }

  Blocks blocks_;
  std::vector<Block> launched_;
  uint64_t bytes_ = 0;
  std::vector<Stream::GiveBack> released_;
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_HELD_MEMORY_H_
