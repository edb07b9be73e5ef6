#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/pipeline_cache.h"

#include "tensorflow/core/common_runtime/dml/runtime/base/cache_file.h"

namespace dml {
namespace hal {
namespace vulkan {
namespace {

constexpr CacheMagic kMagic = {'D', 'M', 'L', 'V', 'K', 'P', 'C', '1'};

// Null when the driver refuses.
VkPipelineCache MakeCache(const DeviceFunctions& vk, VkDevice device,
                          const std::string& data) {
  auto create = Zeroed<VkPipelineCacheCreateInfo>(
      VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO);
  create.initialDataSize = data.size();
  create.pInitialData = data.empty() ? nullptr : data.data();
  VkPipelineCache cache = VK_NULL_HANDLE;
  const VkResult result =
      vk.vkCreatePipelineCache(device, &create, nullptr, &cache);
  return result == VK_SUCCESS ? cache : VK_NULL_HANDLE;
}

}  // namespace

PipelineCache::PipelineCache()
    : saver_([this](const auto& give_up) { Save(give_up); }) {}

void PipelineCache::Open(const DeviceFunctions& vk, VkDevice device,
                         const std::array<uint8_t, 16>& uuid) {
  vk_ = &vk;
  device_ = device;
  path_ = CacheFilePath("vulkan-" + Hexadecimal(uuid) + ".bin");
  cache_ = Load();
  if (cache_ == VK_NULL_HANDLE) cache_ = MakeCache(vk, device, "");
}

void PipelineCache::Close() {
  saver_.Stop();
  if (cache_ == VK_NULL_HANDLE) return;
  vk_->vkDestroyPipelineCache(device_, cache_, nullptr);
  cache_ = VK_NULL_HANDLE;
}

VkPipelineCache PipelineCache::Load() const {
  std::string data;
  if (path_.empty() ||
      ReadCacheFile(path_, kMagic, &data) != CacheRead::kRead) {
    return VK_NULL_HANDLE;
  }
  return MakeCache(*vk_, device_, data);
}

void PipelineCache::Save(const std::function<bool()>& give_up) {
  if (cache_ == VK_NULL_HANDLE || path_.empty()) return;
  const uint32_t saving = unsaved_;
  if (saving == 0) return;
  const FileLock file(path_, give_up);
  if (file.busy()) return;

  // The destination of a merge must not be in use, so it is a third cache.
  const VkPipelineCache merged = MakeCache(*vk_, device_, "");
  if (merged == VK_NULL_HANDLE) return;
  const VkPipelineCache stored = Load();
  const VkPipelineCache sources[] = {cache_, stored};
  const uint32_t count = stored != VK_NULL_HANDLE ? 2 : 1;
  size_t size = 0;
  if (vk_->vkMergePipelineCaches(device_, merged, count, sources) ==
          VK_SUCCESS &&
      vk_->vkGetPipelineCacheData(device_, merged, &size, nullptr) ==
          VK_SUCCESS) {
    std::string data(size, '\0');
    if (vk_->vkGetPipelineCacheData(device_, merged, &size, data.data()) ==
        VK_SUCCESS) {
      data.resize(size);
      if (WriteCacheFile(path_, kMagic, data)) unsaved_ -= saving;
    }
  }
  if (stored != VK_NULL_HANDLE) {
    vk_->vkDestroyPipelineCache(device_, stored, nullptr);
  }
  vk_->vkDestroyPipelineCache(device_, merged, nullptr);
}

}  // namespace vulkan
}  // namespace hal
}  // namespace dml
