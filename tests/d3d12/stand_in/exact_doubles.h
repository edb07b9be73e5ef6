// vkd3d 2.1 forgets that arithmetic in float64 is exact: of DXIL without fast flags it
// makes NoContraction for float32 only, and drivers then take (x + 2^52) - 2^52 for x.
#ifndef TESTS_D3D12_STAND_IN_EXACT_DOUBLES_H_
#define TESTS_D3D12_STAND_IN_EXACT_DOUBLES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace stand_in {

// The SPIR-V module with all arithmetic in float64 decorated so.
std::vector<uint32_t> WithExactDoubles(const uint32_t* code, size_t words);

}  // namespace stand_in

#endif  // TESTS_D3D12_STAND_IN_EXACT_DOUBLES_H_
