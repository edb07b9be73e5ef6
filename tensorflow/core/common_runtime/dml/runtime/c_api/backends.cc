#include "tensorflow/core/common_runtime/dml/runtime/c_api/backends.h"

#include "tensorflow/core/common_runtime/dml/runtime/hal/drivers.h"

namespace dml {
namespace {

#ifdef _WIN32
constexpr char kVulkanHint[] =
    "install the newest driver of the GPU's vendor, which has Vulkan";
constexpr char kD3d12Hint[] = "install the newest driver of the GPU's vendor";
#else
constexpr char kVulkanHint[] =
    "install your GPU's Vulkan driver (Debian, Ubuntu: apt install "
    "mesa-vulkan-drivers, or the vendor's package) and check it with "
    "vulkaninfo --summary";
constexpr char kD3d12Hint[] =
    "install the newest driver of the GPU's vendor in Windows (for WSL at "
    "least AMD 20.20.01.05, Intel 28.20.100.8322 or NVIDIA 460.20), then run "
    "`wsl --update` and `wsl --shutdown` there";
#endif

constexpr Backend kVulkan = {"vulkan", "Vulkan", hal::EnumerateVulkan,
                             kVulkanHint};
constexpr Backend kD3d12 = {"d3d12", "Direct3D 12", hal::EnumerateD3d12,
                            kD3d12Hint};
constexpr Backend kNull = {"null", "the null backend", hal::EnumerateNull,
                           "unset TF_DIRECTML_BACKEND"};

}  // namespace

std::vector<const Backend*> BackendsToAsk(const std::string& chosen,
                                          bool windows_graphics) {
  for (const Backend* backend : {&kVulkan, &kD3d12, &kNull}) {
    if (chosen == backend->name) return {backend};
  }
  // GPUs of Windows have Vulkan drivers on WSL only by way of Direct3D 12.
  if (windows_graphics) return {&kD3d12, &kVulkan};
  return {&kVulkan};
}

}  // namespace dml
