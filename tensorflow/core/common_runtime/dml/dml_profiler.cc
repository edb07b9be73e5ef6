#include "tensorflow/core/common_runtime/dml/dml_profiler.h"

#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tensorflow/core/common_runtime/dml/base_compat.h"
#include "tensorflow/core/common_runtime/dml/dml_device_context.h"
#include "tensorflow/core/common_runtime/dml/dml_process_state.h"
#include "tensorflow/core/lib/core/errors.h"
#include "tensorflow/core/lib/strings/strcat.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow/core/platform/logging.h"
#include "tensorflow/core/platform/mutex.h"

namespace tensorflow {
namespace dml {
namespace {

// A kernel, or a tensor that is copied.
struct Activity {
  int device;
  string node;  // empty: a copy of a tensor without a name
  string type;  // empty: a copy
};

// Numbers activities while a profile is taken. Numbers of one profile mean
// nothing in another: a thread may keep one for longer. Thread-safe.
class Activities {
 public:
  uint64 Number(Activity activity) {
    const string key = strings::StrCat(activity.device, ":", activity.node, ":",
                                       activity.type);
    mutex_lock lock(mutex_);
    const auto inserted = numbers_.emplace(key, first_ + list_.size());
    if (inserted.second) list_.push_back(std::move(activity));
    return inserted.first->second;
  }
  // False for numbers that the current profile did not give.
  bool Find(uint64 number, Activity* activity) {
    mutex_lock lock(mutex_);
    if (number < first_ || number - first_ >= list_.size()) return false;
    *activity = list_[number - first_];
    return true;
  }
  void Clear() {
    mutex_lock lock(mutex_);
    first_ += list_.size();
    list_.clear();
    numbers_.clear();
  }

 private:
  mutex mutex_;
  uint64 first_ = 1;  // 0 is work without an activity
  std::vector<Activity> list_;
  std::unordered_map<string, uint64> numbers_;
};

// The devices that take part in a profile.
struct State {
  mutex lock;
  bool active = false;
  std::set<dml_device*> devices;
  Activities activities;
};

State& TheState() {
  static auto* const state = new State;
  return *state;
}

// Starts timing the device's work. The first device that cannot be timed is
// logged, with the cause.
void StartDevice(State* state, dml_device* device) {
  if (state->devices.count(device) > 0) return;
  if (dml_profile_start(device, 0) == DML_OK) {
    state->devices.insert(device);
    return;
  }
  static const bool said = [] {
    LOG(WARNING) << "No device times in the profile: " << dml_error_message();
    return true;
  }();
  (void)said;
}

const char* CopyName(dml_work_kind kind) {
  switch (kind) {
    case DML_WORK_HOST_TO_DEVICE:
      return "MemcpyHtoD";
    case DML_WORK_DEVICE_TO_HOST:
      return "MemcpyDtoH";
    default:
      return "MemcpyDtoD";
  }
}

// As with CUDA, "node:type" names what a node ran; the label tells the rest.
DeviceWork Tell(const dml_profile_record& record, const Activity& activity,
                int64 wall_offset_ns) {
  DeviceWork work;
  work.device = activity.device;
  work.copy = record.kind != DML_WORK_LAUNCH;
  const bool of_node = !activity.type.empty();
  const string what = work.copy ? CopyName(record.kind) : record.program;
  const string details =
      work.copy ? strings::StrCat(record.bytes, " bytes") : what;
  const string& owner = of_node ? activity.type : activity.node;
  work.name = strings::StrCat(of_node ? activity.node : what, ":",
                              of_node && !work.copy ? activity.type : what);
  work.label = owner.empty() ? details : strings::StrCat(owner, ", ", details);
  work.start_ns = record.start_ns + wall_offset_ns;
  work.duration_ns = record.end_ns - record.start_ns;
  return work;
}

uint64 SteadyNanos() {
  return static_cast<uint64>(
      std::chrono::steady_clock::now().time_since_epoch() /
      std::chrono::nanoseconds(1));
}

}  // namespace

ProfileRecorder::~ProfileRecorder() { Stop().IgnoreError(); }

Status ProfileRecorder::Start() {
  State& state = TheState();
  mutex_lock lock(state.lock);
  if (state.active) {
    return errors::FailedPrecondition("DML devices are being profiled");
  }
  started_ = state.active = true;
  state.activities.Clear();
  ScopedActivity::profiling_ = true;
  // A device that is opened after this joins by itself.
  for (dml_device* device : OpenDevices()) StartDevice(&state, device);
  return OkStatus();
}

Status ProfileRecorder::Stop() {
  if (!started_) return OkStatus();
  started_ = false;
  ScopedActivity::profiling_ = false;
  State& state = TheState();
  std::set<dml_device*> devices;
  {
    mutex_lock lock(state.lock);
    state.active = false;
    devices.swap(state.devices);
  }
  Status status;
  for (dml_device* device : devices) {
    // A lost device still has the times of what it did before.
    status.Update(ToStatus(dml_profile_stop(device)));
    Read(device);
  }
  // TensorFlow's times are those of the clock on the wall.
  wall_offset_ns_ = static_cast<int64>(Env::Default()->NowNanos()) -
                    static_cast<int64>(SteadyNanos());
  return status;
}

std::vector<DeviceWork> ProfileRecorder::Take() {
  std::vector<DeviceWork> work;
  work.reserve(entries_.size());
  for (const Entry& entry : entries_) {
    Activity activity = {entry.adapter, "", ""};
    TheState().activities.Find(entry.record.activity, &activity);
    work.push_back(Tell(entry.record, activity, wall_offset_ns_));
  }
  entries_.clear();
  return work;
}

void ProfileRecorder::Read(dml_device* device) {
  const int adapter = static_cast<int>(dml_device_adapter_index(device));
  std::vector<dml_profile_record> some(1024);
  for (;;) {
    const size_t count = dml_profile_read(device, some.data(), some.size());
    for (size_t i = 0; i < count; ++i) entries_.push_back({adapter, some[i]});
    if (count < some.size()) break;
  }
  dml_profile_statistics statistics;
  dml_profile_get_statistics(device, &statistics);
  if (statistics.dropped > 0) {
    LOG(WARNING) << "The profile lacks the last " << statistics.dropped
                 << " launches and copies of DML device " << adapter
                 << ": profile fewer steps at a time";
  }
}

std::atomic<bool> ScopedActivity::profiling_{false};

void ScopedActivity::Begin(int device, StringPiece node, StringPiece type) {
  before_ = dml_set_activity(
      TheState().activities.Number({device, string(node), string(type)}));
  active_ = true;
}

void ScopedActivity::BeginCopy(const Device* device, StringPiece tensor) {
  const uint64_t current = dml_set_activity(0);
  dml_set_activity(current);
  Activity kernel;
  if (TheState().activities.Find(current, &kernel)) return;
  Begin(device == nullptr ? 0 : device->parsed_name().id, tensor, "");
}

void JoinProfile(dml_device* device) {
  State& state = TheState();
  mutex_lock lock(state.lock);
  if (state.active) StartDevice(&state, device);
}

}  // namespace dml
}  // namespace tensorflow
