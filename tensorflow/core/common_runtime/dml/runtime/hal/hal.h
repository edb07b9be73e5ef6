// The hardware abstraction layer: what a graphics API owes the runtime.
//
// One backend a folder (vulkan/, d3d12/, null/), each reached through the one
// function that it declares in drivers.h. Nothing above this header may name a
// graphics API.
//
// Lifetime: a Device outlives every object that it made; an Adapter may die
// before its Devices. Threading: each class says its own.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_HAL_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_HAL_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/span.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"

namespace dml {
namespace hal {

// In the order in which adapters are listed to the user.
enum class AdapterType { kDiscrete = 0, kIntegrated = 1, kSoftware = 2 };

// A product that the invocations of a subgroup compute together in one step:
// float16 matrices m x k and k x n, summed in float32.
struct MatrixShape {
  uint32_t m = 0, n = 0, k = 0;
};

// PCI numbers of vendors.
constexpr uint32_t kVendorAmd = 0x1002;
constexpr uint32_t kVendorIntel = 0x8086;
constexpr uint32_t kVendorNvidia = 0x10de;

// Which GPU an adapter is, for those that several drivers list.
struct GpuIdentity {
  std::string pci_address;         // "0000:03:00.0"; empty: not known
  std::array<uint8_t, 16> uuid{};  // of the device, as its driver has it
  uint64_t luid = 0;               // the operating system's; 0: not known
};

// Which of several drivers of one GPU is the better one: the lowest rank, then
// the newest `conformance`, then the newest `api`.
struct DriverMerit {
  uint32_t kind = 0;  // drivers of equal kind are versions of one
  uint32_t rank = 0;  // among those of one vendor's GPUs
  std::array<uint8_t, 4> conformance{};
  uint32_t api = 0;
};

// The queues of a device. Each completes its work in order; between them only
// waits of submissions keep an order.
enum class Queue : uint8_t {
  kCompute = 0,   // takes all work
  kTransfer = 1,  // takes copies, where AdapterInfo::transfer_queue says so
};
constexpr int kQueues = 2;

// What an adapter does best with float16 factors whose products it sums in
// float32, outside cooperative matrices.
enum class Float16Products {
  kConverted,  // converts each to float32 once, before it multiplies
  kMixed,      // a float32 multiply-add takes them as they are
  kDot,        // so does a dot product of two pairs: programs may use it
};

// What the runtime needs to know of an adapter. Sizes in bytes.
struct AdapterInfo {
  std::string name;                // as the driver gives it
  std::string driver;              // name and version of the driver
  std::string api;                 // for example "Vulkan 1.3.230"
  uint32_t vendor_id = 0;          // PCI
  uint32_t device_id = 0;          // PCI
  std::array<uint8_t, 16> uuid{};  // of GPU, model and driver: keys disk caches
  GpuIdentity gpu;
  DriverMerit merit;
  AdapterType type = AdapterType::kSoftware;
  uint64_t memory_bytes = 0;    // device-local memory, all of it counted once
  bool unified_memory = false;  // all device memory is host-visible
  uint64_t max_heap_bytes = 0;  // largest single Heap that the API takes
  // The largest that the driver promises to make where there is room; it may
  // refuse larger ones.
  uint64_t promised_heap_bytes = 0;
  uint32_t subgroup_size = 0;
  uint32_t max_group_invocations = 0;
  uint32_t max_group_size[3] = {0, 0, 0};
  uint32_t max_grid[3] = {0, 0, 0};
  uint32_t max_shared_bytes = 0;
  bool float16_arithmetic = false;
  // kConverted without float16_arithmetic.
  Float16Products float16_products = Float16Products::kConverted;
  bool float64 = false;
  bool transfer_queue = false;    // works beside the one that computes
  bool grouped_programs = false;  // takes those of ProgramDesc::grouped
  // Cooperative matrices; none where empty. Programs with them ask for
  // subgroups of `matrix_subgroup_size` (ProgramDesc::subgroup_size).
  std::vector<MatrixShape> matrix_shapes;
  uint32_t matrix_subgroup_size = 0;
  // Empty when the adapter can be used. Else what it lacks, in words, such as
  // "bufferDeviceAddress; update the driver to ...".
  std::string unusable_because;
};

enum class HeapKind {
  // Fastest for the device. Host-visible where memory is unified, but for heaps
  // that are larger than what the driver makes at once.
  kDevice,
  kUpload,  // host writes, device reads; always host-visible
  // Device writes, host reads; always host-visible, and host-cached where the
  // adapter has such memory.
  kReadback,
};

// One allocation of the driver. Thread-compatible; host() is stable.
class Heap {
 public:
  virtual ~Heap() = default;
  virtual uint64_t size() const = 0;
  // Host mapping of the whole heap, coherent, or null when not host-visible.
  virtual uint8_t* host() const = 0;
  // Whether the host may read there: what its caches do not hold, it reads word
  // by word from afar, a hundred times slower than the device copies it.
  virtual bool host_cached() const = 0;
};

// How fast a program was on its device: the scheduler's notes
// (scheduler/work_times.h), kept here so that finding them costs nothing.
// Backends leave them alone. Thread-safe.
struct ProgramSpeed {
  static constexpr int kClasses = 10;  // of the number of groups
  // Nanoseconds for each unit of work; 0: not measured yet.
  std::atomic<float> ns_per_unit[kClasses] = {};
};

// What the scheduler knows of a program that can be grouped
// (scheduler/launch_groups.h), kept here as ProgramSpeed is. Thread-safe.
class Program;
struct ProgramGrouping {
  std::atomic<const Program*> grouped{nullptr};  // once there is one
  std::atomic<uint32_t> asked{0};                // times without it
};

// A compute program with its specialization applied. Immutable, but for what
// the scheduler notes.
class Program {
 public:
  virtual ~Program() = default;
  virtual const char* name() const = 0;
  ProgramSpeed& speed() const { return speed_; }
  ProgramGrouping& grouping() const { return grouping_; }

 private:
  mutable ProgramSpeed speed_;
  mutable ProgramGrouping grouping_;
};

// What every Vulkan driver offers for push constants.
constexpr uint32_t kMaxDirectParameterBytes = 128;

struct ProgramDesc {
  const char* name = "";       // for messages and captures
  Span<const uint32_t> spirv;  // entry point "main"
  // The same in HLSL, for APIs that take no SPIR-V, as shaders/hlsl/README.md
  // describes it; empty where a program needs what HLSL has not.
  Span<const char> hlsl;
  uint32_t buffers = 0;  // how many its parameter block names
  // How the program takes its parameter block: directly (push constants, at
  // most kMaxDirectParameterBytes) or by the address of a block in memory.
  bool parameters_in_memory = false;
  // Takes the parameter blocks of several dispatches: DispatchDesc::members.
  // Its adapter has grouped_programs.
  bool grouped = false;
  Span<const uint32_t> specialization;  // constant_id i has value [i]
  // That HLSL with this specialization, as the build compiled it; may be empty.
  Span<const uint32_t> dxil;
  // With cooperative matrices: groups are whole subgroups of this size, which
  // is AdapterInfo::matrix_subgroup_size. 0: of any size.
  uint32_t subgroup_size = 0;
};

// Of one dispatch of a grouped program.
constexpr uint32_t kMaxMembers = 16;

struct Binding {
  Heap* heap = nullptr;
  uint64_t offset = 0;
};

// One dispatch. A program's parameter block is its bindings' addresses, 8
// bytes each, then its constants (shaders/dml.glsl hides how it travels).
//
// A dispatch may start `groups` of a larger grid, which begins at `first`: its
// groups are numbered from there, while the program sees `groups` for the size
// of its grid (in GLSL, gl_WorkGroupID has `first` added and gl_NumWorkGroups
// is `groups`). `first` + `groups` stays within AdapterInfo::max_grid. An API
// whose dispatches have no first group passes it as a parameter that
// shaders/dml.glsl adds: programs number their groups by dml_group() alone.
//
// A dispatch of a grouped program does what so many dispatches of the plain one
// would: `members` has the number of groups in x of each, at most kMaxMembers,
// none of them 0, and `groups` their sum, 1, 1. `bindings` and `constants` are
// those of one member after another, equally many each. Members run in any
// order and at the same time.
struct DispatchDesc {
  const Program* program = nullptr;
  uint32_t groups[3] = {1, 1, 1};
  uint32_t first[3] = {0, 0, 0};
  Span<const Binding> bindings;
  Span<const uint8_t> constants;
  Span<const uint32_t> members;
};

// The clock that timestamps are readings of.
struct DeviceClock {
  double tick_ns = 0;        // 0: the adapter has no timestamps
  uint32_t valid_bits = 64;  // ticks are modulo 2^valid_bits
  bool calibrated = false;   // Device::ReadClocks() works
};

// What a barrier orders: earlier work of these kinds, with all later work of
// the queue.
struct BarrierScope {
  bool dispatches = true;
  bool copies = true;
  // Later work may touch what that work wrote, and not only what it read.
  bool writes = true;
};

// A point in the work of a queue: its counter has at least this value.
struct QueuePoint {
  Queue queue = Queue::kCompute;
  uint64_t value = 0;
};

// Records work for one submission to the queue that it was made for.
// Thread-compatible. Reused after Begin(), which is legal only when its last
// submission has completed.
class CommandList {
 public:
  virtual ~CommandList() = default;
  // `timestamps`: how often Timestamp() may be called; 0 costs nothing, and
  // room for many is kept no longer than until the next call.
  // kUnimplemented for more where the adapter has none.
  virtual Status Begin(uint32_t timestamps) = 0;
  virtual void Dispatch(const DispatchDesc& desc) = 0;  // not on kTransfer
  // Byte-granular; the ranges do not overlap.
  virtual void Copy(const Binding& dst, const Binding& src, uint64_t bytes) = 0;
  // Makes earlier work of the queue complete before later work begins.
  virtual void Barrier(const BarrierScope& scope) = 0;
  // Notes the time at which all earlier work of the queue is complete. Later
  // work does not wait for it.
  virtual void Timestamp() = 0;
  // Also makes device writes visible to the host once the list completed.
  // Returns what went wrong in any call since Begin().
  virtual Status End() = 0;
  // The timestamps, in order, of a list that completed.
  virtual Status ReadTimestamps(std::vector<uint64_t>* ticks) = 0;
};

struct MemoryBudget {
  uint64_t budget_bytes = 0;  // what this process may use now, by the driver
  uint64_t used_bytes = 0;    // what it uses now
};

// A logical device with one or two queues, each of whose progress is a counter.
// Thread-safe, except that Submit() has one caller at a time.
class Device {
 public:
  virtual ~Device() = default;
  virtual const AdapterInfo& info() const = 0;
  virtual MemoryBudget memory_budget() const = 0;

  // kOutOfMemory when the driver has no room.
  virtual Status CreateHeap(HeapKind kind, uint64_t bytes,
                            std::unique_ptr<Heap>* heap) = 0;
  // May take long (compiles). kUnimplemented when the adapter cannot run it.
  virtual Status CreateProgram(const ProgramDesc& desc,
                               std::unique_ptr<Program>* program) = 0;
  virtual Status CreateCommandList(Queue queue,
                                   std::unique_ptr<CommandList>* list) = 0;

  // Queues an ended list to the queue that it was made for; the queue's counter
  // becomes `point.value` when it and all before it completed. Values of a
  // queue only grow, and are less than 2^31 above its counter: more no driver
  // of Vulkan need take (maxTimelineSemaphoreValueDifference). The list begins,
  // and so does what follows it in its queue, when all of `waits` are reached,
  // and sees what was written before them: these are points of other queues
  // that were submitted before. kDeviceLost when the device is gone;
  // kOutOfMemory when the driver has no room: then nothing was queued.
  virtual Status Submit(CommandList* list, const QueuePoint& point,
                        Span<const QueuePoint> waits) = 0;
  // Blocks without spinning until the point is reached: kDeadlineExceeded after
  // `timeout_ns`, kDeviceLost when it never will.
  virtual Status Wait(const QueuePoint& point, uint64_t timeout_ns) = 0;
  // The queue's counter now; does not block.
  virtual Status Completed(Queue queue, uint64_t* value) = 0;

  // Of the timestamps of a queue.
  virtual DeviceClock clock(Queue queue) const = 0;
  // The device's clock and the host's steady one (CLOCK_MONOTONIC, in
  // nanoseconds) at the same moment. Only where clock().calibrated.
  virtual Status ReadClocks(uint64_t* ticks, uint64_t* host_ns) = 0;

  // Compiled programs go to the disk cache in the background. This writes what
  // is new now, and ends that: for when the device or the process ends.
  virtual void SaveProgramCache() = 0;

  // Of a device that failed and does not work any more, whose command lists are
  // destroyed: gives back to the driver all else that it has. Its programs keep
  // their names, and every call that can fail fails. Heaps that are not
  // destroyed yet have no memory from then on.
  virtual void GiveBack() {}
};

class Adapter {
 public:
  virtual ~Adapter() = default;
  virtual const AdapterInfo& info() const = 0;
  // kUnavailable when unusable; kDeviceLost or kOutOfMemory from the driver.
  virtual Status CreateDevice(std::unique_ptr<Device>* device) = 0;
};

struct EnumerateOptions {
  // false: as if no adapter had them
  bool cooperative_matrices = true;
  bool transfer_queue = true;
  std::string null_profile;  // what the null adapter says of itself
};

// Fills `adapters`, usable or not, in no special order. An error says why the
// API cannot be used at all (no loader, broken driver) and how to get it.
using EnumerateFn = Status (*)(const EnumerateOptions& options,
                               std::vector<std::unique_ptr<Adapter>>* adapters);

}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_HAL_H_
