#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/command_list.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/program.h"

namespace dml {
namespace hal {
namespace vulkan {
namespace {

constexpr uint32_t kAddressBytes = sizeof(VkDeviceAddress);

constexpr VkAccessFlags kDispatchAccess =
    VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT;
constexpr VkAccessFlags kCopyAccess =
    VK_ACCESS_TRANSFER_READ_BIT | VK_ACCESS_TRANSFER_WRITE_BIT;

// Lays out a parameter block: addresses, then constants.
void WriteBlock(Span<const Binding> bindings, Span<const uint8_t> constants,
                uint8_t* block) {
  for (const Binding& binding : bindings) {
    const VkDeviceAddress address =
        static_cast<const VulkanHeap*>(binding.heap)->address() +
        binding.offset;
    std::memcpy(block, &address, kAddressBytes);
    block += kAddressBytes;
  }
  if (!constants.empty()) {
    std::memcpy(block, constants.data(), constants.size());
  }
}

// What precedes the parameter blocks of a grouped program's members
// (shaders/grouped.glsl).
struct Members {
  uint32_t first_groups[kMaxMembers];  // those that are missing: all ones
  uint32_t block_bytes;                // from one block to the next
  uint32_t unused[3];                  // blocks lie at multiples of 16 bytes
};

uint32_t MemberBlockBytes(const DispatchDesc& desc) {
  const size_t count = desc.members.size();
  return RoundUp(desc.bindings.size() / count * kAddressBytes +
                     desc.constants.size() / count,
                 16);
}

void WriteMembers(const DispatchDesc& desc, uint8_t* block) {
  const size_t count = desc.members.size();
  const size_t bindings = desc.bindings.size() / count;
  const size_t constants = desc.constants.size() / count;
  Members members{};
  std::fill(std::begin(members.first_groups), std::end(members.first_groups),
            ~uint32_t{0});
  members.block_bytes = MemberBlockBytes(desc);
  uint32_t first = 0;
  for (size_t m = 0; m < count; ++m) {
    members.first_groups[m] = first;
    first += desc.members[m];
    WriteBlock({desc.bindings.data() + m * bindings, bindings},
               {desc.constants.data() + m * constants, constants},
               block + sizeof(members) + m * members.block_bytes);
  }
  std::memcpy(block, &members, sizeof(members));
}

}  // namespace

Status VulkanCommandList::Create(VulkanDevice* device, Queue queue,
                                 std::unique_ptr<CommandList>* list) {
  std::unique_ptr<VulkanCommandList> made(new VulkanCommandList(device, queue));
  DML_RETURN_IF_ERROR(made->Init());
  *list = std::move(made);
  return Status::Ok();
}

Status VulkanCommandList::Init() {
  const DeviceFunctions& vk = device_->vk();
  auto pool = Zeroed<VkCommandPoolCreateInfo>(
      VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO);
  pool.queueFamilyIndex = device_->physical().slot(queue_).family;
  DML_RETURN_IF_ERROR(device_->Check(
      vk.vkCreateCommandPool(device_->handle(), &pool, nullptr, &pool_),
      "vkCreateCommandPool"));
  return AllocateBuffer(&commands());
}

Status VulkanCommandList::AllocateBuffer(VkCommandBuffer* buffer) {
  auto allocate = Zeroed<VkCommandBufferAllocateInfo>(
      VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO);
  allocate.commandPool = pool_;
  allocate.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY;
  allocate.commandBufferCount = 1;
  const Status status =
      device_->Check(device_->vk().vkAllocateCommandBuffers(device_->handle(),
                                                            &allocate, buffer),
                     "vkAllocateCommandBuffers");
  if (!status.ok()) *buffer = VK_NULL_HANDLE;
  return status;
}

Status VulkanCommandList::BeginBuffer(VkCommandBuffer buffer) {
  auto begin = Zeroed<VkCommandBufferBeginInfo>(
      VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO);
  begin.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT;
  return device_->Check(device_->vk().vkBeginCommandBuffer(buffer, &begin),
                        "vkBeginCommandBuffer");
}

VulkanCommandList::~VulkanCommandList() {
  if (pool_ != VK_NULL_HANDLE) {
    device_->vk().vkDestroyCommandPool(device_->handle(), pool_, nullptr);
  }
}

Status VulkanCommandList::Begin(uint32_t timestamps) {
  const DeviceFunctions& vk = device_->vk();
  status_ = Status::Ok();
  bound_ = VK_NULL_HANDLE;
  blocks_.Begin();
  buffer_count_ = 1;
  DML_RETURN_IF_ERROR(
      device_->Check(vk.vkResetCommandPool(device_->handle(), pool_, 0),
                     "vkResetCommandPool"));
  DML_RETURN_IF_ERROR(BeginBuffer(commands()));
  return timestamps_.Begin(commands(), timestamps);
}

void VulkanCommandList::Dispatch(const DispatchDesc& desc) {
  if (status_.ok()) status_ = Record(desc);
}

Status VulkanCommandList::Record(const DispatchDesc& desc) {
  const DeviceFunctions& vk = device_->vk();
  const auto* program = static_cast<const VulkanProgram*>(desc.program);
  for (int i = 0; i < 3; ++i) {
    if (desc.groups[i] == 0) return Status::Ok();
    if (desc.groups[i] > device_->info().max_grid[i] ||
        desc.first[i] > device_->info().max_grid[i] - desc.groups[i]) {
      return InvalidArgument(
          "program ", program->name(), ": a grid of ", desc.groups[0], " x ",
          desc.groups[1], " x ", desc.groups[2], " groups from ", desc.first[0],
          ", ", desc.first[1], ", ", desc.first[2], "; adapter \"",
          device_->info().name, "\" takes at most ",
          device_->info().max_grid[i], " in dimension ", i);
    }
  }
  const size_t members = desc.members.size();
  if (program->grouped() != (members > 0) || members > kMaxMembers ||
      (members > 0 && (desc.bindings.size() % members != 0 ||
                       desc.constants.size() % members != 0))) {
    return InvalidArgument("program ", program->name(), ": ", members,
                           " members with ", desc.bindings.size(),
                           " buffers and ", desc.constants.size(),
                           " bytes of constants");
  }
  const size_t bytes =
      members > 0
          ? sizeof(Members) + members * MemberBlockBytes(desc)
          : desc.bindings.size() * kAddressBytes + desc.constants.size();
  const size_t limit = program->parameters_in_memory()
                           ? ParameterBlocks::kMaxBytes
                           : kMaxDirectParameterBytes;
  if (bytes > limit || bytes % 4 != 0) {
    return InvalidArgument(
        "program ", program->name(), ": a parameter block of ", bytes,
        " bytes; it must be a multiple of 4 and at most ", limit);
  }

  if (bound_ != program->pipeline()) {
    bound_ = program->pipeline();
    vk.vkCmdBindPipeline(commands(), VK_PIPELINE_BIND_POINT_COMPUTE, bound_);
  }
  if (program->parameters_in_memory()) {
    uint8_t* host = nullptr;
    VkDeviceAddress address = 0;
    DML_RETURN_IF_ERROR(blocks_.Take(bytes, &host, &address));
    if (members > 0) {
      WriteMembers(desc, host);
    } else {
      WriteBlock(desc.bindings, desc.constants, host);
    }
    vk.vkCmdPushConstants(commands(), device_->layout(),
                          VK_SHADER_STAGE_COMPUTE_BIT, 0, kAddressBytes,
                          &address);
  } else if (bytes != 0) {
    uint8_t block[kMaxDirectParameterBytes];
    WriteBlock(desc.bindings, desc.constants, block);
    vk.vkCmdPushConstants(commands(), device_->layout(),
                          VK_SHADER_STAGE_COMPUTE_BIT, 0, bytes, block);
  }
  if ((desc.first[0] | desc.first[1] | desc.first[2]) == 0) {
    vk.vkCmdDispatch(commands(), desc.groups[0], desc.groups[1],
                     desc.groups[2]);
  } else {
    vk.vkCmdDispatchBase(commands(), desc.first[0], desc.first[1],
                         desc.first[2], desc.groups[0], desc.groups[1],
                         desc.groups[2]);
  }
  return Status::Ok();
}

void VulkanCommandList::Copy(const Binding& dst, const Binding& src,
                             uint64_t bytes) {
  if (!status_.ok() || bytes == 0) return;
  const VkBufferCopy region{src.offset, dst.offset, bytes};
  device_->vk().vkCmdCopyBuffer(
      commands(), static_cast<const VulkanHeap*>(src.heap)->buffer(),
      static_cast<const VulkanHeap*>(dst.heap)->buffer(), 1, &region);
}

void VulkanCommandList::Barrier(const BarrierScope& scope) {
  if (!status_.ok()) return;
  if (queue_ == Queue::kTransfer) {
    MemoryBarrier(scope, VK_PIPELINE_STAGE_TRANSFER_BIT, kCopyAccess);
  } else {
    MemoryBarrier(
        scope,
        VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT,
        kDispatchAccess | kCopyAccess);
  }
}

void VulkanCommandList::Timestamp() {
  if (status_.ok()) timestamps_.Write(commands());
}

Status VulkanCommandList::End() {
  MemoryBarrier(BarrierScope(), VK_PIPELINE_STAGE_HOST_BIT,
                VK_ACCESS_HOST_READ_BIT);
  const Status ended = device_->Check(
      device_->vk().vkEndCommandBuffer(commands()), "vkEndCommandBuffer");
  DML_RETURN_IF_ERROR(status_);
  DML_RETURN_IF_ERROR(ended);
  return blocks_.copies_pending() ? RecordPrologue() : Status::Ok();
}

Status VulkanCommandList::RecordPrologue() {
  const DeviceFunctions& vk = device_->vk();
  if (prologue() == VK_NULL_HANDLE) {
    DML_RETURN_IF_ERROR(AllocateBuffer(&prologue()));
  }
  DML_RETURN_IF_ERROR(BeginBuffer(prologue()));
  blocks_.RecordCopies(prologue());
  DML_RETURN_IF_ERROR(
      device_->Check(vk.vkEndCommandBuffer(prologue()), "vkEndCommandBuffer"));
  buffer_count_ = 2;
  return Status::Ok();
}

Status VulkanCommandList::ReadTimestamps(std::vector<uint64_t>* ticks) {
  return timestamps_.Read(ticks);
}

void VulkanCommandList::MemoryBarrier(const BarrierScope& from,
                                      VkPipelineStageFlags to,
                                      VkAccessFlags access) {
  VkPipelineStageFlags stages = 0;
  VkAccessFlags writes = 0;
  // Queues that only copy know no stage of programs.
  if (from.dispatches && queue_ == Queue::kCompute) {
    stages |= VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT;
    writes |= VK_ACCESS_SHADER_WRITE_BIT;
  }
  if (from.copies) {
    stages |= VK_PIPELINE_STAGE_TRANSFER_BIT;
    writes |= VK_ACCESS_TRANSFER_WRITE_BIT;
  }
  if (stages == 0) return;
  // Work that only read needs to be over: there is nothing to be seen of it.
  auto barrier = Zeroed<VkMemoryBarrier>(VK_STRUCTURE_TYPE_MEMORY_BARRIER);
  barrier.srcAccessMask = writes;
  barrier.dstAccessMask = access;
  device_->vk().vkCmdPipelineBarrier(commands(), stages, to, 0,
                                     from.writes ? 1 : 0, &barrier, 0, nullptr,
                                     0, nullptr);
}

}  // namespace vulkan
}  // namespace hal
}  // namespace dml
