#include "tensorflow/core/common_runtime/dml/runtime/memory/block_list.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <utility>
#include <vector>

namespace dml {
namespace {

TEST(BlockListTest, HasNothingAtFirst) {
  BlockList list;
  EXPECT_EQ(list.Allocate(1), nullptr);
  EXPECT_EQ(list.Find(0), nullptr);
  EXPECT_EQ(list.largest_free_block(), 0u);
}

TEST(BlockListTest, CutsBlocksToSize) {
  BlockList list;
  list.AddRegion(7, 1000, 100);
  BlockList::Block* block = list.Allocate(40);
  ASSERT_NE(block, nullptr);
  EXPECT_EQ(block->address, 1000u);
  EXPECT_EQ(block->bytes, 40u);
  EXPECT_EQ(block->region, 7u);
  EXPECT_TRUE(block->in_use);
  EXPECT_EQ(list.largest_free_block(), 60u);
  EXPECT_EQ(list.Allocate(61), nullptr);
  EXPECT_EQ(list.Allocate(60)->address, 1040u);
  EXPECT_EQ(list.largest_free_block(), 0u);
}

TEST(BlockListTest, FindsBlocksInUseByTheirFirstAddress) {
  BlockList list;
  list.AddRegion(0, 1000, 100);
  BlockList::Block* block = list.Allocate(40);
  EXPECT_EQ(list.Find(1000), block);
  EXPECT_EQ(list.Find(1001), nullptr);
  EXPECT_EQ(list.Find(1040), nullptr);  // free
  list.Free(block);
  EXPECT_EQ(list.Find(1000), nullptr);
}

TEST(BlockListTest, JoinsNeighboursInAnyOrderOfFreeing) {
  std::vector<int> order = {0, 1, 2, 3};
  do {
    BlockList list;
    list.AddRegion(0, 1000, 40);
    std::vector<BlockList::Block*> blocks;
    for (int i = 0; i < 4; ++i) blocks.push_back(list.Allocate(10));
    const BlockList::Block* last = nullptr;
    for (const int i : order) last = list.Free(blocks[i]);
    EXPECT_EQ(last->address, 1000u);
    EXPECT_EQ(last->bytes, 40u);
    EXPECT_EQ(list.largest_free_block(), 40u);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(BlockListTest, JoinsNothingAcrossRegions) {
  BlockList list;
  list.AddRegion(0, 1000, 100);
  list.AddRegion(1, 1100, 100);
  BlockList::Block* one = list.Allocate(100);
  BlockList::Block* other = list.Allocate(100);
  list.Free(one);
  list.Free(other);
  EXPECT_EQ(list.largest_free_block(), 100u);
  EXPECT_EQ(list.Allocate(101), nullptr);
}

TEST(BlockListTest, RemovesWholeFreeRegionsOnly) {
  BlockList list;
  list.AddRegion(0, 1000, 100);
  BlockList::Block* block = list.Allocate(100);
  list.RemoveRegion(1000, 100);  // in use
  EXPECT_EQ(list.Find(1000), block);
  list.Free(block);
  BlockList::Block* part = list.Allocate(10);
  list.RemoveRegion(1000, 100);  // in use in part
  list.Free(part);
  EXPECT_EQ(list.largest_free_block(), 100u);
  list.RemoveRegion(1000, 100);
  EXPECT_EQ(list.largest_free_block(), 0u);
  EXPECT_EQ(list.Allocate(1), nullptr);
}

// Best fit, written down as plainly as can be.
class Model {
 public:
  void AddRegion(uint64_t address, uint64_t bytes) {
    regions_[address] = bytes;
    free_[address] = bytes;
  }
  void RemoveRegion(uint64_t address) {
    regions_.erase(address);
    free_.erase(address);
  }
  // 0 when there is no room.
  uint64_t Allocate(uint64_t bytes) {
    auto best = free_.end();
    for (auto it = free_.begin(); it != free_.end(); ++it) {
      if (it->second < bytes) continue;
      if (best == free_.end() || it->second < best->second) best = it;
    }
    if (best == free_.end()) return 0;
    const auto [address, size] = *best;
    free_.erase(best);
    if (size > bytes) free_[address + bytes] = size - bytes;
    return address;
  }
  void Free(uint64_t address, uint64_t bytes) {
    free_[address] = bytes;
    for (auto it = free_.begin(); it != free_.end();) {
      const auto next = std::next(it);
      if (next != free_.end() && it->first + it->second == next->first &&
          regions_.count(next->first) == 0) {
        it->second += next->second;
        free_.erase(next);
      } else {
        it = next;
      }
    }
  }
  bool WhollyFree(uint64_t region) const {
    const auto found = free_.find(region);
    return found != free_.end() && found->second == regions_.at(region);
  }
  uint64_t largest() const {
    uint64_t bytes = 0;
    for (const auto& [address, size] : free_) bytes = std::max(bytes, size);
    return bytes;
  }
  const std::map<uint64_t, uint64_t>& regions() const { return regions_; }

 private:
  std::map<uint64_t, uint64_t> regions_, free_;  // address -> bytes
};

TEST(BlockListTest, DoesWhatThePlainModelDoes) {
  constexpr uint32_t kSeed = 20240601;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937 random(kSeed);
  const auto below = [&random](uint32_t limit) { return random() % limit; };
  BlockList list;
  Model model;
  std::vector<BlockList::Block*> live;
  uint32_t regions = 0;
  for (int step = 0; step < 20000; ++step) {
    const uint32_t what = below(100);
    if (what < 2 && model.regions().size() < 8) {
      // Some lie side by side.
      const uint64_t address = 0x10000 * (1 + regions % 16);
      if (model.regions().count(address) > 0) continue;
      const uint64_t bytes = 0x10000 / (1 + below(2));
      list.AddRegion(regions++, address, bytes);
      model.AddRegion(address, bytes);
    } else if (what < 4) {
      for (const auto [address, bytes] : model.regions()) {
        if (!model.WhollyFree(address)) continue;
        list.RemoveRegion(address, bytes);
        model.RemoveRegion(address);
        break;
      }
    } else if (what < 55) {
      const uint64_t bytes = 1 + below(below(10) == 0 ? 0x8000 : 0x400);
      const uint64_t expected = model.Allocate(bytes);
      BlockList::Block* block = list.Allocate(bytes);
      ASSERT_EQ(block == nullptr ? 0 : block->address, expected)
          << "step " << step;
      if (block == nullptr) continue;
      ASSERT_EQ(block->bytes, bytes);
      ASSERT_EQ(list.Find(block->address), block);
      live.push_back(block);
    } else if (!live.empty()) {
      std::swap(live[below(live.size())], live.back());
      BlockList::Block* block = live.back();
      live.pop_back();
      const uint64_t address = block->address;
      model.Free(address, block->bytes);
      list.Free(block);
      ASSERT_EQ(list.Find(address), nullptr);
    }
    ASSERT_EQ(list.largest_free_block(), model.largest()) << "step " << step;
  }
}

}  // namespace
}  // namespace dml
