// The hash that Direct3D asks of DXIL containers. Includes nothing of the
// runtime: the build, which makes containers too, has it as well.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_DXIL_HASH_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_DXIL_HASH_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace dml {
namespace hal {
namespace d3d12 {

using DxilHash = std::array<uint8_t, 16>;

// Over any bytes: MD5 with a padding of its own (Microsoft's hlsl-specs,
// INF-0004).
DxilHash ComputeDxilHash(std::string_view bytes);

// What a container has, zeros where there is none.
DxilHash HashOf(std::string_view container);

// Writes the hash where there is none: DXC leaves it out without its signing
// library, and Direct3D refuses such containers. `container` is one.
void SignContainer(std::string* container);

}  // namespace d3d12
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_DXIL_HASH_H_
