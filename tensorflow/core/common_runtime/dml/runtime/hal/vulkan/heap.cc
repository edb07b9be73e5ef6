#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/heap.h"

#include <algorithm>
#include <utility>
#include <vector>

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

struct Wishes {
  VkMemoryPropertyFlags required;
  VkMemoryPropertyFlags preferred;
  VkMemoryPropertyFlags avoided;
};

Wishes WishesFor(HeapKind kind, bool unified) {
  switch (kind) {
    case HeapKind::kDevice:
      if (unified) return {kLocal | kShared, kCached, 0};
      return {kLocal, 0, kShared | kCached};  // leaves the small BAR alone
    case HeapKind::kUpload:
      return {kShared, 0, kLocal | kCached};
    case HeapKind::kReadback:
      return {kShared, kCached, kLocal};
  }
  return {};
}

// Indices of the memory types that will do, best first. Among equals the
// driver's order holds: it lists the faster ones first.
std::vector<uint32_t> Candidates(const VkPhysicalDeviceMemoryProperties& memory,
                                 uint32_t allowed, const Wishes& wishes) {
  std::vector<std::pair<int, uint32_t>> ranked;
  for (uint32_t i = 0; i < memory.memoryTypeCount; ++i) {
    const VkMemoryPropertyFlags flags = memory.memoryTypes[i].propertyFlags;
    if (!(allowed >> i & 1) || (flags & ~kKnown) != 0 ||
        (flags & wishes.required) != wishes.required) {
      continue;
    }
    const int rank = ((flags & wishes.preferred) != wishes.preferred) * 2 +
                     ((flags & wishes.avoided) != 0);
    ranked.emplace_back(rank, i);
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<uint32_t> indices;
  for (const auto& [rank, index] : ranked) indices.push_back(index);
  return indices;
}

const char* KindName(HeapKind kind) {
  switch (kind) {
    case HeapKind::kDevice:
      return "device";
    case HeapKind::kUpload:
      return "upload";
    case HeapKind::kReadback:
      return "readback";
  }
  return "";
}

}  // namespace

Status VulkanHeap::Create(VulkanDevice* device, HeapKind kind, uint64_t bytes,
                          std::unique_ptr<VulkanHeap>* heap) {
  const AdapterInfo& info = device->info();
  if (bytes == 0) return InvalidArgument("a heap of 0 bytes was asked for");
  if (bytes > info.max_heap_bytes) {
    return Error(Code::kOutOfMemory, "a heap of ", bytes,
                 " bytes was asked for; adapter \"", info.name,
                 "\" makes at most ", info.max_heap_bytes, " bytes at once");
  }
  std::unique_ptr<VulkanHeap> made(new VulkanHeap(device, bytes));
  const Status status = made->Init(kind);
  if (!status.ok()) {
    return Error(status.code(), "no ", KindName(kind), " heap of ", bytes,
                 " bytes: ", status.message());
  }
  *heap = std::move(made);
  return Status::Ok();
}

Status VulkanHeap::Init(HeapKind kind) {
  const DeviceFunctions& vk = device_->vk();
  const VkDevice device = device_->handle();
  auto create =
      Zeroed<VkBufferCreateInfo>(VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO);
  create.size = size_;
  create.usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT |
                 VK_BUFFER_USAGE_TRANSFER_SRC_BIT |
                 VK_BUFFER_USAGE_TRANSFER_DST_BIT |
                 VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT;
  create.sharingMode = VK_SHARING_MODE_EXCLUSIVE;
  DML_RETURN_IF_ERROR(device_->Check(
      vk.vkCreateBuffer(device, &create, nullptr, &buffer_), "vkCreateBuffer"));
  VkMemoryRequirements requirements{};
  vk.vkGetBufferMemoryRequirements(device, buffer_, &requirements);
  DML_RETURN_IF_ERROR(Allocate(kind, requirements));
  DML_RETURN_IF_ERROR(
      device_->Check(vk.vkBindBufferMemory(device, buffer_, memory_, 0),
                     "vkBindBufferMemory"));
  // A discrete adapter's memory may be visible through its BAR, too, but the
  // host had better not read it there.
  if (kind != HeapKind::kDevice || device_->info().unified_memory) {
    void* host = nullptr;
    DML_RETURN_IF_ERROR(device_->Check(
        vk.vkMapMemory(device, memory_, 0, VK_WHOLE_SIZE, 0, &host),
        "vkMapMemory"));
    host_ = static_cast<uint8_t*>(host);
  }
  auto query = Zeroed<VkBufferDeviceAddressInfo>(
      VK_STRUCTURE_TYPE_BUFFER_DEVICE_ADDRESS_INFO);
  query.buffer = buffer_;
  address_ = vk.vkGetBufferDeviceAddress(device, &query);
  return Status::Ok();
}

Status VulkanHeap::Allocate(HeapKind kind,
                            const VkMemoryRequirements& requirements) {
  const DeviceFunctions& vk = device_->vk();
  const VkPhysicalDeviceMemoryProperties& memory = device_->physical().memory;
  auto flags = Zeroed<VkMemoryAllocateFlagsInfo>(
      VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO);
  flags.flags = VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT;
  auto allocate =
      Zeroed<VkMemoryAllocateInfo>(VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO);
  allocate.pNext = &flags;
  allocate.allocationSize = requirements.size;

  Status status = Unimplemented("the driver has no such memory for buffers");
  for (uint32_t index :
       Candidates(memory, requirements.memoryTypeBits,
                  WishesFor(kind, device_->info().unified_memory))) {
    allocate.memoryTypeIndex = index;
    status = device_->Check(
        vk.vkAllocateMemory(device_->handle(), &allocate, nullptr, &memory_),
        "vkAllocateMemory");
    if (status.ok()) {
      if (memory.memoryTypes[index].propertyFlags & kLocal) {
        device_bytes_ = requirements.size;
        device_->AddDeviceBytes(static_cast<int64_t>(device_bytes_));
      }
      return status;
    }
    memory_ = VK_NULL_HANDLE;
    if (status.code() != Code::kOutOfMemory) return status;
  }
  return status;
}

VulkanHeap::~VulkanHeap() {
  if (device_->handle() == VK_NULL_HANDLE) return;  // released before
  const DeviceFunctions& vk = device_->vk();
  if (buffer_ != VK_NULL_HANDLE) {
    vk.vkDestroyBuffer(device_->handle(), buffer_, nullptr);
  }
  // Freeing unmaps.
  if (memory_ != VK_NULL_HANDLE) {
    vk.vkFreeMemory(device_->handle(), memory_, nullptr);
    device_->AddDeviceBytes(-static_cast<int64_t>(device_bytes_));
  }
}

}  // namespace vulkan
}  // namespace hal
}  // namespace dml
