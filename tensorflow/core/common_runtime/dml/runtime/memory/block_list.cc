#include "tensorflow/core/common_runtime/dml/runtime/memory/block_list.h"

namespace dml {

BlockList::Block* BlockList::NewBlock() {
  if (spare_blocks_.empty()) {
    storage_.emplace_back();
    return &storage_.back();
  }
  Block* block = spare_blocks_.back();
  spare_blocks_.pop_back();
  *block = Block();
  return block;
}

void BlockList::Recycle(Block* block) { spare_blocks_.push_back(block); }

void BlockList::InsertFree(Block* block) {
  block->in_use = false;
  if (spare_free_.empty()) {
    free_.emplace(block->bytes, block->address);
    return;
  }
  FreeSet::node_type node = std::move(spare_free_.back());
  spare_free_.pop_back();
  node.value() = {block->bytes, block->address};
  free_.insert(std::move(node));
}

void BlockList::EraseFree(const Block* block) {
  spare_free_.push_back(free_.extract({block->bytes, block->address}));
}

void BlockList::InsertMap(Block* block) {
  if (spare_map_.empty()) {
    blocks_.emplace(block->address, block);
    return;
  }
  BlockMap::node_type node = std::move(spare_map_.back());
  spare_map_.pop_back();
  node.key() = block->address;
  node.mapped() = block;
  blocks_.insert(std::move(node));
}

void BlockList::EraseMap(const Block* block) {
  spare_map_.push_back(blocks_.extract(block->address));
}

void BlockList::AddRegion(uint32_t region, uint64_t address, uint64_t bytes) {
  Block* block = NewBlock();
  block->address = address;
  block->bytes = bytes;
  block->region = region;
  InsertMap(block);
  InsertFree(block);
}

void BlockList::RemoveRegion(uint64_t address, uint64_t bytes) {
  auto it = blocks_.find(address);
  if (it == blocks_.end() || it->second->in_use || it->second->bytes != bytes) {
    return;
  }
  Block* block = it->second;
  EraseFree(block);
  EraseMap(block);
  Recycle(block);
}

BlockList::Block* BlockList::Allocate(uint64_t bytes) {
  auto fit = free_.lower_bound({bytes, 0});
  if (fit == free_.end()) return nullptr;
  Block* block = blocks_.find(fit->second)->second;
  EraseFree(block);
  block->in_use = true;
  if (block->bytes > bytes) {
    Block* rest = NewBlock();
    rest->address = block->address + bytes;
    rest->bytes = block->bytes - bytes;
    rest->region = block->region;
    rest->previous = block;
    rest->next = block->next;
    if (rest->next != nullptr) rest->next->previous = rest;
    block->next = rest;
    block->bytes = bytes;
    InsertMap(rest);
    InsertFree(rest);
  }
  return block;
}

BlockList::Block* BlockList::Find(uint64_t address) const {
  auto it = blocks_.find(address);
  return it == blocks_.end() || !it->second->in_use ? nullptr : it->second;
}

const BlockList::Block* BlockList::Free(Block* block) {
  // Grows to the right, then the left neighbour swallows it.
  if (Block* next = block->next; next != nullptr && !next->in_use) {
    EraseFree(next);
    EraseMap(next);
    block->bytes += next->bytes;
    block->next = next->next;
    if (block->next != nullptr) block->next->previous = block;
    Recycle(next);
  }
  if (Block* previous = block->previous;
      previous != nullptr && !previous->in_use) {
    EraseFree(previous);
    EraseMap(block);
    previous->bytes += block->bytes;
    previous->next = block->next;
    if (previous->next != nullptr) previous->next->previous = previous;
    Recycle(block);
    block = previous;
  }
  InsertFree(block);
  return block;
}

}  // namespace dml
