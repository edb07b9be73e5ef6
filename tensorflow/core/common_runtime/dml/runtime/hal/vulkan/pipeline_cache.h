// PipelineCache: what the driver compiled, kept on disk between processes.
//
// One file an adapter and driver, in $TF_DIRECTML_CACHE_DIR, else in
// tensorflow-directml under $XDG_CACHE_HOME or ~/.cache. It only saves time:
// a file that is damaged, or that cannot be read or written, is passed over.
// Of processes that share a file each adds to it, one at a time.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_PIPELINE_CACHE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_PIPELINE_CACHE_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "tensorflow/core/common_runtime/dml/runtime/base/background_saver.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/api.h"

namespace dml {
namespace hal {
namespace vulkan {

// Thread-safe but for Open() and Close().
class PipelineCache {
 public:
  PipelineCache();
  void Open(const DeviceFunctions& vk, VkDevice device,
            const std::array<uint8_t, 16>& uuid);
  // Destroys the handle, without saving; legal at any time.
  void Close();

  VkPipelineCache handle() const { return cache_; }
  // A pipeline was made: it is saved in the background, soon.
  void CountNew() {
    unsaved_.fetch_add(1, std::memory_order_relaxed);
    saver_.Note();
  }
  // Saves what is new, now, and ends saving in the background. Where another
  // process has the file and does not give it back, does without.
  void Finish() { saver_.Finish(); }

 private:
  // Merges what is new into what the file has, unless it gives up waiting for
  // the file's lock.
  void Save(const std::function<bool()>& give_up);
  // A cache that holds what the file holds; null when that is nothing.
  VkPipelineCache Load() const;

  const DeviceFunctions* vk_ = nullptr;
  VkDevice device_ = VK_NULL_HANDLE;
  VkPipelineCache cache_ = VK_NULL_HANDLE;
  std::string path_;  // empty: no place to keep it
  std::atomic<uint32_t> unsaved_{0};
  BackgroundSaver saver_;  // ends before what it uses
};

}  // namespace vulkan
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_PIPELINE_CACHE_H_
