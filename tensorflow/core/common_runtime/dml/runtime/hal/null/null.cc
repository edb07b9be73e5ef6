// The null backend: an adapter that costs nothing, to measure what the layers
// above it cost. Copies are real and done by Submit(), dispatches do nothing,
// and all work is complete when Submit() returns. Its timestamps are readings
// of the host's clock that wrap every second, and it cannot calibrate them:
// what the layers above do about both is thus tested with it.
//
// Its heaps are host memory that the host can reach, but it does not call its
// memory unified, so that copies take the staged path of a discrete adapter.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/os/clock.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/drivers.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/null/profile.h"

namespace dml {
namespace hal {
namespace null {
namespace {

constexpr uint64_t kMemoryBytes = uint64_t{16} << 30;

AdapterInfo DefaultInfo() {
  AdapterInfo info;
  info.name = "Null adapter (computes nothing)";
  info.driver = "null";
  info.api = "null";
  info.uuid.fill(0xff);
  info.type = AdapterType::kDiscrete;
  info.memory_bytes = kMemoryBytes;
  info.max_heap_bytes = kMemoryBytes;
  info.promised_heap_bytes = kMemoryBytes;
  info.subgroup_size = 32;
  info.max_group_invocations = 1024;
  std::fill_n(info.max_group_size, 3, 1024);
  std::fill_n(info.max_grid, 3, 65535);
  info.max_shared_bytes = 32 << 10;
  info.float16_arithmetic = true;
  info.float64 = true;
  info.transfer_queue = true;
  info.grouped_programs = true;
  info.matrix_shapes = {{16, 16, 16}, {8, 16, 16}};
  info.matrix_subgroup_size = info.subgroup_size;
  return info;
}

class NullHeap final : public Heap {
 public:
  // Null host() when there is no room. `used` outlives the heap.
  NullHeap(uint64_t bytes, std::atomic<uint64_t>* used)
      : bytes_(bytes),
        used_(used),
        host_(static_cast<uint8_t*>(std::malloc(bytes))) {
    *used_ += bytes_;
  }
  ~NullHeap() override { *used_ -= bytes_; }
  uint64_t size() const override { return bytes_; }
  uint8_t* host() const override { return host_.get(); }
  bool host_cached() const override { return true; }

 private:
  struct Free {
    void operator()(uint8_t* host) const { std::free(host); }
  };
  const uint64_t bytes_;
  std::atomic<uint64_t>* const used_;
  const std::unique_ptr<uint8_t, Free> host_;
};

class NullProgram final : public Program {
 public:
  explicit NullProgram(const char* name) : name_(name) {}
  const char* name() const override { return name_.c_str(); }

 private:
  const std::string name_;
};

// In nanoseconds.
constexpr uint32_t kClockBits = 30;

uint64_t ReadClock() {
  return os::SteadyNanoseconds() & ((uint64_t{1} << kClockBits) - 1);
}

class NullCommandList final : public CommandList {
 public:
  Status Begin(uint32_t timestamps) override {
    work_.clear();
    ticks_.clear();
    if (ticks_.capacity() > 2 * size_t{timestamps} + kFewTimestamps) {
      ticks_.shrink_to_fit();
    }
    return Status::Ok();
  }
  void Dispatch(const DispatchDesc& /*desc*/) override {}
  void Copy(const Binding& dst, const Binding& src, uint64_t bytes) override {
    work_.push_back(
        {dst.heap->host() + dst.offset, src.heap->host() + src.offset, bytes});
  }
  void Barrier(const BarrierScope& /*scope*/) override {}
  void Timestamp() override { work_.push_back({nullptr, nullptr, 0}); }
  Status End() override { return Status::Ok(); }
  Status ReadTimestamps(std::vector<uint64_t>* ticks) override {
    *ticks = ticks_;
    return Status::Ok();
  }

  void Run() {
    for (const Work& work : work_) {
      if (work.dst == nullptr) {
        ticks_.push_back(ReadClock());
      } else {
        std::memcpy(work.dst, work.src, work.bytes);
      }
    }
  }

 private:
  static constexpr size_t kFewTimestamps = 16;
  // A copy; without destination, a timestamp.
  struct Work {
    uint8_t* dst;
    const uint8_t* src;
    uint64_t bytes;
  };
  std::vector<Work> work_;
  std::vector<uint64_t> ticks_;
};

class NullDevice final : public Device {
 public:
  explicit NullDevice(const AdapterInfo& info) : info_(info) {}

  const AdapterInfo& info() const override { return info_; }
  MemoryBudget memory_budget() const override {
    return {kMemoryBytes, used_bytes_};
  }

  Status CreateHeap(HeapKind /*kind*/, uint64_t bytes,
                    std::unique_ptr<Heap>* heap) override {
    if (bytes == 0) return InvalidArgument("a heap of 0 bytes was asked for");
    const uint64_t used = used_bytes_;
    if (bytes <= kMemoryBytes && used <= kMemoryBytes - bytes) {
      auto made = std::make_unique<NullHeap>(bytes, &used_bytes_);
      if (made->host() != nullptr) {
        *heap = std::move(made);
        return Status::Ok();
      }
    }
    return Error(Code::kOutOfMemory, "a heap of ", bytes,
                 " bytes was asked for; ", used, " of ", kMemoryBytes,
                 " bytes are in use");
  }
  Status CreateProgram(const ProgramDesc& desc,
                       std::unique_ptr<Program>* program) override {
    *program = std::make_unique<NullProgram>(desc.name);
    return Status::Ok();
  }
  Status CreateCommandList(Queue /*queue*/,
                           std::unique_ptr<CommandList>* list) override {
    *list = std::make_unique<NullCommandList>();
    return Status::Ok();
  }

  // What it may wait for was submitted before, and so is complete.
  Status Submit(CommandList* list, const QueuePoint& point,
                Span<const QueuePoint> /*waits*/) override {
    static_cast<NullCommandList*>(list)->Run();
    {
      std::lock_guard<std::mutex> lock(mutex_);
      CompletedOf(point.queue) = point.value;
    }
    advanced_.notify_all();
    return Status::Ok();
  }
  Status Wait(const QueuePoint& point, uint64_t timeout_ns) override {
    // Longer than this overflows the clock.
    const std::chrono::nanoseconds timeout(
        std::min(timeout_ns, uint64_t{1} << 60));
    std::unique_lock<std::mutex> lock(mutex_);
    if (advanced_.wait_for(lock, timeout, [&] {
          return CompletedOf(point.queue) >= point.value;
        })) {
      return Status::Ok();
    }
    return Error(Code::kDeadlineExceeded,
                 "the device did not finish its work in time");
  }
  Status Completed(Queue queue, uint64_t* value) override {
    std::lock_guard<std::mutex> lock(mutex_);
    *value = CompletedOf(queue);
    return Status::Ok();
  }
  DeviceClock clock(Queue /*queue*/) const override {
    return {1.0, kClockBits, false};
  }
  Status ReadClocks(uint64_t* /*ticks*/, uint64_t* /*host_ns*/) override {
    return Unimplemented("the null adapter's clock cannot be calibrated");
  }
  void SaveProgramCache() override {}

 private:
  // Needs the lock.
  uint64_t& CompletedOf(Queue queue) {
    return completed_[static_cast<size_t>(queue)];
  }

  const AdapterInfo info_;
  std::atomic<uint64_t> used_bytes_{0};
  std::mutex mutex_;
  std::condition_variable advanced_;
  std::array<uint64_t, kQueues> completed_{};  // guarded by mutex_
};

class NullAdapter final : public Adapter {
 public:
  explicit NullAdapter(AdapterInfo info) : info_(std::move(info)) {}

  const AdapterInfo& info() const override { return info_; }
  Status CreateDevice(std::unique_ptr<Device>* device) override {
    *device = std::make_unique<NullDevice>(info_);
    return Status::Ok();
  }

 private:
  const AdapterInfo info_;
};

}  // namespace
}  // namespace null

Status EnumerateNull(const EnumerateOptions& options,
                     std::vector<std::unique_ptr<Adapter>>* adapters) {
  adapters->clear();
  AdapterInfo info = null::DefaultInfo();
  DML_RETURN_IF_ERROR(null::ApplyProfile(options.null_profile, &info));
  if (!options.cooperative_matrices) {
    info.matrix_shapes.clear();
    info.matrix_subgroup_size = 0;
  }
  info.transfer_queue &= options.transfer_queue;
  adapters->push_back(std::make_unique<null::NullAdapter>(std::move(info)));
  return Status::Ok();
}

}  // namespace hal
}  // namespace dml
