// compile_hlsl LIBRARY FILE [FLAG...] [--constants VALUES OUT]...
//
// Compiles the program in FILE by DXC for each VALUES of its specialization
// constants, such as 256,0,1, and writes a container that Direct3D takes to OUT;
// without any, for the constants' defaults, and writes nothing. What DXC or its
// validator do not like is said on stderr, and so is a double that becomes a float
// by itself.
//
// FLAGs are DXC's, such as -DNAME=VALUE, after those that shaders/hlsl/README.md names.
#include <dlfcn.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "dxcapi.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/dxil_hash.h"

namespace {

using Flags = std::vector<std::wstring>;

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

std::wstring Wide(const std::string& text) {
  return std::wstring(text.begin(), text.end());
}

// A macro for each constant.
Flags FlagsOf(const std::string& values) {
  Flags flags;
  std::istringstream all(values);
  for (std::string value; std::getline(all, value, ',');) {
    flags.push_back(L"-DSPIRV_CROSS_CONSTANT_ID_" +
                    std::to_wstring(flags.size()) + L"=" + Wide(value) + L"u");
  }
  return flags;
}

int Compile(DxcCreateInstanceProc create, const std::string& text,
            const Flags& flags, std::string* container) {
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
  container->assign(static_cast<const char*>(program->GetBufferPointer()),
                    program->GetBufferSize());
  dml::hal::d3d12::SignContainer(container);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    return Refuse("usage: compile_hlsl LIBRARY FILE [FLAG...] "
                  "[--constants VALUES OUT]...");
  }
  void* library = dlopen(argv[1], RTLD_NOW);
  if (library == nullptr) return Refuse(dlerror());
  auto create = reinterpret_cast<DxcCreateInstanceProc>(
      dlsym(library, "DxcCreateInstance"));
  if (create == nullptr) return Refuse("the library is not DXC");
  std::ifstream in(argv[2], std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  if (text.empty()) return Refuse(std::string("cannot read ") + argv[2]);

  Flags flags = {L"-T",  L"cs_6_0", L"-E",   L"main",
                 L"-O3", L"-Gis",   L"-Qstrip_reflect"};
  int at = 3;
  for (; at < argc && std::string(argv[at]) != "--constants"; ++at) {
    flags.push_back(Wide(argv[at]));
  }
  std::string container;
  if (at == argc) return Compile(create, text, flags, &container);
  for (; at + 2 < argc; at += 3) {
    Flags all = flags;
    for (const std::wstring& flag : FlagsOf(argv[at + 1])) all.push_back(flag);
    if (Compile(create, text, all, &container) != 0) {
      return Refuse(std::string("with the constants ") + argv[at + 1]);
    }
    std::ofstream out(argv[at + 2], std::ios::binary);
    if (!out.write(container.data(), container.size()).flush()) {
      return Refuse(std::string("cannot write ") + argv[at + 2]);
    }
  }
  return 0;
}
