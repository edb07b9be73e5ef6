// What the runtime reads and writes of a DXIL container, in which DXC hands
// programs over.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_DXIL_CONTAINER_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_DXIL_CONTAINER_H_

#include <cstdint>
#include <string_view>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"

namespace dml {
namespace hal {
namespace d3d12 {

// kInternal when it is no container.
Status CheckContainer(std::string_view container);

// What a program demands of an adapter: the flags of its part SFI0, 0 where
// there is none. `container` is one.
uint64_t RequiredFeatures(std::string_view container);

// Those flags, by Direct3D's numbers (D3D_SHADER_REQUIRES_...).
constexpr uint64_t kRequiresFloat64 = 0x1;
constexpr uint64_t kRequiresMoreFloat64 = 0x20;  // division, conversions
constexpr uint64_t kRequiresManyBuffers = 0x8;   // more than 8 UAVs
constexpr uint64_t kRequiresMinPrecision = 0x10;
constexpr uint64_t kRequiresWaves = 0x4000;
constexpr uint64_t kRequiresInt64 = 0x8000;

}  // namespace d3d12
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_DXIL_CONTAINER_H_
