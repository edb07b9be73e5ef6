#include "tensorflow/core/common_runtime/dml/runtime/memory/address_space.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <random>
#include <thread>
#include <vector>

namespace dml {
namespace {

constexpr uint64_t kGranule = AddressSpace::kGranuleBytes;

// A heap without memory.
class EmptyHeap final : public hal::Heap {
 public:
  explicit EmptyHeap(uint64_t bytes) : bytes_(bytes) {}
  uint64_t size() const override { return bytes_; }
  uint8_t* host() const override { return nullptr; }
  bool host_cached() const override { return false; }

 private:
  const uint64_t bytes_;
};

class AddressSpaceTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(AddressSpace::Create(&space_).ok()); }

  uint64_t Map(hal::Heap* heap) {
    uint64_t address = 0;
    EXPECT_TRUE(space_->Map(heap, &address).ok());
    return address;
  }
  bool Resolves(uint64_t address, uint64_t bytes, const hal::Heap* heap,
                uint64_t offset) const {
    hal::Binding binding;
    return space_->Resolve(address, bytes, &binding) && binding.heap == heap &&
           binding.offset == offset;
  }
  bool Resolves(uint64_t address, uint64_t bytes) const {
    hal::Binding binding;
    return space_->Resolve(address, bytes, &binding);
  }

  std::unique_ptr<AddressSpace> space_;
};

TEST_F(AddressSpaceTest, ResolvesWhatLiesInsideOneHeap) {
  EmptyHeap heap(3 * kGranule + 100);
  const uint64_t address = Map(&heap);
  ASSERT_NE(address, 0u);
  EXPECT_TRUE(space_->Contains(address));
  EXPECT_TRUE(Resolves(address, heap.size(), &heap, 0));
  EXPECT_TRUE(Resolves(address + 2 * kGranule + 5, 7, &heap, 2 * kGranule + 5));
  EXPECT_TRUE(Resolves(address + heap.size() - 1, 1, &heap, heap.size() - 1));
  EXPECT_TRUE(Resolves(address + heap.size(), 0, &heap, heap.size()));
  EXPECT_FALSE(Resolves(address, heap.size() + 1));
  EXPECT_FALSE(Resolves(address + heap.size(), 1));
  EXPECT_FALSE(Resolves(address + 1, ~uint64_t{0}));
  EXPECT_FALSE(Resolves(address - 1, 1));
  EXPECT_FALSE(Resolves(0, 0));
  EXPECT_FALSE(Resolves(reinterpret_cast<uint64_t>(&heap), 1));
}

TEST_F(AddressSpaceTest, KeepsHeapsApart) {
  EmptyHeap first(kGranule), second(1);
  const uint64_t one = Map(&first), other = Map(&second);
  EXPECT_TRUE(Resolves(one, kGranule, &first, 0));
  EXPECT_FALSE(Resolves(one, kGranule + 1));
  EXPECT_TRUE(Resolves(other, 1, &second, 0));
  space_->Unmap(one);
  EXPECT_FALSE(Resolves(one, 1));
  EXPECT_TRUE(Resolves(other, 1, &second, 0));
}

TEST_F(AddressSpaceTest, UnmapsWholeHeapsOnly) {
  EmptyHeap heap(4 * kGranule);
  const uint64_t address = Map(&heap);
  space_->Unmap(address + kGranule);
  space_->Unmap(address + 1);
  space_->Unmap(0);
  EXPECT_TRUE(Resolves(address, heap.size(), &heap, 0));
  space_->Unmap(address);
  for (uint64_t i = 0; i < 4; ++i) {
    EXPECT_FALSE(Resolves(address + i * kGranule, 1));
  }
  space_->Unmap(address);  // once more, for nothing
}

TEST_F(AddressSpaceTest, RefusesWhatHasNoRoom) {
  EmptyHeap none(0), endless(uint64_t{1} << 62);
  uint64_t address = 0;
  EXPECT_EQ(space_->Map(&none, &address).code(), Code::kOutOfMemory);
  EXPECT_EQ(space_->Map(&endless, &address).code(), Code::kOutOfMemory);
}

// After whatever was mapped and unmapped, the range is one piece again.
TEST_F(AddressSpaceTest, JoinsWhatIsUnmapped) {
  constexpr uint32_t kSeed = 7;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937 random(kSeed);
  std::map<uint64_t, std::unique_ptr<EmptyHeap>> heaps;
  uint64_t lowest = ~uint64_t{0};
  for (int step = 0; step < 3000; ++step) {
    if (heaps.empty() || random() % 2 == 0) {
      auto heap = std::make_unique<EmptyHeap>(1 + random() % (5 * kGranule));
      const uint64_t address = Map(heap.get());
      lowest = std::min(lowest, address);
      ASSERT_EQ(address % 4096, 0u);
      const auto after = heaps.lower_bound(address);
      if (after != heaps.end()) {
        ASSERT_LE(address + heap->size(), after->first);
      }
      if (after != heaps.begin()) {
        const auto before = std::prev(after);
        ASSERT_LE(before->first + before->second->size(), address);
      }
      heaps.emplace(address, std::move(heap));
    } else {
      auto it = heaps.begin();
      std::advance(it, random() % heaps.size());
      space_->Unmap(it->first);
      ASSERT_FALSE(Resolves(it->first, 1));
      heaps.erase(it);
    }
    for (int i = 0; i < 3 && !heaps.empty(); ++i) {
      auto it = heaps.begin();
      std::advance(it, random() % heaps.size());
      const uint64_t size = it->second->size();
      const uint64_t offset = random() % size;
      ASSERT_TRUE(Resolves(it->first + offset, size - offset, it->second.get(),
                           offset));
      ASSERT_FALSE(Resolves(it->first + offset, size - offset + 1));
    }
  }
  for (const auto& [address, heap] : heaps) space_->Unmap(address);
  // The least that can have been reserved, but for the granule of its end.
  EmptyHeap all(AddressSpace::kLeastRangeBytes);
  EXPECT_EQ(Map(&all), lowest);
}

TEST_F(AddressSpaceTest, ResolvesBesideMapAndUnmapOfOthers) {
  EmptyHeap mine(kGranule), theirs(kGranule);
  const uint64_t address = Map(&mine);
  std::atomic<bool> stop{false};
  std::thread other([&] {
    while (!stop) {
      uint64_t mapped = 0;
      EXPECT_TRUE(space_->Map(&theirs, &mapped).ok());
      EXPECT_TRUE(Resolves(mapped, kGranule, &theirs, 0));
      space_->Unmap(mapped);
    }
  });
  for (int i = 0; i < 20000; ++i) {
    ASSERT_TRUE(Resolves(address + i, 1, &mine, i));
    // Mapped or not, it must not be taken for mine.
    hal::Binding binding;
    if (space_->Resolve(address + kGranule, 1, &binding)) {
      ASSERT_EQ(binding.heap, &theirs);
    }
  }
  stop = true;
  other.join();
}

using AddressSpaceDeathTest = AddressSpaceTest;

TEST_F(AddressSpaceDeathTest, FaultsWhenTheHostTouchesAnAddress) {
  EmptyHeap heap(kGranule);
  auto* device = reinterpret_cast<volatile char*>(Map(&heap));
  EXPECT_DEATH((void)*device, "");
  EXPECT_DEATH(*device = 1, "");
}

}  // namespace
}  // namespace dml
