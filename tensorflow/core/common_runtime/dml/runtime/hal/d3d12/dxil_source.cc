#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/dxil_source.h"

#include <string_view>

#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/compiler.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/dxil_container.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/dxil_hash.h"

namespace dml {
namespace hal {
namespace d3d12 {
namespace {

// `all`: the compiler's identity.
ProgramKey KeyOf(const ProgramDesc& desc, std::string all) {
  all.push_back('\0');
  all.append(reinterpret_cast<const char*>(desc.specialization.data()),
             desc.specialization.size() * sizeof(uint32_t));
  all.append(desc.hlsl.data(), desc.hlsl.size());
  return ComputeDxilHash(all);
}

}  // namespace

Status GetDxil(const ProgramDesc& desc, ProgramStore* store, std::string* dxil,
               DxilSource* source) {
  if (!desc.dxil.empty()) {
    *source = DxilSource::kBuild;
    dxil->assign(reinterpret_cast<const char*>(desc.dxil.data()),
                 desc.dxil.size() * sizeof(uint32_t));
    return CheckContainer(*dxil);
  }
  std::string identity;
  DML_RETURN_IF_ERROR(Compiler::Identify(&identity));
  const ProgramKey key = KeyOf(desc, identity);
  if (store->Find(key, dxil) && CheckContainer(*dxil).ok()) {
    *source = DxilSource::kStore;
    return Status::Ok();
  }
  *source = DxilSource::kCompiler;
  const Compiler* compiler = nullptr;
  DML_RETURN_IF_ERROR(Compiler::Get(&compiler));
  DML_RETURN_IF_ERROR(
      compiler->Compile(std::string_view(desc.hlsl.data(), desc.hlsl.size()),
                        desc.specialization, dxil));
  store->Add(key, *dxil);
  return Status::Ok();
}

}  // namespace d3d12
}  // namespace hal
}  // namespace dml
