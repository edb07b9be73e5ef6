#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/heap.h"

#include <algorithm>
#include <mutex>
#include <shared_mutex>
#include <vector>

namespace dml {
namespace hal {
namespace vulkan {
namespace {

const char* UseName(MemoryUse use) {
  switch (use) {
    case MemoryUse::kDevice:
      return "device";
    case MemoryUse::kUpload:
      return "upload";
    case MemoryUse::kReadback:
      return "readback";
    case MemoryUse::kParameters:
      return "parameter";
  }
  return "";
}

}  // namespace

Status VulkanHeap::Create(VulkanDevice* device, MemoryUse use, uint64_t bytes,
                          std::unique_ptr<VulkanHeap>* heap) {
  const AdapterInfo& info = device->info();
  if (bytes == 0) return InvalidArgument("a heap of 0 bytes was asked for");
  if (bytes > info.max_heap_bytes) {
    return Error(Code::kOutOfMemory, "a heap of ", bytes,
                 " bytes was asked for; adapter \"", info.name,
                 "\" makes at most ", info.max_heap_bytes,
                 " bytes at once: make the tensor smaller, or split it");
  }
  std::unique_ptr<VulkanHeap> made(new VulkanHeap(device, bytes));
  Status status = made->Init(use);
  if (!status.ok()) made->Destroy();  // whoever calls holds Use()
  if (status.code() == Code::kOutOfMemory && bytes > info.promised_heap_bytes &&
      use == MemoryUse::kDevice && device->physical().sparse_binding) {
    status = made->InitSparse();
    if (!status.ok()) made->Destroy();
  }
  if (status.code() == Code::kOutOfMemory && bytes > info.promised_heap_bytes) {
    return Error(status.code(), "no ", UseName(use), " heap of ", bytes,
                 " bytes: ", status.message(), "; adapter \"", info.name,
                 "\" promises at most ", info.promised_heap_bytes,
                 " bytes at once (maxMemoryAllocationSize): make the tensor "
                 "smaller, or split it");
  }
  if (!status.ok()) {
    return Error(status.code(), "no ", UseName(use), " heap of ", bytes,
                 " bytes: ", status.message());
  }
  *heap = std::move(made);
  return Status::Ok();
}

Status VulkanHeap::Init(MemoryUse use) {
  const DeviceFunctions& vk = device_->vk();
  const VkDevice device = device_->handle();
  DML_RETURN_IF_ERROR(CreateBuffer(0));
  VkMemoryRequirements requirements{};
  vk.vkGetBufferMemoryRequirements(device, buffer_, &requirements);
  DML_RETURN_IF_ERROR(Allocate(use, requirements));
  DML_RETURN_IF_ERROR(
      device_->Check(vk.vkBindBufferMemory(device, buffer_, memory_, 0),
                     "vkBindBufferMemory"));
  // A discrete adapter's memory may be visible through its BAR, too, but the
  // host had better not read it there.
  if (use != MemoryUse::kDevice || device_->info().unified_memory) {
    void* host = nullptr;
    DML_RETURN_IF_ERROR(device_->Check(
        vk.vkMapMemory(device, memory_, 0, VK_WHOLE_SIZE, 0, &host),
        "vkMapMemory"));
    host_ = static_cast<uint8_t*>(host);
  }
  QueryAddress();
  return Status::Ok();
}

Status VulkanHeap::InitSparse() {
  DML_RETURN_IF_ERROR(CreateBuffer(VK_BUFFER_CREATE_SPARSE_BINDING_BIT));
  DML_RETURN_IF_ERROR(sparse_.Bind(buffer_));
  QueryAddress();
  return Status::Ok();
}

Status VulkanHeap::CreateBuffer(VkBufferCreateFlags flags) {
  auto create =
      Zeroed<VkBufferCreateInfo>(VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO);
  create.flags = flags;
  create.size = size_;
  create.usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT |
                 VK_BUFFER_USAGE_TRANSFER_SRC_BIT |
                 VK_BUFFER_USAGE_TRANSFER_DST_BIT |
                 VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT;
  device_->SetSharing(&create);
  return device_->Check(device_->vk().vkCreateBuffer(device_->handle(), &create,
                                                     nullptr, &buffer_),
                        "vkCreateBuffer");
}

void VulkanHeap::QueryAddress() {
  auto query = Zeroed<VkBufferDeviceAddressInfo>(
      VK_STRUCTURE_TYPE_BUFFER_DEVICE_ADDRESS_INFO);
  query.buffer = buffer_;
  address_ = device_->vk().vkGetBufferDeviceAddress(device_->handle(), &query);
}

Status VulkanHeap::Allocate(MemoryUse use,
                            const VkMemoryRequirements& requirements) {
  const DeviceFunctions& vk = device_->vk();
  const MemoryTypes& memory = device_->physical().memory;
  auto flags = Zeroed<VkMemoryAllocateFlagsInfo>(
      VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO);
  flags.flags = VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT;
  auto allocate =
      Zeroed<VkMemoryAllocateInfo>(VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO);
  allocate.pNext = &flags;
  allocate.allocationSize = requirements.size;

  std::vector<uint32_t> types =
      memory.Candidates(use, requirements.memoryTypeBits);
  if (types.empty()) {
    return Unimplemented("the driver has no such memory for buffers");
  }
  // What is beyond its budget a driver may move to where the device is slow.
  const HeapRoom room = device_->heap_room();
  const auto has_room = [&](uint32_t type) {
    return room[memory.HeapOf(type)] >= requirements.size;
  };
  const auto without_room =
      std::stable_partition(types.begin(), types.end(), has_room);
  if (use == MemoryUse::kParameters) {
    types.erase(without_room, types.end());
    if (types.empty()) return Error(Code::kOutOfMemory, "its heap is full");
  }
  Status status;
  for (const uint32_t type : types) {
    allocate.memoryTypeIndex = type;
    status = device_->Check(
        vk.vkAllocateMemory(device_->handle(), &allocate, nullptr, &memory_),
        "vkAllocateMemory");
    if (status.ok()) {
      host_cached_ = memory.HostCached(type);
      if (memory.HoldsTensors(memory.HeapOf(type))) {
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
  if (buffer_ == VK_NULL_HANDLE) return;
  std::shared_lock<std::shared_mutex> use;
  if (device_->Use(&use).ok()) Destroy();  // else all went before
}

void VulkanHeap::Destroy() {
  const DeviceFunctions& vk = device_->vk();
  if (buffer_ != VK_NULL_HANDLE) {
    vk.vkDestroyBuffer(device_->handle(), buffer_, nullptr);
  }
  // Freeing unmaps.
  if (memory_ != VK_NULL_HANDLE) {
    vk.vkFreeMemory(device_->handle(), memory_, nullptr);
    device_->AddDeviceBytes(-static_cast<int64_t>(device_bytes_));
  }
  sparse_.Free();
  buffer_ = VK_NULL_HANDLE;
  memory_ = VK_NULL_HANDLE;
}

}  // namespace vulkan
}  // namespace hal
}  // namespace dml
