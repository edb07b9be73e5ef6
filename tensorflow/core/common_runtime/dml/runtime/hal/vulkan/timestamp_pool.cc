#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/timestamp_pool.h"

#include "tensorflow/core/common_runtime/dml/runtime/hal/timestamp_room.h"

namespace dml {
namespace hal {
namespace vulkan {

TimestampPool::~TimestampPool() { Free(); }

void TimestampPool::Free() {
  if (pool_ == VK_NULL_HANDLE) return;
  device_->vk().vkDestroyQueryPool(device_->handle(), pool_, nullptr);
  pool_ = VK_NULL_HANDLE;
  room_ = 0;
}

Status TimestampPool::Begin(VkCommandBuffer commands, uint32_t count) {
  written_ = 0;
  if (count == 0) {
    Free();
    return Status::Ok();
  }
  DML_RETURN_IF_ERROR(CheckTimestamps(*device_, queue_));
  const uint32_t room = TimestampRoom(room_, count);
  if (room != room_) {
    Free();
    auto create =
        Zeroed<VkQueryPoolCreateInfo>(VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO);
    create.queryType = VK_QUERY_TYPE_TIMESTAMP;
    create.queryCount = room;
    const VkResult result = device_->vk().vkCreateQueryPool(
        device_->handle(), &create, nullptr, &pool_);
    if (result != VK_SUCCESS) {
      pool_ = VK_NULL_HANDLE;
      return device_->Check(result, "vkCreateQueryPool");
    }
    room_ = room;
  }
  if (queue_ == Queue::kTransfer) {
    device_->vk().vkResetQueryPool(device_->handle(), pool_, 0, count);
  } else {
    device_->vk().vkCmdResetQueryPool(commands, pool_, 0, count);
  }
  return Status::Ok();
}

void TimestampPool::Write(VkCommandBuffer commands) {
  if (written_ < room_) {
    device_->vk().vkCmdWriteTimestamp(
        commands, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, pool_, written_);
  }
  ++written_;
}

Status TimestampPool::Read(std::vector<uint64_t>* ticks) {
  ticks->clear();
  if (written_ == 0) return Status::Ok();
  DML_RETURN_IF_ERROR(CheckTimestampsWritten(written_, room_));
  ticks->resize(written_);
  const VkResult result = device_->vk().vkGetQueryPoolResults(
      device_->handle(), pool_, 0, written_, written_ * sizeof(uint64_t),
      ticks->data(), sizeof(uint64_t), VK_QUERY_RESULT_64_BIT);
  if (result == VK_NOT_READY) {
    return Error(Code::kInternal,
                 "the driver has no timestamps of work that is complete");
  }
  return device_->Check(result, "vkGetQueryPoolResults");
}

}  // namespace vulkan
}  // namespace hal
}  // namespace dml
