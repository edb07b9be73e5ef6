// Device times for TensorFlow's profiles: RunMetadata of a traced step, and the
// profile that TensorBoard shows.
//
// TensorFlow asks every registered profiler whenever it profiles; this one
// turns the runtime's timing on, and afterwards hands over lines as CUDA's
// profiler does:
// "/device:DML:0/stream:all" holds what ran, "/device:DML:0/memcpy" the copies.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_DML_PROFILER_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_DML_PROFILER_H_

#include <atomic>
#include <string>
#include <vector>

#include "tensorflow/core/common_runtime/device.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_runtime.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/lib/core/status.h"
#include "tensorflow/core/lib/core/stringpiece.h"

namespace tensorflow {
namespace dml {

// Registers the profiler with TensorFlow. Once, when the library is loaded.
Status RegisterProfiler();

// What a device did, for a profile.
struct DeviceWork {
  int device;  // the number in the device's name
  bool copy;   // not a launch
  string name;
  string label;
  uint64 start_ns;  // of the clock on the wall
  uint64 duration_ns;
};

// One profile. Not thread-safe; one at a time in a process.
class ProfileRecorder {
 public:
  ProfileRecorder() = default;
  ~ProfileRecorder();
  ProfileRecorder(const ProfileRecorder&) = delete;
  ProfileRecorder& operator=(const ProfileRecorder&) = delete;

  // FailedPrecondition where another profile is being taken.
  Status Start();
  // The second time it does nothing.
  Status Stop();
  // What was done between the two, in the order of each device; once.
  std::vector<DeviceWork> Take();

 private:
  struct Entry {
    int adapter;
    dml_profile_record record;
  };

  void Read(dml_device* device);

  bool started_ = false;
  int64 wall_offset_ns_ = 0;
  std::vector<Entry> entries_;
};

// Has a device that is opened while a profile is taken take part in it.
void JoinProfile(dml_device* device);

// While one lives, profiles show the calling thread's work under a name. Costs
// one branch when no profile is taken.
class ScopedActivity {
 public:
  // Of device /device:DML:`device`.
  ScopedActivity(int device, const OpKernel& kernel) {
    if (TF_PREDICT_FALSE(profiling_.load(std::memory_order_relaxed))) {
      Begin(device, kernel.name(), kernel.type_string());
    }
  }
  // A copy of a tensor, whose name may be empty. Inside of a kernel's activity
  // it is a part of that.
  ScopedActivity(const Device* device, StringPiece tensor) {
    if (TF_PREDICT_FALSE(profiling_.load(std::memory_order_relaxed))) {
      BeginCopy(device, tensor);
    }
  }
  ~ScopedActivity() {
    if (TF_PREDICT_FALSE(active_)) dml_set_activity(before_);
  }
  ScopedActivity(const ScopedActivity&) = delete;
  ScopedActivity& operator=(const ScopedActivity&) = delete;

 private:
  friend class ProfileRecorder;

  void Begin(int device, StringPiece node, StringPiece type);
  void BeginCopy(const Device* device, StringPiece tensor);

  static std::atomic<bool> profiling_;
  bool active_ = false;
  uint64_t before_ = 0;
};

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_DML_PROFILER_H_
