// RecordingDevice: the null device for unit tests. It notes what it is given,
// and fails or waits as a test wants.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_TESTING_RECORDING_DEVICE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_TESTING_RECORDING_DEVICE_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"

namespace dml {
namespace hal {
namespace testing {

enum class EventKind { kDispatch, kCopy, kBarrier, kTimestamp };

// A call of a CommandList.
struct Event {
  EventKind kind;
  std::string program;             // of a dispatch
  uint32_t groups[3] = {0, 0, 0};  // of a dispatch
  std::vector<uint8_t> constants;  // of a dispatch
  std::vector<Binding> bindings;   // of a copy: destination, source
  uint64_t bytes = 0;              // of a copy
};
using Submission = std::vector<Event>;

// Thread-safe.
class RecordingDevice final : public Device {
 public:
  // `unified`: as an adapter whose device memory the host reaches.
  explicit RecordingDevice(bool unified = false);
  ~RecordingDevice() override;

  // Whatever is submitted from now on stays undone until Release().
  void Hold();
  void Release();
  // The next `count` heaps cannot be made.
  void FailHeaps(int count);
  // The driver has no room for the next `count` submissions.
  void FailSubmissions(int count);
  // What memory_budget() says from now on; without it, the null device's.
  void SetBudget(uint64_t bytes);
  // Runs in every CreateHeap() and memory_budget() from now on, outside of the
  // device's lock; set it while nothing calls these.
  void OnMemoryCall(std::function<void()> hook) { hook_ = std::move(hook); }
  // As device memory that the host writes but had better not read.
  void UncacheHeaps() { uncached_ = true; }
  // The next submission fails; so does every wait after it.
  void Lose();

  // How often it was.
  int given_back() const;
  // Command lists that live.
  int command_lists() const { return command_lists_; }
  // Submissions so far, in order, done or not.
  std::vector<Submission> submissions() const;
  // Their events, one after the other.
  std::vector<Event> events() const;
  // Calls of Submit(), CreateHeap() and CreateCommandList() so far.
  uint64_t driver_calls() const;
  uint64_t heaps_made() const;
  uint64_t heap_bytes() const { return inner_->memory_budget().used_bytes; }

  const AdapterInfo& info() const override { return info_; }
  MemoryBudget memory_budget() const override;
  Status CreateHeap(HeapKind kind, uint64_t bytes,
                    std::unique_ptr<Heap>* heap) override;
  Status CreateProgram(const ProgramDesc& desc,
                       std::unique_ptr<Program>* program) override {
    return inner_->CreateProgram(desc, program);
  }
  Status CreateCommandList(std::unique_ptr<CommandList>* list) override;
  Status Submit(CommandList* list, uint64_t value) override;
  Status Wait(uint64_t value, uint64_t timeout_ns) override;
  Status Completed(uint64_t* value) override;
  DeviceClock clock() const override { return inner_->clock(); }
  Status ReadClocks(uint64_t* ticks, uint64_t* host_ns) override {
    return inner_->ReadClocks(ticks, host_ns);
  }
  uint64_t timestamp_room() const override { return inner_->timestamp_room(); }
  void SaveProgramCache() override {}
  void GiveBack() override;

 private:
  struct Held {
    CommandList* list;  // of inner_
    uint64_t value;
  };

  std::unique_ptr<Device> inner_;
  AdapterInfo info_;
  mutable std::mutex mutex_;
  std::condition_variable released_;
  bool holding_ = false;
  bool lost_ = false;
  int failing_heaps_ = 0;
  int failing_submissions_ = 0;
  uint64_t budget_ = 0;  // 0: the null device's
  std::function<void()> hook_;
  bool uncached_ = false;
  std::deque<Held> held_;
  std::vector<Submission> submissions_;
  uint64_t driver_calls_ = 0;
  uint64_t heaps_made_ = 0;
  int given_back_ = 0;
  std::atomic<int> command_lists_{0};
};

// A program of that name, which does nothing.
std::unique_ptr<Program> MakeProgram(Device* device, const char* name);

}  // namespace testing
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_TESTING_RECORDING_DEVICE_H_
