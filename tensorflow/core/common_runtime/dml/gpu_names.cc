#include "tensorflow/core/common_runtime/dml/gpu_names.h"

#include <string>
#include <vector>

#include "tensorflow/core/common_runtime/dml/base_compat.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_runtime.h"
#include "tensorflow/core/lib/core/errors.h"
#include "tensorflow/core/lib/core/stringpiece.h"
#include "tensorflow/core/util/device_name_utils.h"

namespace tensorflow {
namespace dml {
namespace {

using ParsedName = DeviceNameUtils::ParsedName;
using Parse = bool (*)(StringPiece, ParsedName*);
using ListNames = std::vector<string> (*)(const ParsedName&);

constexpr char kGpu[] = "GPU";
constexpr char kDml[] = "DML";

void* original_parse_full_name = nullptr;
void* original_parse_full_or_local_name = nullptr;
void* original_names = nullptr;
void* original_local_names = nullptr;

// Whether a ScopedGpuType lives in this thread.
thread_local bool dml_reads_as_gpu = false;

// Looks for adapters when a name says GPU for the first time, since that takes
// long; later calls are cheap.
bool HasAdapter() {
  static const bool has = [] {
    uint32_t count = 0;
    dml_adapter_count(&count);
    return count > 0;
  }();
  return has;
}

bool ParseWith(void* original, StringPiece name, ParsedName* parsed) {
  if (!reinterpret_cast<Parse>(original)(name, parsed)) return false;
  if (parsed->has_type && parsed->type == kGpu && HasAdapter()) {
    parsed->type = kDml;
  }
  if (dml_reads_as_gpu && parsed->type == kDml) parsed->type = kGpu;
  return true;
}

bool ParseFullName(StringPiece name, ParsedName* parsed) {
  return ParseWith(original_parse_full_name, name, parsed);
}

// Reads "GPU:0", too.
bool ParseFullOrLocalName(StringPiece name, ParsedName* parsed) {
  return ParseWith(original_parse_full_or_local_name, name, parsed);
}

// The names under which a device is found: those of its alias, too.
std::vector<string> ListWith(void* original, const ParsedName& device) {
  const auto list = reinterpret_cast<ListNames>(original);
  std::vector<string> names = list(device);
  if (device.has_type && device.type == kDml) {
    ParsedName alias = device;
    alias.type = kGpu;
    const std::vector<string> more = list(alias);
    names.insert(names.end(), more.begin(), more.end());
  }
  return names;
}

std::vector<string> NamesForDeviceMappings(const ParsedName& device) {
  return ListWith(original_names, device);
}

std::vector<string> LocalNamesForDeviceMappings(const ParsedName& device) {
  return ListWith(original_local_names, device);
}

}  // namespace

ScopedGpuType::ScopedGpuType() { dml_reads_as_gpu = true; }
ScopedGpuType::~ScopedGpuType() { dml_reads_as_gpu = false; }

Status AliasGpuNames(const DeviceNameSymbols& symbols,
                     const std::vector<LoadedLibrary>& libraries) {
  const LoadedLibrary& framework = libraries.front();
  TF_RETURN_IF_ERROR(framework.Redirect(
      symbols.names, reinterpret_cast<void*>(&NamesForDeviceMappings),
      &original_names));
  TF_RETURN_IF_ERROR(
      framework.Redirect(symbols.local_names,
                         reinterpret_cast<void*>(&LocalNamesForDeviceMappings),
                         &original_local_names));
  TF_RETURN_IF_ERROR(framework.Redirect(symbols.parse_full_name,
                                        reinterpret_cast<void*>(&ParseFullName),
                                        &original_parse_full_name));
  for (const LoadedLibrary& library : libraries) {
    TF_RETURN_IF_ERROR(library.RedirectIfCalled(
        symbols.names, reinterpret_cast<void*>(&NamesForDeviceMappings),
        &original_names));
    TF_RETURN_IF_ERROR(library.RedirectIfCalled(
        symbols.local_names,
        reinterpret_cast<void*>(&LocalNamesForDeviceMappings),
        &original_local_names));
    TF_RETURN_IF_ERROR(library.RedirectIfCalled(
        symbols.parse_full_name, reinterpret_cast<void*>(&ParseFullName),
        &original_parse_full_name));
    if (symbols.parse_full_or_local_name == nullptr) continue;
    TF_RETURN_IF_ERROR(
        library.RedirectIfCalled(symbols.parse_full_or_local_name,
                                 reinterpret_cast<void*>(&ParseFullOrLocalName),
                                 &original_parse_full_or_local_name));
  }
  return OkStatus();
}

}  // namespace dml
}  // namespace tensorflow
