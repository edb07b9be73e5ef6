#include "tensorflow/core/common_runtime/dml/base_patches.h"

#include <cstring>
#include <string>

#include "tensorflow/core/common_runtime/device.h"
#include "tensorflow/core/common_runtime/dml/base_compat.h"
#include "tensorflow/core/common_runtime/dml/environment.h"
#include "tensorflow/core/common_runtime/dml/gpu_names.h"
#include "tensorflow/core/common_runtime/dml/graph_rewrites.h"
#include "tensorflow/core/common_runtime/dml/loaded_library.h"
#include "tensorflow/core/common_runtime/process_function_library_runtime.h"
#include "tensorflow/core/framework/types.h"

namespace tensorflow {
namespace dml {
namespace {

constexpr char kDeviceType[] = "DML";
// ProcessFunctionLibraryRuntime::GetDeviceContext(const string&,
// DeviceContext**) const
constexpr char kGetDeviceContext[] =
    "_ZNK10tensorflow29ProcessFunctionLibraryRuntime16GetDeviceContextERKSsPPNS"
    "_13DeviceContextE";

// All mangled with the reference-counted string of this base.
constexpr DeviceNameSymbols kDeviceNames = {
    "_ZN10tensorflow15DeviceNameUtils13ParseFullNameEN4absl11string_viewEPNS0_"
    "10ParsedNameE",
    "_ZN10tensorflow15DeviceNameUtils25GetNamesForDeviceMappingsERKNS0_"
    "10ParsedNameE",
    "_ZN10tensorflow15DeviceNameUtils30GetLocalNamesForDeviceMappingsERKNS0_"
    "10ParsedNameE",
    /*parse_full_or_local_name=*/nullptr};
#define DML_OPTIMIZE(CLASS)        \
  "_ZN10tensorflow8grappler" CLASS \
  "8OptimizeEPNS0_7ClusterERKNS0_12GrapplerItemEPNS_8GraphDefE"
constexpr RewriteSymbols kRewrites = {
    DML_OPTIMIZE("18AutoMixedPrecision"),
    DML_OPTIMIZE("22ImplementationSelector"),
    "_ZN10tensorflow15DeviceNameUtils15SplitDeviceNameEN4absl11string_viewEPSs"
    "S3_",
    DML_OPTIMIZE("8Remapper"),
    "_ZN10tensorflow8grappler11NodeIsOnCpuEPKNS_7NodeDefE",
    "_ZN10tensorflow8grappler11NodeIsOnGpuEPKNS_7NodeDefE",
    /*uses_onednn=*/nullptr,
    /*is_computable=*/nullptr};
#undef DML_OPTIMIZE

Status PatchDeviceName(const LoadedLibrary& framework) {
  const char* current = DEVICE_SYCL;
  if (std::strcmp(current, kDeviceType) == 0) return OkStatus();
  if (std::strcmp(current, "SYCL") != 0) {
    return BaseMismatch(std::string("DEVICE_SYCL reads ") + current);
  }
  void* where = const_cast<void*>(static_cast<const void*>(&DEVICE_SYCL));
  const char* const name = kDeviceType;
  return framework.WritePointer(where, name);
}

using GetDeviceContext = Status (*)(const ProcessFunctionLibraryRuntime*,
                                    const string&, DeviceContext**);
void* original_get_device_context = nullptr;

// string is libstdc++'s reference-counted one here as in the base: this file
// must be compiled with _GLIBCXX_USE_CXX11_ABI=0, or the symbol differs.
Status GetDeviceContextWithDml(const ProcessFunctionLibraryRuntime* runtime,
                               const string& device_name,
                               DeviceContext** context) {
  FunctionLibraryRuntime* library = runtime->GetFLR(device_name);
  if (library != nullptr && library->device() != nullptr &&
      library->device()->parsed_name().type == kDeviceType &&
      library->device()->tensorflow_gpu_device_info() != nullptr) {
    *context = library->device()->tensorflow_gpu_device_info()->default_context;
    return OkStatus();
  }
  return reinterpret_cast<GetDeviceContext>(original_get_device_context)(
      runtime, device_name, context);
}

}  // namespace

Status PatchBase() {
  LoadedLibrary framework;
  TF_RETURN_IF_ERROR(
      LoadedLibrary::Find("libtensorflow_framework.so.1", &framework));
  TF_RETURN_IF_ERROR(PatchDeviceName(framework));
  TF_RETURN_IF_ERROR(framework.Redirect(
      kGetDeviceContext, reinterpret_cast<void*>(&GetDeviceContextWithDml),
      &original_get_device_context));
  LoadedLibrary python;
  TF_RETURN_IF_ERROR(
      LoadedLibrary::Find("_pywrap_tensorflow_internal.so", &python));
  const bool gpu_names = GpuNamesEnabled();
  TF_RETURN_IF_ERROR(
      ExtendGraphRewrites(kRewrites, framework, python, gpu_names));
  if (!gpu_names) return OkStatus();
  return AliasGpuNames(kDeviceNames, {framework, python});
}

}  // namespace dml
}  // namespace tensorflow
