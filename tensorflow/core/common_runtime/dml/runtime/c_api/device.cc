#include "tensorflow/core/common_runtime/dml/runtime/c_api/device.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/environment.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/os/exits.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/adapters.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/matrix_verdicts.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/process.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/text.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/thread_state.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/products/tile_file.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/programs.h"

namespace dml {
namespace {

// How long a new device waits until a failed one has given its memory back.
constexpr std::chrono::seconds kReleaseWait{10};

// Operators give their scratch memory back before the next one begins.
constexpr uint64_t kScratchHeapBytes = uint64_t{8} << 20;

// The devices that are open, lost ones included.
struct Registry {
  std::mutex mutex;
  std::vector<std::unique_ptr<dml_device>> devices;
  bool exiting = false;
};

Registry& TheRegistry() {
  // Never destroyed: threads may still use devices while the process exits.
  static Registry* const registry = std::make_unique<Registry>().release();
  return *registry;
}

// TensorFlow never closes its devices: here they come to rest, before the
// driver's own handlers of the exit run, and what they compiled is kept.
void StopDevices() {
  if (os::Forked()) return;  // the parent's devices are not this process's
  const Status exiting(Code::kFailedPrecondition, "the process is exiting");
  Registry& registry = TheRegistry();
  std::vector<dml_device*> devices;  // with references that last for ever
  {
    std::lock_guard<std::mutex> lock(registry.mutex);
    if (registry.exiting) return;
    registry.exiting = true;
    for (const auto& device : registry.devices) {
      ++device->references;
      devices.push_back(device.get());
    }
  }
  for (dml_device* device : devices) {
    const bool works = device->stream->status().ok();
    device->stream->Stop(exiting);
    device->maker->Stop();
    if (works) device->hal->SaveProgramCache();
  }
}

// Drivers make arrangements for the exit when they first open a device (the
// validation layer does), or run a program (LLVM does, as it compiles), and
// what they arranged is undone in reverse order. So this comes behind each; and
// before all where the first thread opened a device, since others may arrange
// something at any moment (the layer does at first calls).
void StopDevicesAtExit() {
  (void)atexit(StopDevices);
  os::BeginExitWith(StopDevices);
}

// After work has completed: whether programs may have run for the first time.
void NoteCompleted(const ProgramCache& programs) {
  static std::atomic<uint64_t> noted{0};
  const uint64_t compiled = programs.compiled_count();
  uint64_t before = noted;
  while (compiled > before) {
    if (!noted.compare_exchange_weak(before, compiled)) continue;
    StopDevicesAtExit();
    return;
  }
}

// Of a device that failed: all that the driver holds for it. What the process
// still names, tensors above all, stays valid and fails.
void GiveBackAll(dml_device* device) {
  const Status cause = device->stream->status();
  {
    std::lock_guard<std::mutex> lock(device->pools_mutex);
    for (Pool* pool : device->pools) pool->Abandon(cause);
  }
  device->scratch->Abandon(cause);
  device->hal->GiveBack();
}

// The device of the adapter that failed last, with a reference, or null.
dml_device* FailedDevice(uint32_t adapter_index) {
  Registry& registry = TheRegistry();
  std::lock_guard<std::mutex> lock(registry.mutex);
  for (auto it = registry.devices.rbegin(); it != registry.devices.rend();
       ++it) {
    if ((*it)->adapter_index != adapter_index) continue;
    if ((*it)->stream->status().ok()) return nullptr;
    ++(*it)->references;
    return it->get();
  }
  return nullptr;
}

}  // namespace

Status MakeDevice(uint32_t adapter_index, CheckMatrices check,
                  std::unique_ptr<dml_device>* device) {
  const auto& adapters = Adapters().adapters;
  if (adapter_index >= adapters.size()) {
    const std::string& problem = Adapters().problem;
    return Error(Code::kNotFound, "there is no adapter ", adapter_index, "; ",
                 adapters.size(), " are visible", problem.empty() ? "" : ": ",
                 problem);
  }
  auto made = std::make_unique<dml_device>();
  made->adapter_index = adapter_index;
  made->launch_elements = GetEnvironment().launch_elements;
  DML_RETURN_IF_ERROR(adapters[adapter_index]->CreateDevice(&made->hal));
  made->adapter = &made->hal->info();
  DML_RETURN_IF_ERROR(AddressSpace::Create(&made->space));
  made->memory = std::make_unique<PoolGroup>(made->hal.get());
  const auto trim = [memory = made->memory.get()] { memory->Trim(); };
  made->programs =
      std::make_unique<ProgramCache>(made->hal.get(), AllShaders(), trim);
  made->maker = std::make_unique<ProgramMaker>();
  made->chain_programs = std::make_unique<ElementwisePrograms>(
      made->hal->info(), made->programs.get(), made->maker.get());
  made->tiles =
      std::make_unique<TileChooser>(made->hal->info(), std::move(check));
  if (GetEnvironment().tuning) {
    made->tiles->SetStored(LoadTileChoices(made->hal->info()));
  }
  StreamOptions options;
  options.flush_commands = GetEnvironment().flush_commands;
  options.flush_microseconds = GetEnvironment().flush_microseconds;
  if (GetEnvironment().merging) {
    options.chain_programs = made->chain_programs.get();
    if (made->hal->info().grouped_programs) {
      options.make_grouped =
          [maker = made->maker.get(),
           programs = made->programs.get()](const hal::Program* program) {
            // Where a device cannot make it, launches stay as they are.
            maker->Ask([=] { (void)programs->MakeGrouped(program).ok(); });
          };
    }
  }
  options.trim = trim;
  options.completed = [programs = made->programs.get()] {
    NoteCompleted(*programs);
  };
  options.submission_microseconds = GetEnvironment().submission_microseconds;
  DML_RETURN_IF_ERROR(Stream::Create(made->hal.get(), made->space.get(),
                                     options, &made->stream));
  PoolOptions scratch;
  scratch.heap_bytes = kScratchHeapBytes;
  made->scratch = MakePool(made.get(), scratch);
  made->stream->OnFailure([device = made.get()] { GiveBackAll(device); });
  *device = std::move(made);
  return Status::Ok();
}

std::unique_ptr<Pool> MakePool(dml_device* device, const PoolOptions& options) {
  Stream* stream = device->stream.get();
  return std::make_unique<Pool>(
      device->memory.get(), device->space.get(), options,
      [stream](std::unique_ptr<hal::Heap> heap, uint64_t address) {
        stream->ReleaseHeap(std::move(heap), address);
      },
      // A stream that failed has nothing left to wait for.
      [stream] {
        (void)stream->Sync().ok();
        stream->ReleaseHeld();
      });
}

void AddReference(dml_device* device) {
  std::lock_guard<std::mutex> lock(TheRegistry().mutex);
  ++device->references;
}

void DropReference(dml_device* device) {
  Registry& registry = TheRegistry();
  std::unique_ptr<dml_device> last;
  {
    std::lock_guard<std::mutex> lock(registry.mutex);
    if (--device->references > 0) return;
    auto it = std::find_if(
        registry.devices.begin(), registry.devices.end(),
        [device](const auto& other) { return other.get() == device; });
    last = std::move(*it);
    registry.devices.erase(it);
  }
  // Waits for the device's work here, outside the lock.
}

}  // namespace dml

dml_device::~dml_device() {
  if (stream != nullptr) stream->OnFailure(nullptr);
  if (maker != nullptr) maker->Stop();
  if (stream != nullptr && stream->status().ok()) hal->SaveProgramCache();
}

dml_code dml_device_open(uint32_t adapter_index, dml_device** device) {
  DML_RETURN_IF_FORKED(dml::ReportForked());
  // From the first attempt on, whatever becomes of it.
  dml::ForbidForks();
  if (dml_device* failed = dml::FailedDevice(adapter_index)) {
    (void)failed->stream->WaitForRelease(
        dml::InsideCallback() ? std::chrono::seconds(0) : dml::kReleaseWait);
    dml::DropReference(failed);
  }
  dml::Registry& registry = dml::TheRegistry();
  std::lock_guard<std::mutex> lock(registry.mutex);
  if (registry.exiting) {
    return dml::Report(
        dml::Error(dml::Code::kFailedPrecondition, "the process is exiting"));
  }
  for (const auto& open : registry.devices) {
    if (open->adapter_index == adapter_index && open->stream->status().ok()) {
      ++open->references;
      *device = open.get();
      return DML_OK;
    }
  }
  std::unique_ptr<dml_device> made;
  const auto verdict = [adapter_index](bool wait) {
    return dml::MatricesOf(adapter_index, wait);
  };
  dml::Status status = dml::MakeDevice(adapter_index, verdict, &made);
  if (status.ok()) {
    *device = made.get();
    registry.devices.push_back(std::move(made));
    dml::StopDevicesAtExit();
  }
  return dml::Report(status);
}

void dml_device_close(dml_device* device) {
  DML_RETURN_IF_FORKED();
  if (device != nullptr) dml::DropReference(device);
}

uint32_t dml_device_adapter_index(const dml_device* device) {
  return device->adapter_index;
}

dml_code dml_device_status(dml_device* device) {
  DML_RETURN_IF_FORKED(dml::ReportForked());
  return dml::Report(device->stream->status());
}

dml_code dml_device_flush(dml_device* device) {
  DML_RETURN_IF_FORKED(dml::ReportForked());
  return dml::Report(device->stream->Flush());
}

dml_code dml_device_sync(dml_device* device) {
  DML_RETURN_IF_FORKED(dml::ReportForked());
  return dml::Report(device->stream->Sync());
}

dml_code dml_device_finish_programs(dml_device* device) {
  DML_RETURN_IF_FORKED(dml::ReportForked());
  device->maker->Finish();
  return dml::Report(device->stream->status());
}

void dml_device_merge_launches(dml_device* device, int32_t merge) {
  DML_RETURN_IF_FORKED();
  device->stream->MergeLaunches(merge != 0);
}

void dml_device_get_statistics(dml_device* device, dml_device_statistics* out) {
  *out = {};
  DML_RETURN_IF_FORKED();
  const dml::StreamStatistics stream = device->stream->statistics();
  const dml::hal::MemoryBudget memory = device->hal->memory_budget();
  out->launches = stream.launches;
  out->device_copies = stream.device_copies;
  out->barriers = stream.barriers;
  out->submissions = stream.submissions;
  out->transfer_queue_copies = stream.transfer_queue_copies;
  out->merged_launches = stream.merged_launches;
  out->launch_bytes = stream.launch_bytes;
  out->host_to_device_copies = stream.host_to_device_copies;
  out->host_to_device_bytes = stream.host_to_device_bytes;
  out->device_to_host_copies = stream.device_to_host_copies;
  out->device_to_host_bytes = stream.device_to_host_bytes;
  out->staging_bytes = stream.staging_bytes;
  out->programs_compiled = device->programs->compiled_count();
  out->driver_budget_bytes = memory.budget_bytes;
  out->driver_used_bytes = memory.used_bytes;
}

size_t dml_device_launches_by_tag(dml_device* device, char* text,
                                  size_t capacity) {
  DML_RETURN_IF_FORKED(dml::WriteLines({}, text, capacity));
  auto launches = device->stream->LaunchesByTag();
  std::sort(launches.begin(), launches.end());
  std::vector<std::string> lines;
  for (const auto& [tag, count] : launches) {
    lines.push_back(tag + "\t" + std::to_string(count));
  }
  return dml::WriteLines(lines, text, capacity);
}

size_t dml_device_programs(dml_device* device, char* text, size_t capacity) {
  DML_RETURN_IF_FORKED(dml::WriteLines({}, text, capacity));
  return dml::WriteLines(device->programs->Compiled(), text, capacity);
}

void dml_device_inject_failure(dml_device* device, dml_code code) {
  DML_RETURN_IF_FORKED();
  device->stream->InjectFailure(
      dml::Status(static_cast<dml::Code>(code),
                  "the device failed (injected by a test); open it again"));
}
