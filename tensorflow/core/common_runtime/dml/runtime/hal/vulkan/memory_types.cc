#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/memory_types.h"

#include <algorithm>
#include <utility>

namespace dml {
namespace hal {
namespace vulkan {
namespace {

constexpr VkMemoryPropertyFlags kLocal = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
constexpr VkMemoryPropertyFlags kCached = VK_MEMORY_PROPERTY_HOST_CACHED_BIT;
constexpr VkMemoryPropertyFlags kShared =
    VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
// Any other property needs a feature that is not enabled, or makes the memory
// unfit for buffers.
constexpr VkMemoryPropertyFlags kKnown = kLocal | kCached | kShared;

// BARs that are not resizable show 256 MiB. Larger ones are the adapter's
// memory, or a part of it that no other heap has.
constexpr uint64_t kMaxWindowBytes = uint64_t{512} << 20;

struct Wishes {
  VkMemoryPropertyFlags required;
  VkMemoryPropertyFlags preferred;
  VkMemoryPropertyFlags avoided;
};

Wishes WishesFor(MemoryUse use, bool unified, bool across_a_bus) {
  switch (use) {
    case MemoryUse::kDevice:
      // To be coherent with the host's caches costs the device bandwidth.
      if (unified) return {kLocal | kShared, 0, kCached};
      return {kLocal, 0, kShared | kCached};
    case MemoryUse::kUpload:
      return {kShared, 0, kLocal | kCached};
    case MemoryUse::kReadback:
      return {kShared, kCached, kLocal};
    case MemoryUse::kParameters:
      if (across_a_bus) return {kLocal | kShared, 0, kCached};
      return {kShared, kLocal, kCached};
  }
  return {};
}

}  // namespace

MemoryTypes::MemoryTypes(const VkPhysicalDeviceMemoryProperties& properties,
                         AdapterType type)
    : properties_(properties), discrete_(type == AdapterType::kDiscrete) {
  bool all_visible = true;
  for (uint32_t h = 0; h < heap_count(); ++h) {
    const VkMemoryHeap& heap = properties_.memoryHeaps[h];
    if (!(heap.flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT) || IsWindow(h)) {
      continue;
    }
    tensor_heaps_ |= 1u << h;
    tensor_bytes_ += heap.size;
    all_visible &= HasType(h, kLocal | kShared);
  }
  // A discrete adapter with a large BAR also shows all of its memory to the
  // host, but across the bus: staged copies are the faster way there.
  unified_ = all_visible && !discrete_;
}

bool MemoryTypes::HasType(uint32_t heap, VkMemoryPropertyFlags flags) const {
  for (uint32_t t = 0; t < properties_.memoryTypeCount; ++t) {
    const VkMemoryType& type = properties_.memoryTypes[t];
    if (type.heapIndex == heap && (type.propertyFlags & flags) == flags) {
      return true;
    }
  }
  return false;
}

bool MemoryTypes::IsWindow(uint32_t heap) const {
  const VkMemoryHeap& window = properties_.memoryHeaps[heap];
  if (!discrete_ || window.size > kMaxWindowBytes ||
      !HasType(heap, kLocal | kShared)) {
    return false;
  }
  for (uint32_t h = 0; h < heap_count(); ++h) {
    const VkMemoryHeap& other = properties_.memoryHeaps[h];
    if ((other.flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT) &&
        other.size > window.size && !HasType(h, kLocal | kShared)) {
      return true;
    }
  }
  return false;
}

bool MemoryTypes::HostCached(uint32_t type) const {
  return properties_.memoryTypes[type].propertyFlags & kCached;
}

std::vector<uint32_t> MemoryTypes::Candidates(MemoryUse use,
                                              uint32_t allowed) const {
  const Wishes wishes = WishesFor(use, unified_, discrete_);
  std::vector<std::pair<int, uint32_t>> ranked;
  for (uint32_t t = 0; t < properties_.memoryTypeCount; ++t) {
    const VkMemoryPropertyFlags flags =
        properties_.memoryTypes[t].propertyFlags;
    if (!(allowed >> t & 1) || (flags & ~kKnown) != 0 ||
        (flags & wishes.required) != wishes.required ||
        (use == MemoryUse::kDevice && !HoldsTensors(HeapOf(t)))) {
      continue;
    }
    const int rank = ((flags & wishes.preferred) != wishes.preferred) * 2 +
                     ((flags & wishes.avoided) != 0);
    ranked.emplace_back(rank, t);
  }
  // Among equals the driver's order holds: it lists the faster ones first.
  std::sort(ranked.begin(), ranked.end());
  std::vector<uint32_t> types;
  for (const auto& [rank, type] : ranked) types.push_back(type);
  return types;
}

}  // namespace vulkan
}  // namespace hal
}  // namespace dml
