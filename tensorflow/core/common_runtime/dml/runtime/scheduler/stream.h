// Stream: the work of a device, in order.
//
// Work takes effect in the order in which it was enqueued. Enqueuing a launch
// resolves addresses, decides whether a barrier is needed and writes a packet;
// it neither allocates per launch nor calls the driver. A copy to or from the
// host may also make staging memory. A submission thread turns packets into
// command lists and sends them by count, by bytes, by age or by the device time
// that they are estimated to take, early when the device has nothing to do, and
// at once when somebody waits. A completion thread runs callbacks.
//
// Submissions are bounded by device time, since systems reset a device that
// works on one for seconds: a batch is cut into submissions of about
// StreamOptions::submission_microseconds, and a dispatch or a copy that takes
// longer than several of them is cut into slices (batch_cutter.h). What work
// takes is learned from timestamps at the ends of each submission, and around
// commands that are long or new; where the adapter has none, from when
// submissions complete (work_times.h).
//
// Enqueuing waits only for room: while 8 batches are in flight and the next one
// has 4096 commands, or, for copies, while all staging memory is in use. Inside
// of a callback it never waits.
//
// To spare switches of threads, who calls Sync() or OnComplete() may do the
// work of both threads, and so call the driver: callbacks of anybody's work may
// run there. So hold no lock that a callback takes when calling these two, or
// what may wait for memory.
//
// Element-wise launches (Launch::step) may wait for what follows them, and then
// become one launch with it (chain_list.h): what lies between was to be
// launched behind them, and does not conflict. A reduction of what they make
// may be the last of them (Launch::tail). Discard() spares writing what nobody
// will read. The results are the same to the bit. So may small launches of one
// program (Launch::may_group, launch_groups.h).
//
// Hazards: a barrier goes before a command exactly when one of its byte ranges
// conflicts (write-read, read-write, write-write) with a command of its queue
// since that queue's last barrier, across submissions too. Writes of launches
// that say to be parts of one whole (Launch::parts) do not conflict, and slices
// of one dispatch have no barriers between them.
//
// Queues: where the adapter copies beside its computing (hal::Queue), large
// copies from and to the host go to the transfer queue, and overlap what they
// do not conflict with. Order between the queues is kept by submissions that
// wait for others (queue_order.h): a copy waits for the newest work that it
// conflicts with, and later work for the copy only if it conflicts with it.
//
// Failure: once the device is lost, every call returns kDeviceLost with the
// cause and the first and last program of the submission that was in flight,
// and callbacks that wait get the same. As soon as neither the device nor a
// thread can touch what the stream holds, that goes back to the driver, then
// what OnFailure() names. A submission that takes longer than 10 s is named in
// the log (stderr), once. Where the driver has no room for one, it is sent once
// more when all earlier work has completed and unused memory was given back; if
// that fails too, its work is lost, and every call from then on returns
// kOutOfMemory.
//
// Thread-safe.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_STREAM_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_STREAM_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/environment.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/span.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"
#include "tensorflow/core/common_runtime/dml/runtime/memory/address_space.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/element_step.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/profile.h"

namespace dml {

enum class Access : uint8_t { kRead, kWrite, kReadWrite };

// The bytes that a launch may touch behind one buffer parameter.
struct BufferArgument {
  uint64_t address = 0;
  uint64_t bytes = 0;
  Access access = Access::kRead;
};

struct Launch {
  static constexpr int kMaxBuffers = 16;
  static constexpr int kMaxConstantBytes = 512;

  const hal::Program* program = nullptr;
  uint32_t groups[3] = {1, 1, 1};  // a zero launches nothing
  Span<const BufferArgument> buffers;
  Span<const uint8_t> constants;
  // Where arithmetic takes the time rather than the bytes in `buffers`: how
  // much there is, so that the launch's time is estimated better.
  uint64_t multiply_adds = 0;
  // Launches that follow one another with the same number, other than 0, write
  // no byte twice, though the ranges of their kWrite buffers may overlap: parts
  // of one tensor that lie between each other. No order is kept among these
  // writes.
  uint64_t parts = 0;
  // What it does to each element, if it may be merged with others; null: not.
  const ElementStep* step = nullptr;
  // What it makes of all elements, if it may be the last one of such; null:
  // not. Where that has a second launch, it is enqueued with this one.
  const ElementTail* tail = nullptr;
  // May be one with other launches of its program: that has a grouped form
  // (StreamOptions::make_grouped), which numbers its groups in x alone.
  bool may_group = false;
  // The text of Dispatch()'s tag stays as it is while the stream lives.
  bool tag_lasts = false;
};

class ChainPrograms;

struct StreamOptions {
  uint32_t flush_commands = kDefaultFlushCommands;
  uint32_t flush_microseconds = kDefaultFlushMicroseconds;
  // Of device time in one submission; what a submission never exceeds, by its
  // estimate, is BatchCutter::kLimit times as much.
  uint32_t submission_microseconds = kDefaultSubmissionMicroseconds;
  uint64_t flush_staging_bytes = uint64_t{32} << 20;
  uint64_t staging_limit_bytes = uint64_t{256} << 20;  // each way, in flight
  // Copies from and to the host of so many bytes take the transfer queue. It
  // costs two more submissions, one of either queue, and a signal between them:
  // some tens of microseconds of latency, in which PCI Express moves half a MiB
  // (12 GB/s). So at this size a copy loses half of its own time at worst, if
  // there is nothing to overlap, and larger ones less.
  uint64_t transfer_queue_bytes = uint64_t{1} << 20;
  // Gives memory back that nothing uses, by ReleaseHeap() too; called without
  // locks, when the driver has no room for a submission or for staging memory.
  // May be empty.
  std::function<void()> trim;
  // Called without locks whenever work has completed, by the thread that saw
  // it. May be empty.
  std::function<void()> completed;
  // Makes element-wise launches one where they follow one another; null: they
  // stay as they are. It must outlive the stream, and make no program once that
  // begins to end.
  ChainPrograms* chain_programs = nullptr;
  // Makes the grouped form of a program (Launch::may_group) in the background:
  // hal::Program::grouping() tells when it is there. Called with the stream's
  // lock: it must not wait. Empty: launches stay as they are.
  std::function<void(const hal::Program*)> make_grouped;
  // The host's steady clock, in nanoseconds; null: the system's.
  std::function<uint64_t()> host_clock;
};

// Counters since the stream was made; bytes where the name says so.
struct StreamStatistics {
  uint64_t launches = 0;         // dispatches enqueued, those merged as one
  uint64_t merged_launches = 0;  // that others do the work of
  uint64_t launch_bytes = 0;     // of launches' arguments
  uint64_t device_copies = 0;    // device-to-device
  uint64_t barriers = 0;
  uint64_t submissions = 0;
  uint64_t host_to_device_copies = 0;
  uint64_t host_to_device_bytes = 0;
  uint64_t device_to_host_copies = 0;
  uint64_t device_to_host_bytes = 0;
  uint64_t staging_bytes = 0;          // reserved now, both ways
  uint64_t transfer_queue_copies = 0;  // in pieces
  uint64_t queue_waits = 0;            // commands that wait for another queue
};

class Stream {
 public:
  using Callback = std::function<void(const Status&)>;

  static Status Create(hal::Device* device, AddressSpace* space,
                       const StreamOptions& options,
                       std::unique_ptr<Stream>* stream);
  // Waits for all work.
  ~Stream();

  // `tag` groups launch counters (see LaunchesByTag); compared by content;
  // null: "untagged".
  Status Dispatch(const Launch& launch, const char* tag);
  // Device to device; ranges may overlap (as memmove).
  Status Copy(uint64_t dst, uint64_t src, uint64_t bytes);
  // The host range may be reused when the call returns. An address of the
  // device's is taken for what it is.
  Status CopyFromHost(uint64_t dst, const void* src, uint64_t bytes);
  // `done` runs once, after the bytes are in `dst` or the copy failed, on the
  // calling thread or on one of those that the head of this file names. It must
  // not block on the stream.
  void CopyToHost(void* dst, uint64_t src, uint64_t bytes, Callback done);
  // `done` runs when all work enqueued so far has completed.
  void OnComplete(Callback done);

  using GiveBack = std::function<void()>;

  // What these bytes hold will not be read any more by work that is enqueued
  // later: to be called before memory is given back, if KeepsValues(), which
  // costs nothing. True where it is worth keeping a little: then `give_back`,
  // unless empty, is called instead, by a later ReleaseHeld().
  bool KeepsValues() const;
  bool Discard(uint64_t address, uint64_t bytes, GiveBack give_back = {});
  // Calls what Discard() kept and nothing needs any more, without locks. Costs
  // nothing where there is none.
  void ReleaseHeld();

  // Whether launches may become one from here on, where there are programs for
  // it (StreamOptions::chain_programs, make_grouped); at first they may.
  void MergeLaunches(bool merge);
  // Whether element-wise launches that follow one another may become one.
  bool merges_launches() const;

  // Sends what is recorded; does not wait.
  Status Flush();
  // Waits until all work enqueued so far has completed.
  Status Sync();

  // Destroys the heap, and unmaps its address, as soon as no work enqueued so
  // far uses it.
  void ReleaseHeap(std::unique_ptr<hal::Heap> heap, uint64_t address);

  // Ok, or why the device cannot be used any more. Kernels ask before each of
  // them, so it takes no lock where all is well.
  Status status() const {
    return failed_->load(std::memory_order_acquire) ? Failure() : Status::Ok();
  }

  // `release` runs once, on the stream's thread, when the device has failed and
  // nothing of the stream touches memory or programs any more; never where a
  // failed device goes on working. What work uses (heaps, programs) must stay
  // until then. Replaces the one before and waits while that runs; null: none.
  void OnFailure(std::function<void()> release);
  // Whether all that was given back, of a device that failed; waits for it, but
  // inside of a callback of this stream.
  bool WaitForRelease(std::chrono::nanoseconds at_most);

  // For the end of the process, after which the driver must be left alone: what
  // was not sent fails with `status`, as does every later call, and nothing is
  // given back. Waits, ten seconds at most, for what the device runs and for
  // its callbacks; inside of a callback, only for threads that call the driver.
  void Stop(const Status& status);
  StreamStatistics statistics() const;
  // Launches since creation by tag, unordered. Merged ones have the tags of
  // all, such as "Mul+Add".
  std::vector<std::pair<std::string, uint64_t>> LaunchesByTag() const;

  // Work that is enqueued from here on is timed, which slows it down a little;
  // at other times profiles cost nothing. Records of an earlier profile go.
  // kUnimplemented where the adapter has no timestamps, kFailedPrecondition
  // while a profile is taken.
  Status StartProfile(const ProfileOptions& options);
  // Ends it and waits for what was enqueued. When that fails, since the device
  // is lost, the profile ends all the same, with what was timed before.
  // kFailedPrecondition inside a callback of this stream; nothing ends then.
  Status StopProfile();
  // The oldest records, in the order in which the work of each queue was
  // enqueued; they go from the profile. Records come as their work completes.
  size_t ReadProfile(Span<ProfileRecord> records);
  ProfileStatistics profile_statistics() const;

  // For tests: the next submission behaves as if the driver had returned
  // `status`.
  void InjectFailure(Status status);

 private:
  class Impl;
  explicit Stream(std::unique_ptr<Impl> impl);
  Status Failure() const;
  std::unique_ptr<Impl> impl_;
  const std::atomic<bool>* const failed_;  // of impl_
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_STREAM_H_
