// Vulkan as vkd3d gets it: with what its programs lack (exact_doubles.h).
#ifndef TESTS_D3D12_STAND_IN_VULKAN_H_
#define TESTS_D3D12_STAND_IN_VULKAN_H_

#include <vulkan/vulkan.h>

namespace stand_in {

// The machine's loader's function, whose devices mend the programs that they are
// given. Null where there is no loader.
PFN_vkGetInstanceProcAddr MendingVulkan();

}  // namespace stand_in

#endif  // TESTS_D3D12_STAND_IN_VULKAN_H_
