#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/memory_types.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace dml {
namespace hal {
namespace vulkan {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;
constexpr uint64_t kGiB = 1024 * kMiB;
constexpr VkMemoryPropertyFlags kLocal = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
constexpr VkMemoryPropertyFlags kShared =
    VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
constexpr VkMemoryPropertyFlags kCached = VK_MEMORY_PROPERTY_HOST_CACHED_BIT;
constexpr VkMemoryHeapFlags kLocalHeap = VK_MEMORY_HEAP_DEVICE_LOCAL_BIT;
constexpr uint32_t kAll = ~0u;

using Types = std::vector<uint32_t>;

VkPhysicalDeviceMemoryProperties Memory(
    const std::vector<VkMemoryHeap>& heaps,
    const std::vector<VkMemoryType>& types) {
  VkPhysicalDeviceMemoryProperties memory{};
  for (const VkMemoryHeap& heap : heaps) {
    memory.memoryHeaps[memory.memoryHeapCount++] = heap;
  }
  for (const VkMemoryType& type : types) {
    memory.memoryTypes[memory.memoryTypeCount++] = type;
  }
  return memory;
}

// A discrete adapter of which the host sees `bar_bytes`, as a heap of its own.
MemoryTypes Discrete(uint64_t local_bytes, uint64_t bar_bytes) {
  return MemoryTypes(
      Memory(
          {{local_bytes, kLocalHeap}, {16 * kGiB, 0}, {bar_bytes, kLocalHeap}},
          {{kLocal, 0},
           {kShared, 1},
           {kShared | kCached, 1},
           {kLocal | kShared, 2}}),
      AdapterType::kDiscrete);
}

TEST(MemoryTypesTest, AWindowOfTheHostCountsForNothing) {
  const MemoryTypes memory = Discrete(8 * kGiB, 256 * kMiB);
  EXPECT_EQ(memory.tensor_bytes(), 8 * kGiB);
  EXPECT_TRUE(memory.HoldsTensors(0));
  EXPECT_FALSE(memory.HoldsTensors(1));
  EXPECT_FALSE(memory.HoldsTensors(2));
  EXPECT_FALSE(memory.unified());
  EXPECT_EQ(memory.Candidates(MemoryUse::kDevice, kAll), Types({0}));
}

TEST(MemoryTypesTest, LargeHeapsApartAreAddedUp) {
  const MemoryTypes memory = Discrete(8 * kGiB, 8 * kGiB);
  EXPECT_EQ(memory.tensor_bytes(), 16 * kGiB);
  EXPECT_EQ(memory.Candidates(MemoryUse::kDevice, kAll), Types({0, 3}));
}

TEST(MemoryTypesTest, ParametersLieInTheDevicesMemory) {
  for (const uint64_t bar_bytes : {256 * kMiB, 8 * kGiB}) {
    const MemoryTypes memory = Discrete(8 * kGiB, bar_bytes);
    EXPECT_EQ(memory.Candidates(MemoryUse::kParameters, kAll), Types({3}));
  }
}

TEST(MemoryTypesTest, ParametersAreNotReadAcrossTheBus) {
  const MemoryTypes memory(
      Memory({{8 * kGiB, kLocalHeap}, {16 * kGiB, 0}},
             {{kLocal, 0}, {kShared, 1}, {kShared | kCached, 1}}),
      AdapterType::kDiscrete);
  EXPECT_EQ(memory.Candidates(MemoryUse::kParameters, kAll), Types());
}

TEST(MemoryTypesTest, StagingLiesInTheHostsMemory) {
  const MemoryTypes memory = Discrete(8 * kGiB, 256 * kMiB);
  EXPECT_EQ(memory.Candidates(MemoryUse::kUpload, kAll), Types({1, 2, 3}));
  EXPECT_EQ(memory.Candidates(MemoryUse::kReadback, kAll), Types({2, 1, 3}));
}

TEST(MemoryTypesTest, AResizableBarIsNoUnifiedMemory) {
  const MemoryTypes memory(
      Memory({{8 * kGiB, kLocalHeap}, {16 * kGiB, 0}},
             {{kLocal, 0}, {kLocal | kShared, 0}, {kShared | kCached, 1}}),
      AdapterType::kDiscrete);
  EXPECT_FALSE(memory.unified());
  EXPECT_EQ(memory.tensor_bytes(), 8 * kGiB);
  EXPECT_EQ(memory.Candidates(MemoryUse::kDevice, kAll), Types({0, 1}));
  EXPECT_EQ(memory.Candidates(MemoryUse::kParameters, kAll), Types({1}));
}

TEST(MemoryTypesTest, OfUnifiedMemoryTheDeviceTakesWhatItReadsFastest) {
  const MemoryTypes memory(
      Memory({{16 * kGiB, kLocalHeap}},
             {{kLocal | kShared | kCached, 0}, {kLocal | kShared, 0}}),
      AdapterType::kIntegrated);
  EXPECT_TRUE(memory.unified());
  EXPECT_EQ(memory.Candidates(MemoryUse::kDevice, kAll), Types({1, 0}));
  EXPECT_EQ(memory.Candidates(MemoryUse::kReadback, kAll), Types({0, 1}));
  EXPECT_TRUE(memory.HostCached(0));
  EXPECT_FALSE(memory.HostCached(1));
}

TEST(MemoryTypesTest, OneTypeServesAll) {
  const MemoryTypes memory(
      Memory({{2 * kGiB, kLocalHeap}}, {{kLocal | kShared | kCached, 0}}),
      AdapterType::kSoftware);
  EXPECT_TRUE(memory.unified());
  for (const MemoryUse use : {MemoryUse::kDevice, MemoryUse::kUpload,
                              MemoryUse::kReadback, MemoryUse::kParameters}) {
    EXPECT_EQ(memory.Candidates(use, kAll), Types({0}));
  }
}

TEST(MemoryTypesTest, LeavesAloneWhatBuffersMayNotUse) {
  const MemoryTypes memory(
      Memory({{2 * kGiB, kLocalHeap}},
             {{kLocal | kShared | VK_MEMORY_PROPERTY_PROTECTED_BIT, 0},
              {kLocal | kShared, 0},
              {kLocal | kShared, 0}}),
      AdapterType::kIntegrated);
  EXPECT_EQ(memory.Candidates(MemoryUse::kDevice, kAll), Types({1, 2}));
  EXPECT_EQ(memory.Candidates(MemoryUse::kDevice, 1u << 2), Types({2}));
}

}  // namespace
}  // namespace vulkan
}  // namespace hal
}  // namespace dml
