#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/root_signatures.h"

#include <algorithm>
#include <string>
#include <vector>

namespace dml {
namespace hal {
namespace d3d12 {
namespace {

HRESULT Make(const Libraries& libraries, ID3D12Device* device, uint32_t buffers,
             ComPtr<ID3D12RootSignature>* signature) {
  std::vector<D3D12_ROOT_PARAMETER> parameters(kFirstBufferParameter + buffers);
  parameters[kGridParameter].ParameterType =
      D3D12_ROOT_PARAMETER_TYPE_32BIT_CONSTANTS;
  parameters[kGridParameter].Constants = {0, 0, kGridConstants};
  parameters[kBlockParameter].ParameterType = D3D12_ROOT_PARAMETER_TYPE_SRV;
  parameters[kBlockParameter].Descriptor = {0, 0};
  for (uint32_t i = 0; i < buffers; ++i) {
    D3D12_ROOT_PARAMETER& buffer = parameters[kFirstBufferParameter + i];
    buffer.ParameterType = D3D12_ROOT_PARAMETER_TYPE_UAV;
    buffer.Descriptor = {i + 1, 0};
  }
  D3D12_ROOT_SIGNATURE_DESC desc{};
  desc.NumParameters = parameters.size();
  desc.pParameters = parameters.data();
  ComPtr<ID3DBlob> blob;
  const HRESULT result = libraries.serialize_root_signature(
      &desc, D3D_ROOT_SIGNATURE_VERSION_1_0, blob.Receive(), nullptr);
  if (result < 0) return result;
  return device->CreateRootSignature(
      0, blob->GetBufferPointer(), blob->GetBufferSize(),
      uuidof<ID3D12RootSignature>(), signature->ReceiveVoid());
}

}  // namespace

Status RootSignatures::Get(const Libraries& libraries, ID3D12Device* device,
                           uint32_t buffers, ID3D12RootSignature** signature) {
  if (buffers > kMaxBuffers) {
    return Unimplemented("it has ", buffers,
                         " buffers; Direct3D 12 has room for ", kMaxBuffers);
  }
  std::lock_guard<std::mutex> lock(mutex_);
  ComPtr<ID3D12RootSignature>& made = signatures_[buffers];
  if (!made) {
    DML_RETURN_IF_ERROR(ToStatus(Make(libraries, device, buffers, &made),
                                 "ID3D12Device::CreateRootSignature"));
  }
  *signature = made.get();
  return Status::Ok();
}

void RootSignatures::Close() {
  for (ComPtr<ID3D12RootSignature>& signature : signatures_) signature.Reset();
}

}  // namespace d3d12
}  // namespace hal
}  // namespace dml
