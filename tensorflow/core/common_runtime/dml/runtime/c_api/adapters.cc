#include "tensorflow/core/common_runtime/dml/runtime/c_api/adapters.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "tensorflow/core/common_runtime/dml/runtime/base/os/devices.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/backends.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_runtime.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/duplicates.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/process.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/text.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/thread_state.h"

namespace dml {
namespace {

using AdapterVector = std::vector<std::unique_ptr<hal::Adapter>>;
using GpuVector = std::vector<Gpu>;

LeftOut Describe(const hal::AdapterInfo& info, const char* cause,
                 const std::string& reason) {
  return {info.name, info.driver, info.api, cause, reason};
}

// Takes the adapters that cannot be used out of `found`.
std::vector<LeftOut> RemoveUnusable(AdapterVector* found, bool allow_software) {
  std::vector<LeftOut> left_out;
  AdapterVector usable;
  for (std::unique_ptr<hal::Adapter>& adapter : *found) {
    const hal::AdapterInfo& info = adapter->info();
    if (!info.unusable_because.empty()) {
      left_out.push_back(
          Describe(info, "lacks", "lacks " + info.unusable_because));
    } else if (info.type == hal::AdapterType::kSoftware && !allow_software) {
      left_out.push_back(Describe(info, "software",
                                  "is a software adapter (to use it, set "
                                  "TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER=1)"));
    } else {
      usable.push_back(std::move(adapter));
    }
  }
  *found = std::move(usable);
  return left_out;
}

// "; "-joined.
std::string Reasons(const std::vector<LeftOut>& left_out) {
  std::string reasons;
  for (const LeftOut& adapter : left_out) {
    reasons +=
        (reasons.empty() ? "" : "; ") + adapter.name + " " + adapter.reason;
  }
  return reasons;
}

std::string Trimmed(const std::string& text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Applies DML_VISIBLE_DEVICES, or what of CUDA_VISIBLE_DEVICES holds for us:
// moves the visible ones to `chosen`. Returns the problem, if any.
std::string SelectVisible(const Environment& environment, GpuVector* list,
                          GpuVector* chosen) {
  const std::string& visible = environment.visible_devices;
  const size_t count = list->size();
  if (environment.hidden_by_cuda) {
    return "CUDA_VISIBLE_DEVICES=" + visible +
           " hides every adapter, as it hides every GPU from CUDA: unset it, "
           "or name adapters in DML_VISIBLE_DEVICES, which comes first";
  }
  if (Trimmed(visible).empty()) {
    return "DML_VISIBLE_DEVICES is empty, which hides every adapter: unset it "
           "to see all " +
           std::to_string(count);
  }
  std::string problem;
  for (size_t begin = 0; begin <= visible.size() && problem.empty();) {
    const size_t comma = std::min(visible.find(',', begin), visible.size());
    const std::string item = Trimmed(visible.substr(begin, comma - begin));
    begin = comma + 1;
    char* end = nullptr;
    const unsigned long index = strtoul(item.c_str(), &end, 10);
    const bool number =
        !item.empty() && item[0] >= '0' && item[0] <= '9' && *end == '\0';
    if (!number || index >= count) {
      problem = "DML_VISIBLE_DEVICES=" + visible + " names adapter '" + item +
                "', but " +
                (count == 0 ? std::string("there is none")
                            : "valid are 0 to " + std::to_string(count - 1)) +
                "; it and what follows it are not visible";
    } else if ((*list)[index].adapter == nullptr) {
      problem = "DML_VISIBLE_DEVICES=" + visible + " names adapter " + item +
                " twice; what follows is not visible";
    } else {
      chosen->push_back(std::move((*list)[index]));
    }
  }
  return problem;
}

}  // namespace

AdapterList SelectAdapters(AdapterVector found, const Status& status,
                           const char* hint, const Environment& environment) {
  AdapterList result;
  if (!status.ok()) {
    result.problem = status.message();
    return result;
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) {
                     return a->info().type < b->info().type;
                   });
  result.left_out = RemoveUnusable(&found, environment.allow_software_adapter);
  const std::string reasons = Reasons(result.left_out);
  if (found.empty()) {
    result.problem = "no usable adapter: " +
                     (reasons.empty() ? "the driver lists none" : reasons) +
                     "; " + hint;
    return result;
  }
  result.usable = true;
  GpuVector gpus = MergeDrivers(std::move(found), environment.drivers);
  if (environment.visible_devices_set) {
    GpuVector chosen;
    result.problem = SelectVisible(environment, &gpus, &chosen);
    const std::string variable = environment.hidden_by_cuda
                                     ? "CUDA_VISIBLE_DEVICES"
                                     : "DML_VISIBLE_DEVICES";
    for (const Gpu& gpu : gpus) {
      if (gpu.adapter == nullptr) continue;  // it was chosen
      result.left_out.push_back(Describe(
          gpu.adapter->info(), "hidden",
          "is hidden by " + variable + "=" + environment.visible_devices));
    }
    gpus = std::move(chosen);
    if (!result.problem.empty() && !reasons.empty()) {
      result.problem += " (left out: " + reasons + ")";
    }
  }
  for (Gpu& gpu : gpus) {
    result.adapters.push_back(std::move(gpu.adapter));
    result.others.push_back(std::move(gpu.others));
  }
  return result;
}

namespace {

// Of the first backend that has a usable adapter.
AdapterList FindAdapters(const Environment& environment) {
  hal::EnumerateOptions options;
  options.cooperative_matrices = environment.cooperative_matrices;
  options.transfer_queue = environment.transfer_queue;
  options.null_profile = environment.null_adapter;
  AdapterList list;
  std::vector<LeftOut> left_out;
  std::string problems;
  for (const Backend* backend :
       BackendsToAsk(environment.backend, os::HasWindowsGraphics())) {
    AdapterVector found;
    const Status status = backend->enumerate(options, &found);
    list = SelectAdapters(std::move(found), status, backend->hint, environment);
    left_out.insert(left_out.end(), list.left_out.begin(), list.left_out.end());
    list.left_out = left_out;
    if (list.usable) return list;
    problems += (problems.empty() ? "" : ". And ") +
                std::string(backend->title) + ": " + list.problem;
  }
  // One backend needs no name.
  if (problems.find(". And ") != std::string::npos) list.problem = problems;
  return list;
}

bool HasGpu(const AdapterList& list) {
  return std::any_of(
      list.adapters.begin(), list.adapters.end(), [](const auto& adapter) {
        return adapter->info().type != hal::AdapterType::kSoftware;
      });
}

}  // namespace

AdapterList& Adapters() {
  static AdapterList* const list = [] {
    // Amid the listing a fork would get a half-made list and its lock.
    const os::NoForks meanwhile;
    auto made = std::make_unique<AdapterList>(FindAdapters(GetEnvironment()));
    // Drivers open a GPU's file as they list it. What forks later would share
    // that file, and with it the GPU's address space and work, with its parent.
    // A list without GPUs is good in a forked process, too.
    if (HasGpu(*made)) ForbidForks();
    return made.release();
  }();
  return *list;
}

}  // namespace dml

size_t dml_adapter_other_drivers(uint32_t index, char* text, size_t capacity) {
  std::vector<std::string> lines;
  if (!dml::os::Forked() && index < dml::Adapters().others.size()) {
    for (const dml::hal::AdapterInfo& other : dml::Adapters().others[index]) {
      lines.push_back(other.name + "\t" + other.driver + "\t" + other.api);
    }
  }
  return dml::WriteLines(lines, text, capacity);
}

uint32_t dml_api_version(void) { return DML_RUNTIME_API_VERSION; }

dml_code dml_adapter_count(uint32_t* count) {
  *count = 0;
  DML_RETURN_IF_FORKED(dml::ReportForked());
  *count = static_cast<uint32_t>(dml::Adapters().adapters.size());
  return DML_OK;
}

const char* dml_adapter_problem(void) {
  DML_RETURN_IF_FORKED(dml::ForkedStatus().message().c_str());
  return dml::Adapters().problem.c_str();
}

dml_code dml_adapter_get_info(uint32_t index, dml_adapter_info* out) {
  DML_RETURN_IF_FORKED(dml::ReportForked());
  const auto& adapters = dml::Adapters().adapters;
  if (index >= adapters.size()) {
    return dml::Report(dml::Error(dml::Code::kNotFound, "there is no adapter ",
                                  index, "; ", adapters.size(),
                                  " are visible"));
  }
  const dml::hal::AdapterInfo& info = adapters[index]->info();
  *out = {};
  snprintf(out->name, sizeof(out->name), "%s", info.name.c_str());
  snprintf(out->driver, sizeof(out->driver), "%s", info.driver.c_str());
  snprintf(out->api, sizeof(out->api), "%s", info.api.c_str());
  out->vendor_id = info.vendor_id;
  out->device_id = info.device_id;
  std::copy(info.uuid.begin(), info.uuid.end(), out->uuid);
  out->type = static_cast<dml_adapter_type>(info.type);
  out->unified_memory = info.unified_memory;
  out->memory_bytes = info.memory_bytes;
  out->max_heap_bytes = info.max_heap_bytes;
  out->subgroup_size = info.subgroup_size;
  out->max_group_invocations = info.max_group_invocations;
  out->max_shared_bytes = info.max_shared_bytes;
  out->float16_arithmetic = info.float16_arithmetic;
  out->float64 = info.float64;
  return DML_OK;
}
