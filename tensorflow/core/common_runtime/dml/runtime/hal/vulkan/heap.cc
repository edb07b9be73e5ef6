#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/heap.h"

#include <mutex>
#include <shared_mutex>

#include "tensorflow/core/common_runtime/dml/runtime/hal/heap_size.h"

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
  DML_RETURN_IF_ERROR(CheckHeapSize(device->info(), bytes));
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
  device->AddHeap(made.get());
  made->made_ = true;
  *heap = std::move(made);
  return Status::Ok();
}

Status VulkanHeap::Init(MemoryUse use) {
  const DeviceFunctions& vk = device_->vk();
  const VkDevice device = device_->handle();
  DML_RETURN_IF_ERROR(CreateBuffer(0));
  VkMemoryRequirements requirements{};
  vk.vkGetBufferMemoryRequirements(device, buffer_, &requirements);
  DML_RETURN_IF_ERROR(Allocate(device_, use, requirements.memoryTypeBits,
                               requirements.size, &memory_));
  host_cached_ = device_->physical().memory.HostCached(memory_.type);
  DML_RETURN_IF_ERROR(
      device_->Check(vk.vkBindBufferMemory(device, buffer_, memory_.memory, 0),
                     "vkBindBufferMemory"));
  // A discrete adapter's memory may be visible through its BAR, too, but the
  // host had better not read it there.
  if (use != MemoryUse::kDevice || device_->info().unified_memory) {
    void* host = nullptr;
    DML_RETURN_IF_ERROR(device_->Check(
        vk.vkMapMemory(device, memory_.memory, 0, VK_WHOLE_SIZE, 0, &host),
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

VulkanHeap::~VulkanHeap() {
  if (!made_) return;
  std::shared_lock<std::shared_mutex> use;
  if (!device_->Use(&use).ok()) return;  // all went before
  device_->RemoveHeap(this);
  Destroy();
}

void VulkanHeap::Destroy() {
  const DeviceFunctions& vk = device_->vk();
  if (buffer_ != VK_NULL_HANDLE) {
    vk.vkDestroyBuffer(device_->handle(), buffer_, nullptr);
  }
  Free(device_, &memory_);  // and unmaps it
  sparse_.Free();
  buffer_ = VK_NULL_HANDLE;
  address_ = 0;
  host_ = nullptr;
  host_cached_ = false;  // another Init may make it otherwise
}

}  // namespace vulkan
}  // namespace hal
}  // namespace dml
