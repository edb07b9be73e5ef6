// Creates the DML devices of a session, as GPUOptions and device_count ask.
//
//   device_count["DML"]                at most so many devices; without it,
//                                      device_count["GPU"] says so
//   visible_device_list                indices into the list of adapters, which
//                                      DML_VISIBLE_DEVICES has filtered before
//   experimental.virtual_devices       splits adapters, with a limit each
//   per_process_gpu_memory_fraction    limit, of the adapter's memory
//   allow_growth                       false with an explicit limit reserves
//                                      the limit at first use
//   TF_FORCE_GPU_ALLOW_GROWTH          overrides allow_growth
//
// An adapter that cannot be opened is left out, with a warning: the others, and
// the CPU, are there all the same. In a forked process that cannot use what its
// parent had, sessions that want devices fail.
//
// Without an explicit limit memory always grows on demand: what TensorFlow does
// by default on CUDA, reserving nearly all of it, would starve the desktop that
// shares the adapter.
#include <atomic>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/memory/memory.h"
#include "tensorflow/core/common_runtime/dml/base_device.h"
#include "tensorflow/core/common_runtime/dml/dml_device.h"
#include "tensorflow/core/common_runtime/dml/environment.h"
#include "tensorflow/core/common_runtime/dml/load_check.h"
#include "tensorflow/core/lib/core/errors.h"
#include "tensorflow/core/lib/strings/numbers.h"
#include "tensorflow/core/lib/strings/str_util.h"
#include "tensorflow/core/lib/strings/strcat.h"
#include "tensorflow/core/public/session_options.h"

namespace tensorflow {
namespace dml {
namespace {

// GPU has 210, CPU 70.
constexpr int kPriority = 220;

// What one device of a session is made of.
struct Plan {
  uint32_t adapter;
  int virtual_index;
  dml_pool_options pool;
};

// The adapter's maker by its PCI vendor number.
const char* VendorName(uint32_t vendor_id) {
  switch (vendor_id) {
    case 0x1002:
      return "AMD";
    case 0x10de:
      return "NVIDIA";
    case 0x8086:
      return "Intel";
    case 0x13b5:
      return "ARM";
    case 0x5143:
      return "Qualcomm";
    case 0x106b:
      return "Apple";
    case 0x10005:
      return "Mesa";
    default:
      return "unknown";
  }
}

string Describe(uint32_t adapter, const dml_adapter_info& info) {
  return strings::StrCat("device: ", adapter, ", name: ", info.name,
                         ", vendor: ", VendorName(info.vendor_id),
                         ", memory: ", info.memory_bytes >> 20,
                         " MiB, api: ", info.api, ", driver: ", info.driver);
}

// As "discrete".
const char* TypeName(dml_adapter_type type) {
  switch (type) {
    case DML_ADAPTER_DISCRETE:
      return "discrete";
    case DML_ADAPTER_INTEGRATED:
      return "integrated";
    case DML_ADAPTER_SOFTWARE:
      return "software";
  }
  return "unknown";
}

// What was made of the process's first session that has devices, in a line; and
// a warning where that is no GPU.
void SummarizeOnce(const std::vector<dml_adapter_info>& adapters) {
  static std::atomic<bool> said{false};
  if (adapters.empty() || said.exchange(true)) return;
  string line;
  for (size_t i = 0; i < adapters.size(); ++i) {
    const dml_adapter_info& info = adapters[i];
    strings::StrAppend(&line, i == 0 ? "" : "; ", "/device:", kDmlDeviceType,
                       ":", i, " is ", info.name, " (", TypeName(info.type),
                       ", ", info.memory_bytes >> 20, " MiB, ", info.api, ", ",
                       info.driver, ")");
  }
  LOG(INFO) << line;
  for (const dml_adapter_info& info : adapters) {
    if (info.type != DML_ADAPTER_SOFTWARE) continue;
    LOG(WARNING) << info.name
                 << " is a software adapter: it computes on the CPU, slower "
                    "than TensorFlow's own CPU kernels. Without "
                    "TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER it is left out.";
    break;  // once is enough
  }
}

// The number of adapters. Logs once why there are none, or fewer than wanted.
uint32_t CountAdapters() {
  uint32_t count = 0;
  dml_adapter_count(&count);
  static const bool said = [] {
    const char* problem = dml_adapter_problem();
    if (problem == nullptr || *problem == '\0') return false;
    LOG(WARNING) << problem;
    return true;
  }();
  (void)said;
  return count;
}

Status VisibleAdapters(const string& list, uint32_t count,
                       std::vector<uint32_t>* adapters) {
  if (list.empty()) {
    for (uint32_t i = 0; i < count; ++i) adapters->push_back(i);
    return OkStatus();
  }
  for (const string& item : str_util::Split(list, ',')) {
    int32 index = 0;
    if (!strings::safe_strto32(item, &index)) {
      return errors::InvalidArgument("Could not parse entry '", item,
                                     "' of visible_device_list '", list, "'");
    }
    if (index < 0 || static_cast<uint32_t>(index) >= count) {
      return errors::InvalidArgument(
          "visible_device_list '", list, "' names DML adapter ", index,
          ", but there are ", count, " (numbered from 0)");
    }
    for (uint32_t seen : *adapters) {
      if (seen == static_cast<uint32_t>(index)) {
        return errors::InvalidArgument("visible_device_list '", list,
                                       "' names adapter ", index, " twice");
      }
    }
    adapters->push_back(index);
  }
  return OkStatus();
}

Status CheckVirtualDevices(const GPUOptions& options, size_t adapters) {
  const auto& virtual_devices = options.experimental().virtual_devices();
  if (virtual_devices.empty()) return OkStatus();
  if (options.per_process_gpu_memory_fraction() > 0) {
    return errors::InvalidArgument(
        "per_process_gpu_memory_fraction can't be combined with "
        "virtual_devices: each of those has a limit of its own");
  }
  if (static_cast<size_t>(virtual_devices.size()) > adapters) {
    return errors::InvalidArgument(
        "virtual_devices splits ", virtual_devices.size(),
        " adapters, but only ", adapters, " are visible");
  }
  for (const auto& devices : virtual_devices) {
    for (const float limit : devices.memory_limit_mb()) {
      if (limit <= 0) {
        return errors::InvalidArgument(
            "A virtual device needs a memory limit above 0, not ", limit);
      }
    }
  }
  return OkStatus();
}

// How many devices device_count asks for at most; `all` where it does not say.
size_t CountWanted(const ConfigProto& config, size_t all) {
  const auto& device_count = config.device_count();
  auto limit = device_count.find(kDmlDeviceType);
  if (limit == device_count.end() && GpuNamesEnabled()) {
    limit = device_count.find(DEVICE_GPU);
  }
  if (limit == device_count.end()) return all;
  return limit->second < 0 ? 0 : limit->second;
}

bool WantsNone(const ConfigProto& config) {
  return CountWanted(config, /*all=*/1) == 0;
}

Status MakePlans(const ConfigProto& config, uint32_t adapter_count,
                 std::vector<Plan>* plans) {
  const GPUOptions& options = config.gpu_options();
  const size_t wanted = CountWanted(config, adapter_count);
  if (wanted == 0) return OkStatus();
  const double fraction = options.per_process_gpu_memory_fraction();
  if (fraction < 0 || fraction > 1) {
    return errors::InvalidArgument(
        "per_process_gpu_memory_fraction must lie in [0, 1], not ", fraction);
  }
  std::vector<uint32_t> adapters;
  TF_RETURN_IF_ERROR(
      VisibleAdapters(options.visible_device_list(), adapter_count, &adapters));
  if (adapters.size() > wanted) adapters.resize(wanted);
  TF_RETURN_IF_ERROR(CheckVirtualDevices(options, adapters.size()));
  const auto& virtual_devices = options.experimental().virtual_devices();
  if (!virtual_devices.empty()) adapters.resize(virtual_devices.size());

  for (size_t i = 0; i < adapters.size(); ++i) {
    dml_pool_options pool = {};
    if (!virtual_devices.empty() &&
        virtual_devices.Get(i).memory_limit_mb_size() > 0) {
      pool.allow_growth = ForceGpuAllowGrowth(options.allow_growth());
      for (int v = 0; v < virtual_devices.Get(i).memory_limit_mb_size(); ++v) {
        pool.limit_bytes = static_cast<uint64_t>(
            static_cast<double>(virtual_devices.Get(i).memory_limit_mb(v)) *
            (1 << 20));
        plans->push_back({adapters[i], v, pool});
      }
      continue;
    }
    pool.allow_growth = 1;
    if (fraction > 0) {
      dml_adapter_info info;
      TF_RETURN_IF_ERROR(ToStatus(dml_adapter_get_info(adapters[i], &info)));
      pool.limit_bytes = static_cast<uint64_t>(
          fraction * static_cast<double>(info.memory_bytes));
      pool.allow_growth = ForceGpuAllowGrowth(options.allow_growth());
    }
    plans->push_back({adapters[i], 0, pool});
  }
  return OkStatus();
}

class DmlDeviceFactory : public DeviceFactory {
 public:
  Status ListPhysicalDevices(std::vector<string>* devices) override {
    const uint32_t count = CountAdapters();
    for (uint32_t i = 0; i < count; ++i) {
      devices->push_back(
          strings::StrCat("/physical_device:", kDmlDeviceType, ":", i));
    }
    return OkStatus();
  }

  // Of TensorFlow 2.x, for tf.config.experimental.get_device_details().
  Status GetDeviceDetails(int index,
                          std::unordered_map<string, string>* details) {
    dml_adapter_info info;
    TF_RETURN_IF_ERROR(ToStatus(dml_adapter_get_info(index, &info)));
    (*details)["device_name"] = info.name;
    return OkStatus();
  }

  Status CreateDevices(const SessionOptions& options, const string& name_prefix,
                       std::vector<std::unique_ptr<Device>>* devices) override {
    // Lists no adapters, so that what forks from this process may still.
    if (WantsNone(options.config)) return OkStatus();
    TF_RETURN_IF_ERROR(ToStatus(dml_process_status()));
    const uint32_t adapter_count = CountAdapters();
    if (adapter_count == 0) return OkStatus();
    std::vector<Plan> plans;
    TF_RETURN_IF_ERROR(MakePlans(options.config, adapter_count, &plans));
    int index = 0;
    std::vector<dml_adapter_info> adapters;
    for (const Plan& plan : plans) {
      dml_adapter_info info;
      TF_RETURN_IF_ERROR(ToStatus(dml_adapter_get_info(plan.adapter, &info)));
      SharedDevice shared;
      const Status opened =
          GetSharedDevice(plan.adapter, plan.virtual_index, plan.pool, &shared);
      if (!opened.ok()) {
        LOG(WARNING) << "DML adapter " << plan.adapter << " (" << info.name
                     << ") can't be opened, so this session does without it: "
                     << MessageOf(opened);
        continue;
      }
      const string name =
          strings::StrCat(name_prefix, "/device:", kDmlDeviceType, ":", index);
      const string description = Describe(plan.adapter, info);
      DeviceLocality locality;
      locality.set_bus_id(1);  // adapters of one machine are near each other
      devices->emplace_back(new DmlDevice(
          options,
          Device::BuildDeviceAttributes(name, DeviceType(kDmlDeviceType),
                                        Bytes(shared.memory_limit), locality,
                                        description),
          index, shared));
      VLOG(1) << "Created TensorFlow device (" << name << " with "
              << (shared.memory_limit >> 20) << " MiB memory) -> adapter ("
              << description << ")";
      adapters.push_back(info);
      ++index;
    }
    SummarizeOnce(adapters);
    return OkStatus();
  }
};

bool RegisterFactory() {
  if (!LoadStatus().ok()) return false;
  RegisterDeviceFactory(kDmlDeviceType, absl::make_unique<DmlDeviceFactory>(),
                        kPriority);
  return true;
}
const bool registered = RegisterFactory();

}  // namespace
}  // namespace dml
}  // namespace tensorflow
