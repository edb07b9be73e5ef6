#include "tensorflow/core/common_runtime/dml/base_patches.h"

#include <vector>

#include "tensorflow/core/common_runtime/dml/base_compat.h"
#include "tensorflow/core/common_runtime/dml/environment.h"
#include "tensorflow/core/common_runtime/dml/generation/v2/driver_scope.h"
#include "tensorflow/core/common_runtime/dml/generation/v2/remapper.h"
#include "tensorflow/core/common_runtime/dml/gpu_names.h"
#include "tensorflow/core/common_runtime/dml/graph_rewrites.h"
#include "tensorflow/core/common_runtime/dml/loaded_library.h"

namespace tensorflow {
namespace dml {
namespace {

#define DML_DEVICE_NAME_UTILS "_ZN3tsl15DeviceNameUtils"
constexpr DeviceNameSymbols kDeviceNames = {
    DML_DEVICE_NAME_UTILS
    "13ParseFullNameESt17basic_string_viewIcSt11char_traitsIcEEPNS0_"
    "10ParsedNameE",
    DML_DEVICE_NAME_UTILS
    "25GetNamesForDeviceMappingsB5cxx11ERKNS0_10ParsedNameE",
    DML_DEVICE_NAME_UTILS
    "30GetLocalNamesForDeviceMappingsB5cxx11ERKNS0_10ParsedNameE",
    DML_DEVICE_NAME_UTILS
    "20ParseFullOrLocalNameESt17basic_string_viewIcSt11char_traitsIcEEPNS0_"
    "10ParsedNameE"};

#define DML_OPTIMIZE(CLASS)        \
  "_ZN10tensorflow8grappler" CLASS \
  "8OptimizeEPNS0_7ClusterERKNS0_12GrapplerItemEPNS_8GraphDefE"
constexpr RewriteSymbols kRewrites = {
    DML_OPTIMIZE("18AutoMixedPrecision"),
    DML_OPTIMIZE("22ImplementationSelector"),
    DML_DEVICE_NAME_UTILS
    "15SplitDeviceNameESt17basic_string_viewIcSt11char_traitsIcEEPNSt7__cxx1112"
    "basic_stringIcS3_SaIcEEES9_",
    DML_OPTIMIZE("8Remapper"),
    "_ZN10tensorflow8grappler11NodeIsOnCpuEPKNS_7NodeDefE",
    "_ZN10tensorflow8grappler11NodeIsOnGpuEPKNS_7NodeDefE",
    "_ZN10tensorflow12IsMKLEnabledEv",
    &HasKernelsOfRemapped};
#undef DML_OPTIMIZE
#undef DML_DEVICE_NAME_UTILS

// Who reads device names beside the framework, where it is there: the third has
// been Python's library since 2.19, the second until then, and the last asks
// for a device's memory.
constexpr char kKernels[] = "libtensorflow_cc.so.2";
constexpr const char* kReaders[] = {kKernels, "_pywrap_tensorflow_internal.so",
                                    "lib_pywrap_tensorflow_common.so",
                                    "_pywrap_tfe.so"};

}  // namespace

Status PatchBase() {
  SeparateDrivers();
  LoadedLibrary framework;
  TF_RETURN_IF_ERROR(
      LoadedLibrary::Find("libtensorflow_framework.so.2", &framework));
  const bool gpu_names = GpuNamesEnabled();
  LoadedLibrary kernels;
  TF_RETURN_IF_ERROR(LoadedLibrary::Find(kKernels, &kernels));
  for (const LoadedLibrary* library : {&framework, &kernels}) {
    // Up to 2.18, both have Grappler.
    if (!library->Calls(kRewrites.remapper)) continue;
    TF_RETURN_IF_ERROR(
        ExtendGraphRewrites(kRewrites, framework, *library, gpu_names));
  }
  if (!gpu_names) return OkStatus();
  std::vector<LoadedLibrary> libraries = {framework};
  for (const char* name : kReaders) {
    LoadedLibrary reader;
    if (LoadedLibrary::Find(name, &reader).ok() &&
        (reader.Calls(kDeviceNames.parse_full_name) ||
         reader.Calls(kDeviceNames.parse_full_or_local_name))) {
      libraries.push_back(reader);
    }
  }
  return AliasGpuNames(kDeviceNames, libraries);
}

}  // namespace dml
}  // namespace tensorflow
