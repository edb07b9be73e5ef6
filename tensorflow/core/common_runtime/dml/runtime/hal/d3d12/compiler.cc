#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/compiler.h"

#include <memory>
#include <sstream>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/os/files.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/os/shared_library.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/com.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/dxc_api.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/dxil_container.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/dxil_hash.h"

namespace dml {
namespace hal {
namespace d3d12 {
namespace {

#ifdef _WIN32
constexpr char kLibrary[] = "dxcompiler.dll";
constexpr char kPlace[] = "beside dml_runtime.dll";
#else
constexpr char kLibrary[] = "libdxcompiler.so";
constexpr char kPlace[] = "where the system finds it (LD_LIBRARY_PATH)";
#endif

// Strict about floating-point numbers (-Gis): no shortcuts where they are not
// finite. Without the part that tells tools of a program's resources.
constexpr const wchar_t* kFlags[] = {
    L"-T", L"cs_6_0", L"-E", L"main", L"-O3", L"-Gis", L"-Qstrip_reflect"};
constexpr char kFlagsText[] = "cs_6_0 -O3 -Gis -Qstrip_reflect";

// Of the compiler's words: enough to see what it is about.
constexpr size_t kMaxMessage = 2000;

os::SharedLibrary OpenLibrary() {
  const std::string path = os::BesideThisLibrary(kLibrary);
  if (!path.empty()) {
    const os::SharedLibrary beside(path.c_str());
    if (beside.ok()) return beside;
  }
  return os::SharedLibrary(kLibrary);
}

std::string ReadVersion(IDxcCompiler3* compiler) {
  std::ostringstream text;
  ComPtr<IDxcVersionInfo> version;
  UINT32 major = 0, minor = 0;
  if (compiler->QueryInterface(__uuidof(IDxcVersionInfo),
                               version.ReceiveVoid()) >= 0 &&
      version->GetVersion(&major, &minor) >= 0) {
    text << major << "." << minor;
  }
  ComPtr<IDxcVersionInfo2> commits;
  UINT32 count = 0;
  char* hash = nullptr;
  if (compiler->QueryInterface(__uuidof(IDxcVersionInfo2),
                               commits.ReceiveVoid()) >= 0 &&
      commits->GetCommitInfo(&count, &hash) >= 0) {
    text << "." << count << " " << (hash != nullptr ? hash : "");
    CoTaskMemFree(hash);
  }
  return text.str();
}

// Of what a compilation said; empty for nothing.
std::string ReadErrors(IDxcResult* result) {
  ComPtr<IDxcBlobUtf8> errors;
  if (result->GetOutput(DXC_OUT_ERRORS, __uuidof(IDxcBlobUtf8),
                        errors.ReceiveVoid(), nullptr) < 0 ||
      !errors || errors->GetStringLength() == 0) {
    return "";
  }
  return std::string(errors->GetStringPointer(), errors->GetStringLength())
      .substr(0, kMaxMessage);
}

}  // namespace

Status Compiler::Get(const Compiler** compiler) {
  // Leaked: compilations may go on while the process exits.
  struct Opened {
    Compiler compiler;
    Status status;
  };
  static const Opened* const opened = [] {
    auto made = std::make_unique<Opened>();
    made->status = made->compiler.Open();
    return made.release();
  }();
  *compiler = &opened->compiler;
  return opened->status;
}

Status Compiler::Identify(std::string* identity) {
  *identity = os::FileIdentity(os::BesideThisLibrary(kLibrary));
  if (identity->empty()) {
    const Compiler* compiler = nullptr;
    DML_RETURN_IF_ERROR(Get(&compiler));
    *identity = compiler->version_;
  }
  *identity += std::string(" ") + kFlagsText;
  return Status::Ok();
}

Status Compiler::Open() {
  const os::SharedLibrary library = OpenLibrary();
  if (!library.ok()) {
    return Error(Code::kUnavailable, "the shader compiler ", kLibrary,
                 " cannot be opened (", library.problem(),
                 "). It comes with tensorflow-directml: install that anew, or "
                 "put the library of DirectX Shader Compiler 1.8 ",
                 kPlace);
  }
  create_instance_ = library.Find("DxcCreateInstance");
  ComPtr<IDxcCompiler3> compiler;
  if (create_instance_ == nullptr ||
      reinterpret_cast<DxcCreateInstanceProc>(create_instance_)(
          CLSID_DxcCompiler, __uuidof(IDxcCompiler3), compiler.ReceiveVoid()) <
          0 ||
      !compiler) {
    return Error(Code::kUnavailable, kLibrary,
                 " is no DirectX Shader Compiler of 1.8, with which "
                 "tensorflow-directml comes: install that anew, and see that "
                 "no other library of this name comes before");
  }
  version_ = ReadVersion(compiler.get());
  return Status::Ok();
}

Status Compiler::Compile(std::string_view hlsl, Span<const uint32_t> constants,
                         std::string* dxil) const {
  ComPtr<IDxcCompiler3> compiler;
  if (reinterpret_cast<DxcCreateInstanceProc>(create_instance_)(
          CLSID_DxcCompiler, __uuidof(IDxcCompiler3), compiler.ReceiveVoid()) <
      0) {
    return Error(Code::kOutOfMemory, "DXC has no room for a compilation");
  }
  std::vector<const wchar_t*> arguments(std::begin(kFlags), std::end(kFlags));
  std::vector<std::wstring> macros;
  for (size_t i = 0; i < constants.size(); ++i) {
    macros.push_back(L"SPIRV_CROSS_CONSTANT_ID_" + std::to_wstring(i) + L"=" +
                     std::to_wstring(constants[i]) + L"u");
  }
  for (const std::wstring& macro : macros) {
    arguments.push_back(L"-D");
    arguments.push_back(macro.c_str());
  }
  const DxcBuffer source{hlsl.data(), hlsl.size(), DXC_CP_UTF8};
  ComPtr<IDxcResult> result;
  HRESULT status =
      compiler->Compile(&source, arguments.data(), arguments.size(), nullptr,
                        __uuidof(IDxcResult), result.ReceiveVoid());
  if (status >= 0 && result) {
    const HRESULT got = result->GetStatus(&status);
    if (got < 0) status = got;
  }
  ComPtr<IDxcBlob> object;
  if (status >= 0 && result) {
    status = result->GetOutput(DXC_OUT_OBJECT, __uuidof(IDxcBlob),
                               object.ReceiveVoid(), nullptr);
  }
  if (status < 0 || !object) {
    return Internal("DXC refuses it (", static_cast<uint32_t>(status),
                    "): ", result ? ReadErrors(result.get()) : "");
  }
  dxil->assign(static_cast<const char*>(object->GetBufferPointer()),
               object->GetBufferSize());
  DML_RETURN_IF_ERROR(CheckContainer(*dxil));
  SignContainer(dxil);
  return Status::Ok();
}

}  // namespace d3d12
}  // namespace hal
}  // namespace dml
