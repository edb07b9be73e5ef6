// Where the DXIL of a program comes from.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_DXIL_SOURCE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_DXIL_SOURCE_H_

#include <string>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/program_store.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"

namespace dml {
namespace hal {
namespace d3d12 {

// In the order in which they are asked.
enum class DxilSource {
  kBuild,     // compiled when the product was built
  kStore,     // by an earlier process, or device
  kCompiler,  // now, and kept in the store
};

// A signed container of `desc`, which has HLSL. Opens the compiler's library
// for kCompiler only (see Compiler::Identify()), and fails as the compiler
// does. Thread-safe.
Status GetDxil(const ProgramDesc& desc, ProgramStore* store, std::string* dxil,
               DxilSource* source);

}  // namespace d3d12
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_DXIL_SOURCE_H_
