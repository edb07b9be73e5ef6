#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/program.h"

#include <utility>

#include "tensorflow/core/common_runtime/dml/runtime/base/os/clock.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/compile_log.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/dxil_container.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/dxil_hash.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/dxil_source.h"

namespace dml {
namespace hal {
namespace d3d12 {
namespace {

constexpr uint64_t kKnownRequirements =
    kRequiresFloat64 | kRequiresMoreFloat64 | kRequiresManyBuffers |
    kRequiresMinPrecision | kRequiresWaves | kRequiresInt64;

}  // namespace

Status CheckRequiredFeatures(uint64_t required, const Features& features,
                             const AdapterInfo& info) {
  const char* what = nullptr;
  if ((required & (kRequiresFloat64 | kRequiresMoreFloat64)) != 0 &&
      !features.float64) {
    what = "64-bit floating-point arithmetic";
  } else if ((required & kRequiresInt64) != 0 && !features.int64) {
    what = "64-bit integer arithmetic";
  } else if ((required & kRequiresWaves) != 0 && !features.waves) {
    what = "wave operations";
  } else if ((required & kRequiresManyBuffers) != 0 && !features.many_buffers) {
    what = "more than 8 buffers";
  } else if ((required & ~kKnownRequirements) != 0) {
    return Unimplemented("it needs what the runtime enables on no adapter (",
                         required, ")");
  }
  if (what == nullptr) return Status::Ok();
  return Unimplemented("it needs ", what,
                       ", which is not available on adapter \"", info.name,
                       "\"");
}

Status D3d12Program::Create(D3d12Device* device, const ProgramDesc& desc,
                            std::unique_ptr<Program>* program) {
  std::unique_ptr<D3d12Program> made(new D3d12Program(device, desc));
  const Status status = made->Init(desc);
  if (!status.ok()) {
    return Error(status.code(), "program ", desc.name,
                 " cannot be made: ", status.message());
  }
  *program = std::move(made);
  return Status::Ok();
}

Status D3d12Program::Init(const ProgramDesc& desc) {
  const uint64_t begin = os::SteadyNanoseconds();
  if (desc.hlsl.empty()) {
    return Unimplemented("it uses what HLSL of shader model 6.0 lacks");
  }
  std::string dxil;
  DxilSource source;
  DML_RETURN_IF_ERROR(GetDxil(desc, device_->dxil_store(), &dxil, &source));
  const uint64_t had_dxil = os::SteadyNanoseconds();
  DML_RETURN_IF_ERROR(CheckRequiredFeatures(
      RequiredFeatures(dxil), device_->physical().features, device_->info()));
  DML_RETURN_IF_ERROR(device_->GetRootSignature(buffers_, &signature_));
  DML_RETURN_IF_ERROR(MakePipeline(dxil));
  device_->compile_log()->Note(source, begin, had_dxil,
                               os::SteadyNanoseconds());
  return Status::Ok();
}

Status D3d12Program::MakePipeline(const std::string& dxil) {
  const ProgramKey key = HashOf(dxil);
  D3D12_COMPUTE_PIPELINE_STATE_DESC desc{};
  desc.pRootSignature = signature_;
  desc.CS = {dxil.data(), dxil.size()};
  ComPtr<ID3D12PipelineState> pipeline;
  const auto create = [&] {
    return device_->handle()->CreateComputePipelineState(
        &desc, uuidof<ID3D12PipelineState>(), pipeline.ReceiveVoid());
  };
  ProgramStore* const store = device_->pipeline_store();
  std::string compiled;
  HRESULT result = E_FAIL;
  if (store->Find(key, &compiled)) {
    desc.CachedPSO = {compiled.data(), compiled.size()};
    result = create();
    desc.CachedPSO = {};
    // Of another driver, or damaged.
    if (result < 0 && !IsLost(result)) store->Remove(key);
  }
  if (result < 0 && !IsLost(result)) {
    result = create();
    ComPtr<ID3DBlob> blob;
    if (result >= 0 && pipeline->GetCachedBlob(blob.Receive()) >= 0 && blob) {
      store->Add(key,
                 std::string(static_cast<const char*>(blob->GetBufferPointer()),
                             blob->GetBufferSize()));
    }
  }
  DML_RETURN_IF_ERROR(
      device_->Check(result, "ID3D12Device::CreateComputePipelineState"));
  const std::wstring name(name_.begin(), name_.end());
  (void)pipeline->SetName(name.c_str());
  pipeline_ = pipeline.get();
  device_->AddPipeline(std::move(pipeline));
  return Status::Ok();
}

D3d12Program::~D3d12Program() {
  if (pipeline_ != nullptr) device_->DropPipeline(pipeline_);
}

}  // namespace d3d12
}  // namespace hal
}  // namespace dml
