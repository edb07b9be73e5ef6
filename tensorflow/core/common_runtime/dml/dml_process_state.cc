#include "tensorflow/core/common_runtime/dml/dml_process_state.h"

#include <algorithm>
#include <map>
#include <utility>

#include "tensorflow/core/common_runtime/dml/base_compat.h"
#include "tensorflow/core/common_runtime/dml/dml_profiler.h"
#include "tensorflow/core/lib/strings/strcat.h"
#include "tensorflow/core/platform/logging.h"
#include "tensorflow/core/platform/mutex.h"

namespace tensorflow {
namespace dml {
namespace {

struct Entry {
  SharedDevice shared;
  dml_pool_options options;
};

bool SameLimits(const dml_pool_options& a, const dml_pool_options& b) {
  return a.limit_bytes == b.limit_bytes &&
         (a.allow_growth != 0) == (b.allow_growth != 0);
}

Status Open(uint32_t adapter, int virtual_index,
            const dml_pool_options& options, SharedDevice* shared) {
  dml_device* device = nullptr;
  TF_RETURN_IF_ERROR(ToStatus(dml_device_open(adapter, &device)));
  dml_pool* pool = nullptr;
  const Status status = ToStatus(dml_pool_open(device, &options, &pool));
  if (!status.ok()) {
    dml_device_close(device);
    return status;
  }
  dml_pool_statistics statistics;
  dml_pool_get_statistics(pool, &statistics);
  shared->device = device;
  shared->memory_limit = statistics.limit_bytes;
  shared->allocator = new DmlAllocator(
      strings::StrCat("dml_pool_", adapter, "_", virtual_index), pool);
  shared->context = new DmlDeviceContext(device);
  return OkStatus();
}

struct State {
  mutex lock;
  std::map<std::pair<uint32_t, int>, Entry> entries;
};

State& TheState() {
  static auto* const state = new State;
  return *state;
}

// Needs the lock.
Status FindOrOpen(State* state, uint32_t adapter, int virtual_index,
                  const dml_pool_options& options, SharedDevice* shared) {
  const std::pair<uint32_t, int> key(adapter, virtual_index);
  auto found = state->entries.find(key);
  if (found != state->entries.end() &&
      dml_device_status(found->second.shared.device) == DML_OK) {
    const dml_pool_options& first = found->second.options;
    if (!SameLimits(first, options)) {
      LOG(WARNING) << "DML device " << adapter
                   << ": memory options differ from those of the first session "
                      "of this process, which stay in force (limit "
                   << (found->second.shared.memory_limit >> 20)
                   << " MiB, growth " << (first.allow_growth ? "on" : "off")
                   << ").";
    }
    *shared = found->second.shared;
    return OkStatus();
  }
  // A lost device stays open, though its memory is the driver's again: tensors
  // of older sessions still return their addresses to its pool.
  Entry entry;
  entry.options =
      found != state->entries.end() ? found->second.options : options;
  TF_RETURN_IF_ERROR(
      Open(adapter, virtual_index, entry.options, &entry.shared));
  *shared = entry.shared;
  state->entries[key] = entry;
  return OkStatus();
}

}  // namespace

Status GetSharedDevice(uint32_t adapter, int virtual_index,
                       const dml_pool_options& options, SharedDevice* shared) {
  State& state = TheState();
  {
    mutex_lock guard(state.lock);
    TF_RETURN_IF_ERROR(
        FindOrOpen(&state, adapter, virtual_index, options, shared));
  }
  JoinProfile(shared->device);
  return OkStatus();
}

std::vector<dml_device*> OpenDevices() {
  State& state = TheState();
  mutex_lock guard(state.lock);
  std::vector<dml_device*> devices;
  for (const auto& entry : state.entries) {
    dml_device* const device = entry.second.shared.device;
    if (dml_device_status(device) == DML_OK &&
        std::find(devices.begin(), devices.end(), device) == devices.end()) {
      devices.push_back(device);
    }
  }
  return devices;
}

}  // namespace dml
}  // namespace tensorflow
