// RootSignatures: how programs take their parameters, by how many buffers they
// have. shaders/hlsl/README.md describes the registers.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_ROOT_SIGNATURES_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_ROOT_SIGNATURES_H_

#include <array>
#include <cstdint>
#include <mutex>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/api.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/com.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/libraries.h"

namespace dml {
namespace hal {
namespace d3d12 {

// The parameters of a root signature, in order: six constants (b0: the number
// of groups and the first group, three each), the parameter block (t0), then
// the buffers (u1, u2 and so on).
constexpr uint32_t kGridParameter = 0;
constexpr uint32_t kBlockParameter = 1;
constexpr uint32_t kFirstBufferParameter = 2;
constexpr uint32_t kGridConstants = 6;

// A signature has room for 64 words: one a constant, two an address.
constexpr uint32_t kMaxBuffers = (64 - kGridConstants - 2) / 2;

// Thread-safe but for Close().
class RootSignatures {
 public:
  // The one for programs with so many buffers, made when there is none. It
  // lives until Close(). kUnimplemented beyond kMaxBuffers.
  Status Get(const Libraries& libraries, ID3D12Device* device, uint32_t buffers,
             ID3D12RootSignature** signature);
  void Close();

 private:
  std::mutex mutex_;
  std::array<ComPtr<ID3D12RootSignature>, kMaxBuffers + 1> signatures_;
};

}  // namespace d3d12
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_ROOT_SIGNATURES_H_
