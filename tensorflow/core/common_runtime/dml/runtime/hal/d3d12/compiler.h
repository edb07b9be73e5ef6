// Compiler: DXC, in this process.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_COMPILER_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_COMPILER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "tensorflow/core/common_runtime/dml/runtime/base/span.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"

namespace dml {
namespace hal {
namespace d3d12 {

// The library is looked for beside this one, which is where the wheel has it,
// then as the system finds libraries. Immutable once made, thus thread-safe.
class Compiler {
 public:
  // The process's; opened when first asked for. kUnavailable, each time, where
  // there is none, and how to get it.
  static Status Get(const Compiler** compiler);

  // What results depend on: the library and the flags of Compile(). Opens the
  // library only where it does not lie beside this one; errors as of Get().
  static Status Identify(std::string* identity);

  // A program of shader model 6.0 whose entry point is "main", with constant i
  // as the macro SPIRV_CROSS_CONSTANT_ID_i: a signed DXIL container. kInternal
  // with the compiler's own words when it refuses.
  Status Compile(std::string_view hlsl, Span<const uint32_t> constants,
                 std::string* dxil) const;

 private:
  Compiler() = default;
  Status Open();

  void* create_instance_ = nullptr;
  std::string version_;
};

}  // namespace d3d12
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_COMPILER_H_
