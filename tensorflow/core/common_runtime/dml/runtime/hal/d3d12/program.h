// D3d12Program: a compute pipeline.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_PROGRAM_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_PROGRAM_H_

#include <cstdint>
#include <memory>
#include <string>

#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/device.h"

namespace dml {
namespace hal {
namespace d3d12 {

// kUnimplemented when a program with these flags of dxil_container.h needs more
// than the adapter has.
Status CheckRequiredFeatures(uint64_t required, const Features& features,
                             const AdapterInfo& info);

class D3d12Program final : public Program {
 public:
  // Whoever calls holds D3d12Device::Use().
  static Status Create(D3d12Device* device, const ProgramDesc& desc,
                       std::unique_ptr<Program>* program);
  ~D3d12Program() override;

  // Not once the device was given back.
  ID3D12PipelineState* pipeline() const { return pipeline_; }
  ID3D12RootSignature* signature() const { return signature_; }
  uint32_t buffers() const { return buffers_; }
  const char* name() const override { return name_.c_str(); }

 private:
  D3d12Program(D3d12Device* device, const ProgramDesc& desc)
      : device_(device), name_(desc.name), buffers_(desc.buffers) {}
  Status Init(const ProgramDesc& desc);
  Status MakePipeline(const std::string& dxil);

  D3d12Device* const device_;
  const std::string name_;
  const uint32_t buffers_;
  ID3D12PipelineState* pipeline_ = nullptr;   // the device's
  ID3D12RootSignature* signature_ = nullptr;  // the device's
};

}  // namespace d3d12
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_PROGRAM_H_
