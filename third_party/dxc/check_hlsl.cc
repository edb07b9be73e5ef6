// check_hlsl LIBRARY FILE [FLAG...]: whether DXC compiles the program in FILE, and
// its validator accepts the result. Says on stderr what they do not like. A double
// that becomes a float by itself is refused, too.
//
// FLAGs are DXC's, such as -DNAME=VALUE, after those that shaders/hlsl/README.md names.
#include <dlfcn.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "dxcapi.h"

namespace {

std::string TextOf(IDxcOperationResult* result) {
  CComPtr<IDxcBlobEncoding> text;
  if (FAILED(result->GetErrorBuffer(&text)) || !text) return "";
  return std::string(static_cast<const char*>(text->GetBufferPointer()),
                     text->GetBufferSize());
}

int Refuse(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  return 1;
}

int Check(DxcCreateInstanceProc create, const std::string& text,
          const std::vector<std::wstring>& flags) {
  CComPtr<IDxcCompiler3> compiler;
  CComPtr<IDxcValidator> validator;
  if (FAILED(create(CLSID_DxcCompiler, IID_PPV_ARGS(&compiler))) ||
      FAILED(create(CLSID_DxcValidator, IID_PPV_ARGS(&validator)))) {
    return Refuse("the library has no compiler or no validator");
  }
  std::vector<LPCWSTR> arguments;
  for (const std::wstring& flag : flags) arguments.push_back(flag.c_str());
  const DxcBuffer source = {text.data(), text.size(), DXC_CP_UTF8};
  CComPtr<IDxcResult> compiled;
  HRESULT status = compiler->Compile(&source, arguments.data(),
                                     static_cast<UINT32>(arguments.size()),
                                     nullptr, IID_PPV_ARGS(&compiled));
  if (FAILED(status)) return Refuse("DXC could not be run");
  if (FAILED(compiled->GetStatus(&status)) || FAILED(status)) {
    return Refuse(TextOf(compiled));
  }
  // Functions that have float only take what they are given as that.
  const std::string said = TextOf(compiled);
  if (said.find("from larger type 'double") != std::string::npos) return Refuse(said);
  CComPtr<IDxcBlob> program;
  if (FAILED(compiled->GetResult(&program)) || !program) {
    return Refuse("DXC made no program");
  }
  CComPtr<IDxcOperationResult> verdict;
  status = validator->Validate(program, DxcValidatorFlags_InPlaceEdit, &verdict);
  if (FAILED(status)) return Refuse("the validator could not be run");
  if (FAILED(verdict->GetStatus(&status)) || FAILED(status)) {
    return Refuse("DXC's validator: " + TextOf(verdict));
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return Refuse("usage: check_hlsl LIBRARY FILE [FLAG...]");
  void* library = dlopen(argv[1], RTLD_NOW);
  if (library == nullptr) return Refuse(dlerror());
  auto create = reinterpret_cast<DxcCreateInstanceProc>(
      dlsym(library, "DxcCreateInstance"));
  if (create == nullptr) return Refuse("the library is not DXC");
  std::ifstream in(argv[2], std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  if (text.empty()) return Refuse(std::string("cannot read ") + argv[2]);
  std::vector<std::wstring> flags = {L"-T",  L"cs_6_0", L"-E",
                                     L"main", L"-O3",   L"-Gis"};
  for (int i = 3; i < argc; ++i) {
    const std::string flag = argv[i];
    flags.emplace_back(flag.begin(), flag.end());
  }
  return Check(create, text, flags);
}
