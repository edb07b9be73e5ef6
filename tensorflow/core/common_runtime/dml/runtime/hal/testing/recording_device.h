// RecordingDevice: the null device for unit tests. It notes what it is given,
// and fails or waits as a test wants.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_TESTING_RECORDING_DEVICE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_TESTING_RECORDING_DEVICE_H_

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
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
  uint32_t first[3] = {0, 0, 0};   // of a dispatch
  std::vector<uint8_t> constants;  // of a dispatch
  // Of a dispatch, or of a copy: destination, source.
  std::vector<Binding> bindings;
  std::vector<uint32_t> members;  // of a dispatch
  uint64_t bytes = 0;             // of a copy
  BarrierScope scope;             // of a barrier
};
using Submission = std::vector<Event>;

// Where a submission went, and what for.
struct Route {
  QueuePoint point;
  std::vector<QueuePoint> waits;
  std::array<uint64_t, kQueues> done{};  // the counters, when it was submitted
};

// A clock of its own for a device that computes nothing. Each queue's work
// takes its time in the order of submission, beside the other's; the clock goes
// on where somebody waits, by what is waited for.
struct Simulation {
  // Of each program, what a group takes; others take none.
  std::map<std::string, double> ns_per_group;
  double ns_per_copied_byte = 0;
  // So many groups run at the same time.
  uint64_t parallel_groups = 1;
  // A submission that takes longer loses the device.
  double reset_ns = 2e9;
  bool timestamps = true;
  bool transfer_timestamps = true;
};

// Thread-safe.
class RecordingDevice final : public Device {
 public:
  // `unified`: as an adapter whose device memory the host reaches.
  explicit RecordingDevice(bool unified = false, bool transfer_queue = false);
  ~RecordingDevice() override;

  // Whatever is submitted from now on stays undone until Release().
  void Hold();
  void Release();
  // What is submitted to this queue from now on stays undone until somebody
  // waits for it: the host, or work of another queue. So work that forgot to
  // wait comes before it.
  void Delay(Queue queue);
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
  // Call it before a stream is made. What is held begins when it is released.
  void Simulate(const Simulation& simulation);
  // Changes what a group of a program takes.
  void SetTime(const std::string& program, double ns_per_group);
  uint64_t simulated_ns() const;
  // What submissions took by the simulated clock.
  std::vector<double> submission_ns() const;

  // Submissions so far, in order, done or not; without timestamps.
  std::vector<Submission> submissions() const;
  // Of each of them.
  std::vector<Route> routes() const;
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
  Status CreateCommandList(Queue queue,
                           std::unique_ptr<CommandList>* list) override;
  Status Submit(CommandList* list, const QueuePoint& point,
                Span<const QueuePoint> waits) override;
  Status Wait(const QueuePoint& point, uint64_t timeout_ns) override;
  Status Completed(Queue queue, uint64_t* value) override;
  DeviceClock clock(Queue queue) const override;
  Status ReadClocks(uint64_t* ticks, uint64_t* host_ns) override {
    return inner_->ReadClocks(ticks, host_ns);
  }
  void SaveProgramCache() override {}
  void GiveBack() override;

 private:
  struct Held {
    CommandList* list;  // of inner_
    uint64_t value;
    std::vector<QueuePoint> waits;
  };
  struct Work {
    std::deque<Held> held;
    uint64_t done = 0;  // the counter
    bool delayed = false;
    // Of a simulation.
    double end_ns = 0;                   // of what was submitted
    std::map<uint64_t, double> ends_ns;  // of each value
    uint64_t simulated_value = 0;        // complete
  };

  // All need the lock.
  Work& WorkOf(Queue queue) { return work_[static_cast<size_t>(queue)]; }
  // Does what was held, up to a point, and what that waits for.
  void Do(const QueuePoint& point);
  // Fills the list's timestamps.
  void Simulate(CommandList* list, const QueuePoint& point,
                Span<const QueuePoint> waits);

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
  bool simulating_ = false;
  Simulation simulation_;
  double now_ns_ = 0;
  std::vector<double> submission_ns_;
  std::array<Work, kQueues> work_;
  std::vector<CommandList*> not_simulated_;  // since Hold(), with last routes
  std::vector<Submission> submissions_;
  std::vector<Route> routes_;
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
