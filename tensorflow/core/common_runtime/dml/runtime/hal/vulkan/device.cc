#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/device.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <thread>
#include <utility>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/command_list.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/device_fault.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/features.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/heap.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/program.h"

namespace dml {
namespace hal {
namespace vulkan {
namespace {

// How long a wait sleeps before it looks whether another thread saw the device
// die, which leaves the counter where it is for ever.
constexpr uint64_t kWaitSliceNs = 1'000'000'000;

// Between two looks at a timeline that cannot be waited for.
constexpr std::chrono::milliseconds kPollPause{1};

}  // namespace

Status VulkanDevice::Create(const PhysicalDevice& physical,
                            std::unique_ptr<Device>* device) {
  std::unique_ptr<VulkanDevice> made(new VulkanDevice(physical));
  DML_RETURN_IF_ERROR(made->Init());
  *device = std::move(made);
  return Status::Ok();
}

VulkanDevice::VulkanDevice(const PhysicalDevice& physical)
    : physical_(physical) {}

Status VulkanDevice::Init() {
  const InstanceFunctions& vk = physical_.instance->vk();
  Features supported(physical_.cooperative_matrices(), physical_.device_fault,
                     physical_.mixed_dot());
  vk.vkGetPhysicalDeviceFeatures2(physical_.handle, supported.chain());
  Features enabled(physical_.cooperative_matrices(), physical_.device_fault,
                   physical_.mixed_dot());
  enabled.Select(supported);

  const float priorities[kQueues] = {1.0f, 1.0f};
  std::vector<VkDeviceQueueCreateInfo> queues;
  for (const QueueSlot& slot : physical_.queues) {
    if (!slot.exists()) continue;
    if (!queues.empty() && queues.back().queueFamilyIndex == slot.family) {
      ++queues.back().queueCount;
      continue;
    }
    auto queue = Zeroed<VkDeviceQueueCreateInfo>(
        VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO);
    queue.queueFamilyIndex = slot.family;
    queue.queueCount = 1;
    queue.pQueuePriorities = priorities;
    families_[queues.size()] = slot.family;
    queues.push_back(queue);
  }
  shared_ = queues.size() > 1;

  std::vector<const char*> extensions;
  if (physical_.memory_budget) {
    extensions.push_back(VK_EXT_MEMORY_BUDGET_EXTENSION_NAME);
  }
  if (physical_.clock(Queue::kCompute).calibrated) {
    extensions.push_back(VK_EXT_CALIBRATED_TIMESTAMPS_EXTENSION_NAME);
  }
  if (physical_.device_fault) {
    extensions.push_back(VK_EXT_DEVICE_FAULT_EXTENSION_NAME);
  }
  if (physical_.mixed_dot()) extensions.push_back(kMixedDotExtension);
  if (physical_.cooperative_matrices()) {
    extensions.push_back(kCooperativeMatrixExtension);
    if (physical_.subgroup_size_control_extension) {
      extensions.push_back(VK_EXT_SUBGROUP_SIZE_CONTROL_EXTENSION_NAME);
    }
  }
  auto create =
      Zeroed<VkDeviceCreateInfo>(VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO);
  create.pNext = enabled.chain();
  create.queueCreateInfoCount = queues.size();
  create.pQueueCreateInfos = queues.data();
  create.enabledExtensionCount = extensions.size();
  create.ppEnabledExtensionNames = extensions.data();
  const VkResult result =
      vk.vkCreateDevice(physical_.handle, &create, nullptr, &device_);
  if (result != VK_SUCCESS) {
    device_ = VK_NULL_HANDLE;
    if (result == VK_ERROR_DEVICE_LOST) {
      return Error(Code::kDeviceLost, "adapter \"", physical_.info.name, "\" (",
                   physical_.info.driver,
                   ") cannot be opened: vkCreateDevice returned "
                   "VK_ERROR_DEVICE_LOST. It was removed, or is being reset: "
                   "try again, and where that does not help, look into the "
                   "system log (dmesg) and restart the machine");
    }
    return Check(result, "vkCreateDevice");
  }
  // Without this function the destructor could not undo vkCreateDevice.
  vk_.vkDestroyDevice = reinterpret_cast<PFN_vkDestroyDevice>(
      vk.vkGetDeviceProcAddr(device_, "vkDestroyDevice"));
  DML_RETURN_IF_ERROR(physical_.instance->LoadDeviceFunctions(device_, &vk_));
  if (physical_.clock(Queue::kCompute).calibrated) {
    vk_.vkGetCalibratedTimestampsEXT =
        reinterpret_cast<PFN_vkGetCalibratedTimestampsEXT>(
            vk.vkGetDeviceProcAddr(device_, "vkGetCalibratedTimestampsEXT"));
  }
  // Profiles do without what a driver announces and yet lacks.
  for (DeviceClock& clock : physical_.clocks) {
    clock.calibrated &= vk_.vkGetCalibratedTimestampsEXT != nullptr;
  }
  if (physical_.device_fault) {
    vk_.vkGetDeviceFaultInfoEXT = reinterpret_cast<PFN_vkGetDeviceFaultInfoEXT>(
        vk.vkGetDeviceProcAddr(device_, "vkGetDeviceFaultInfoEXT"));
  }

  auto type = Zeroed<VkSemaphoreTypeCreateInfo>(
      VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO);
  type.semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE;
  auto semaphore =
      Zeroed<VkSemaphoreCreateInfo>(VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO);
  semaphore.pNext = &type;
  for (const Queue which : {Queue::kCompute, Queue::kTransfer}) {
    const QueueSlot& slot = physical_.slot(which);
    if (!slot.exists()) continue;
    vk_.vkGetDeviceQueue(device_, slot.family, slot.index,
                         &queue(which).handle);
    DML_RETURN_IF_ERROR(
        Check(vk_.vkCreateSemaphore(device_, &semaphore, nullptr,
                                    &queue(which).timeline),
              "vkCreateSemaphore"));
  }

  const VkPushConstantRange range{VK_SHADER_STAGE_COMPUTE_BIT, 0,
                                  kMaxDirectParameterBytes};
  auto layout = Zeroed<VkPipelineLayoutCreateInfo>(
      VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO);
  layout.pushConstantRangeCount = 1;
  layout.pPushConstantRanges = &range;
  DML_RETURN_IF_ERROR(
      Check(vk_.vkCreatePipelineLayout(device_, &layout, nullptr, &layout_),
            "vkCreatePipelineLayout"));
  pipeline_cache_.Open(vk_, device_, physical_.info.uuid);
  return Status::Ok();
}

VulkanDevice::~VulkanDevice() {
  if (queue(Queue::kCompute).handle != VK_NULL_HANDLE && !loss_.happened()) {
    (void)vk_.vkDeviceWaitIdle(device_);
  }
  if (!loss_.happened()) pipeline_cache_.Finish();
  Destroy();
}

void VulkanDevice::GiveBack() {
  loss_.GiveUp(physical_.info);
  // Waits for whoever compiles or waits.
  const std::unique_lock<std::shared_mutex> lock(use_mutex_);
  Destroy();
}

void VulkanDevice::Destroy() {
  if (device_ == VK_NULL_HANDLE) return;
  if (vk_.vkDestroyDevice == nullptr) return;
  {
    std::lock_guard<std::mutex> lock(heaps_mutex_);
    for (VulkanHeap* heap : heaps_) heap->Destroy();
    heaps_.clear();
  }
  {
    std::lock_guard<std::mutex> lock(pipelines_mutex_);
    for (const VkPipeline pipeline : pipelines_) {
      vk_.vkDestroyPipeline(device_, pipeline, nullptr);
    }
    pipelines_.clear();
  }
  pipeline_cache_.Close();
  if (layout_ != VK_NULL_HANDLE) {
    vk_.vkDestroyPipelineLayout(device_, layout_, nullptr);
  }
  for (DeviceQueue& queue : queues_) {
    if (queue.timeline != VK_NULL_HANDLE) {
      vk_.vkDestroySemaphore(device_, queue.timeline, nullptr);
    }
    queue = DeviceQueue();
  }
  vk_.vkDestroyDevice(device_, nullptr);
  device_ = VK_NULL_HANDLE;
}

Status VulkanDevice::Use(std::shared_lock<std::shared_mutex>* lock) const {
  *lock = std::shared_lock<std::shared_mutex>(use_mutex_);
  return device_ != VK_NULL_HANDLE ? Status::Ok() : loss_.status();
}

void VulkanDevice::AddHeap(VulkanHeap* heap) {
  std::lock_guard<std::mutex> lock(heaps_mutex_);
  heaps_.insert(heap);
}

void VulkanDevice::RemoveHeap(VulkanHeap* heap) {
  std::lock_guard<std::mutex> lock(heaps_mutex_);
  heaps_.erase(heap);
}

void VulkanDevice::AddPipeline(VkPipeline pipeline) {
  std::lock_guard<std::mutex> lock(pipelines_mutex_);
  pipelines_.insert(pipeline);
}

void VulkanDevice::DestroyPipeline(VkPipeline pipeline) {
  std::shared_lock<std::shared_mutex> use;
  if (!Use(&use).ok()) return;
  {
    std::lock_guard<std::mutex> lock(pipelines_mutex_);
    if (pipelines_.erase(pipeline) == 0) return;
  }
  vk_.vkDestroyPipeline(device_, pipeline, nullptr);
}

VkPhysicalDeviceMemoryBudgetPropertiesEXT VulkanDevice::DriverBudget() const {
  auto budget = Zeroed<VkPhysicalDeviceMemoryBudgetPropertiesEXT>(
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT);
  auto properties = Zeroed<VkPhysicalDeviceMemoryProperties2>(
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2);
  properties.pNext = &budget;
  physical_.instance->vk().vkGetPhysicalDeviceMemoryProperties2(
      physical_.handle, &properties);
  return budget;
}

MemoryBudget VulkanDevice::memory_budget() const {
  MemoryBudget budget;
  if (!physical_.memory_budget) {
    // The rest of the system needs some of the memory, too.
    budget.budget_bytes = physical_.info.memory_bytes / 5 * 4;
    budget.used_bytes = device_bytes_;
    return budget;
  }
  const auto driver = DriverBudget();
  for (uint32_t h = 0; h < physical_.memory.heap_count(); ++h) {
    if (!physical_.memory.HoldsTensors(h)) continue;
    budget.budget_bytes += driver.heapBudget[h];
    budget.used_bytes += driver.heapUsage[h];
  }
  return budget;
}

HeapRoom VulkanDevice::heap_room() const {
  HeapRoom room;
  room.fill(std::numeric_limits<uint64_t>::max());
  if (!physical_.memory_budget) return room;
  const auto driver = DriverBudget();
  for (uint32_t h = 0; h < physical_.memory.heap_count(); ++h) {
    room[h] = driver.heapBudget[h] -
              std::min(driver.heapUsage[h], driver.heapBudget[h]);
  }
  return room;
}

Status VulkanDevice::CreateHeap(HeapKind kind, uint64_t bytes,
                                std::unique_ptr<Heap>* heap) {
  std::shared_lock<std::shared_mutex> lock;
  DML_RETURN_IF_ERROR(Use(&lock));
  const MemoryUse use = kind == HeapKind::kDevice   ? MemoryUse::kDevice
                        : kind == HeapKind::kUpload ? MemoryUse::kUpload
                                                    : MemoryUse::kReadback;
  std::unique_ptr<VulkanHeap> made;
  DML_RETURN_IF_ERROR(VulkanHeap::Create(this, use, bytes, &made));
  *heap = std::move(made);
  return Status::Ok();
}

Status VulkanDevice::CreateProgram(const ProgramDesc& desc,
                                   std::unique_ptr<Program>* program) {
  std::shared_lock<std::shared_mutex> use;
  DML_RETURN_IF_ERROR(Use(&use));
  return VulkanProgram::Create(this, desc, program);
}

Status VulkanDevice::CreateCommandList(Queue queue,
                                       std::unique_ptr<CommandList>* list) {
  std::shared_lock<std::shared_mutex> use;
  DML_RETURN_IF_ERROR(Use(&use));
  return VulkanCommandList::Create(this, queue, list);
}

// Handing buffers from one family to the other, as exclusive ones have to be,
// would take two more barriers for each copy and a submission on either side.
// What sharing costs, drivers pay for compressed images; buffers are the same
// to all queues of AMD, Intel and NVIDIA.
void VulkanDevice::SetSharing(VkBufferCreateInfo* buffer) const {
  buffer->sharingMode =
      shared_ ? VK_SHARING_MODE_CONCURRENT : VK_SHARING_MODE_EXCLUSIVE;
  if (!shared_) return;
  buffer->queueFamilyIndexCount = families_.size();
  buffer->pQueueFamilyIndices = families_.data();
}

Status VulkanDevice::Submit(CommandList* list, const QueuePoint& point,
                            Span<const QueuePoint> waits) {
  if (loss_.happened()) return loss_.status();
  std::shared_lock<std::shared_mutex> use;
  DML_RETURN_IF_ERROR(Use(&use));
  const Span<const VkCommandBuffer> buffers =
      static_cast<const VulkanCommandList*>(list)->buffers();
  auto timeline = Zeroed<VkTimelineSemaphoreSubmitInfo>(
      VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO);
  timeline.signalSemaphoreValueCount = 1;
  timeline.pSignalSemaphoreValues = &point.value;
  VkSemaphore wait_semaphores[kQueues];
  uint64_t wait_values[kQueues];
  VkPipelineStageFlags wait_stages[kQueues];
  uint32_t wait_count = 0;
  for (const QueuePoint& wait : waits) {
    wait_semaphores[wait_count] = queue(wait.queue).timeline;
    wait_values[wait_count] = wait.value;
    // Timestamps wait, too, so that they do not time the waiting.
    wait_stages[wait_count++] = VK_PIPELINE_STAGE_ALL_COMMANDS_BIT;
  }
  timeline.waitSemaphoreValueCount = wait_count;
  timeline.pWaitSemaphoreValues = wait_values;
  auto submit = Zeroed<VkSubmitInfo>(VK_STRUCTURE_TYPE_SUBMIT_INFO);
  submit.pNext = &timeline;
  submit.commandBufferCount = buffers.size();
  submit.pCommandBuffers = buffers.data();
  submit.signalSemaphoreCount = 1;
  submit.pSignalSemaphores = &queue(point.queue).timeline;
  submit.waitSemaphoreCount = wait_count;
  submit.pWaitSemaphores = wait_semaphores;
  submit.pWaitDstStageMask = wait_stages;
  VkResult result;
  {
    std::lock_guard<std::mutex> lock(queue_mutex_);
    // After Check() has waited for the last time, nothing may follow.
    result = loss_.happened() ? VK_ERROR_DEVICE_LOST
                              : vk_.vkQueueSubmit(queue(point.queue).handle, 1,
                                                  &submit, VK_NULL_HANDLE);
  }
  return Check(result, "vkQueueSubmit");
}

Status VulkanDevice::BindSparse(VkBindSparseInfo* info) {
  auto type = Zeroed<VkSemaphoreTypeCreateInfo>(
      VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO);
  type.semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE;
  auto create =
      Zeroed<VkSemaphoreCreateInfo>(VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO);
  create.pNext = &type;
  VkSemaphore bound = VK_NULL_HANDLE;
  DML_RETURN_IF_ERROR(
      Check(vk_.vkCreateSemaphore(device_, &create, nullptr, &bound),
            "vkCreateSemaphore"));
  const uint64_t value = 1;
  auto timeline = Zeroed<VkTimelineSemaphoreSubmitInfo>(
      VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO);
  timeline.signalSemaphoreValueCount = 1;
  timeline.pSignalSemaphoreValues = &value;
  info->pNext = &timeline;
  info->signalSemaphoreCount = 1;
  info->pSignalSemaphores = &bound;
  VkResult result;
  {
    std::lock_guard<std::mutex> lock(queue_mutex_);
    result = loss_.happened()
                 ? VK_ERROR_DEVICE_LOST
                 : vk_.vkQueueBindSparse(queue(Queue::kCompute).handle, 1, info,
                                         VK_NULL_HANDLE);
  }
  const char* call = "vkQueueBindSparse";
  if (result == VK_SUCCESS) {
    do {
      result = loss_.happened() ? VK_ERROR_DEVICE_LOST
                                : WaitFor(bound, value, kWaitSliceNs, &call);
    } while (result == VK_TIMEOUT);
    if (result != VK_SUCCESS && result != VK_ERROR_DEVICE_LOST) {
      // It may be pending, and our caller destroys what it names.
      std::lock_guard<std::mutex> lock(queue_mutex_);
      if (!loss_.happened()) (void)vk_.vkDeviceWaitIdle(device_);
    }
  }
  const Status status = Check(result, call);
  vk_.vkDestroySemaphore(device_, bound, nullptr);
  return status;
}

Status VulkanDevice::Wait(const QueuePoint& point, uint64_t timeout_ns) {
  while (!loss_.happened()) {
    std::shared_lock<std::shared_mutex> use;
    DML_RETURN_IF_ERROR(Use(&use));
    const uint64_t slice = std::min(timeout_ns, kWaitSliceNs);
    const char* call;
    const VkResult result =
        WaitFor(queue(point.queue).timeline, point.value, slice, &call);
    if (result != VK_TIMEOUT) return Check(result, call);
    timeout_ns -= slice;
    if (timeout_ns == 0) {
      return Error(Code::kDeadlineExceeded,
                   "the device did not finish its work in time");
    }
  }
  return loss_.status();
}

VkResult VulkanDevice::WaitFor(VkSemaphore timeline, uint64_t value,
                               uint64_t timeout_ns, const char** call) {
  auto wait =
      Zeroed<VkSemaphoreWaitInfo>(VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO);
  wait.semaphoreCount = 1;
  wait.pSemaphores = &timeline;
  wait.pValues = &value;
  *call = "vkWaitSemaphores";
  const VkResult result = vk_.vkWaitSemaphores(device_, &wait, timeout_ns);
  if (result != VK_ERROR_OUT_OF_HOST_MEMORY &&
      result != VK_ERROR_OUT_OF_DEVICE_MEMORY) {
    return result;
  }
  // Waiting may take memory, and the work goes on: looking takes none.
  *call = "vkGetSemaphoreCounterValue";
  return Poll(timeline, value, timeout_ns);
}

VkResult VulkanDevice::Poll(VkSemaphore timeline, uint64_t value,
                            uint64_t timeout_ns) {
  const auto end =
      std::chrono::steady_clock::now() + std::chrono::nanoseconds(timeout_ns);
  do {
    uint64_t reached = 0;
    const VkResult result =
        vk_.vkGetSemaphoreCounterValue(device_, timeline, &reached);
    if (result != VK_SUCCESS || reached >= value) return result;
    std::this_thread::sleep_for(kPollPause);
  } while (!loss_.happened() && std::chrono::steady_clock::now() < end);
  return VK_TIMEOUT;
}

Status VulkanDevice::Completed(Queue which, uint64_t* value) {
  if (loss_.happened()) return loss_.status();
  std::shared_lock<std::shared_mutex> use;
  DML_RETURN_IF_ERROR(Use(&use));
  return Check(
      vk_.vkGetSemaphoreCounterValue(device_, queue(which).timeline, value),
      "vkGetSemaphoreCounterValue");
}

Status VulkanDevice::ReadClocks(uint64_t* ticks, uint64_t* host_ns) {
  std::shared_lock<std::shared_mutex> use;
  DML_RETURN_IF_ERROR(Use(&use));
  VkCalibratedTimestampInfoEXT infos[2] = {
      Zeroed<VkCalibratedTimestampInfoEXT>(
          VK_STRUCTURE_TYPE_CALIBRATED_TIMESTAMP_INFO_EXT),
      Zeroed<VkCalibratedTimestampInfoEXT>(
          VK_STRUCTURE_TYPE_CALIBRATED_TIMESTAMP_INFO_EXT)};
  infos[0].timeDomain = VK_TIME_DOMAIN_DEVICE_EXT;
  infos[1].timeDomain = VK_TIME_DOMAIN_CLOCK_MONOTONIC_EXT;
  uint64_t values[2] = {0, 0};
  uint64_t deviation = 0;
  DML_RETURN_IF_ERROR(Check(
      vk_.vkGetCalibratedTimestampsEXT(device_, 2, infos, values, &deviation),
      "vkGetCalibratedTimestampsEXT"));
  *ticks = values[0];
  *host_ns = values[1];
  return Status::Ok();
}

void VulkanDevice::SaveProgramCache() {
  std::shared_lock<std::shared_mutex> use;
  if (!loss_.happened() && Use(&use).ok()) pipeline_cache_.Finish();
}

Status VulkanDevice::Check(VkResult result, const char* call) {
  if (result != VK_ERROR_DEVICE_LOST) return ToStatus(result, call);
  return loss_.Report([&] {
    {
      // A driver may still be at work on what its caller now gives up. On a
      // lost device this returns in finite time (Vulkan, "Lost Device").
      std::lock_guard<std::mutex> queue_lock(queue_mutex_);
      loss_.Mark();
      (void)vk_.vkDeviceWaitIdle(device_);
    }
    std::string fault =
        DescribeDeviceFault(device_, vk_.vkGetDeviceFaultInfoEXT);
    if (!fault.empty()) fault = ". The driver says: " + fault;
    return Error(
        Code::kDeviceLost, "adapter \"", physical_.info.name, "\" (",
        physical_.info.driver, ") was lost: ", call,
        " returned VK_ERROR_DEVICE_LOST", fault,
        ". It hung, was reset or removed, or a "
        "program ran longer than the system allows. The system log (dmesg) "
        "tells more; try a newer driver or smaller batches. What its memory "
        "held is gone; open the device anew");
  });
}

}  // namespace vulkan
}  // namespace hal
}  // namespace dml
