// Which adapter of DXCore's an object is; apart, since vkd3d's headers, which
// the rest of libd3d12.so has, and Microsoft's exclude each other.
#ifndef TENSORFLOW_DIRECTML_TESTS_D3D12_STAND_IN_LUID_H_
#define TENSORFLOW_DIRECTML_TESTS_D3D12_STAND_IN_LUID_H_

#include <cstdint>

// False where `unknown`, an IUnknown, is no adapter.
bool ReadLuid(void* unknown, uint64_t* luid);

#endif  // TENSORFLOW_DIRECTML_TESTS_D3D12_STAND_IN_LUID_H_
