// BlockList: which parts of a set of address ranges are free and which are in
// use. Best fit, lowest address first among equals, with coalescing.
//
// Thread-compatible. Every operation is O(log n); bookkeeping is recycled, so
// a program in a steady state allocates no host memory here.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_MEMORY_BLOCK_LIST_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_MEMORY_BLOCK_LIST_H_

#include <cstdint>
#include <deque>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace dml {

class BlockList {
 public:
  // A part of a region; parts of one region are linked in address order.
  struct Block {
    uint64_t address = 0;
    uint64_t bytes = 0;
    uint32_t region = 0;  // as given to AddRegion
    uint32_t tag = 0;     // the user's, while in use
    bool in_use = false;
    Block* previous = nullptr;
    Block* next = nullptr;
  };

  void AddRegion(uint32_t region, uint64_t address, uint64_t bytes);
  // The region that begins at `address` must be wholly free.
  void RemoveRegion(uint64_t address, uint64_t bytes);

  // The smallest free block that holds `bytes`, cut to size; null when none.
  Block* Allocate(uint64_t bytes);
  // The block in use that begins at `address`, or null.
  Block* Find(uint64_t address) const;
  // Returns the free block that the freed one became part of.
  const Block* Free(Block* block);

  uint64_t largest_free_block() const {
    return free_.empty() ? 0 : free_.rbegin()->first;
  }

 private:
  using FreeSet = std::set<std::pair<uint64_t, uint64_t>>;  // bytes, address
  // Blocks by address; those of free blocks are needed to leave FreeSet.
  using BlockMap = std::unordered_map<uint64_t, Block*>;

  Block* NewBlock();
  void Recycle(Block* block);
  void InsertFree(Block* block);
  void EraseFree(const Block* block);
  void InsertMap(Block* block);
  void EraseMap(const Block* block);

  FreeSet free_;
  BlockMap blocks_;
  std::deque<Block> storage_;
  std::vector<Block*> spare_blocks_;
  std::vector<FreeSet::node_type> spare_free_;
  std::vector<BlockMap::node_type> spare_map_;
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_MEMORY_BLOCK_LIST_H_
