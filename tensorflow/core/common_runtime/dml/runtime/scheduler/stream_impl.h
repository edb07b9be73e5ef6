// The inside of Stream: stream.cc records, stream_threads.cc sends and
// completes, stream_submissions.cc cuts batches into submissions and learns
// what those take, stream_queues.cc keeps the order between the device's
// queues, stream_waiting.cc merges launches, stream_end.cc ends it,
// stream_profile.cc has what only profiles need.
//
// A batch is current_ while it is recorded, then in in_flight_ until it
// completed, then in free_. One lock covers everything but sending and
// completing a batch. One thread at a time does either: the stream's own, or,
// to spare switches of threads, the one that waits.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_STREAM_IMPL_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_STREAM_IMPL_H_

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/os/clock.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/tag_table.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/batch.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/batch_cutter.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/chain_list.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/chain_programs.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/hazards.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/held_memory.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/launch_groups.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/queue_order.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/staging_ring.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/stream.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/submission.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/work_times.h"

namespace dml {

class Stream::Impl {
 public:
  Impl(hal::Device* device, AddressSpace* space, const StreamOptions& options);
  ~Impl();
  Status Start();

  Status Dispatch(const Launch& launch, const char* tag);
  Status Copy(uint64_t dst, uint64_t src, uint64_t bytes);
  Status CopyFromHost(uint64_t dst, const void* src, uint64_t bytes);
  void CopyToHost(void* dst, uint64_t src, uint64_t bytes, Callback done);
  void OnComplete(Callback done);
  void MergeLaunches(bool merge);
  bool merges_launches() const { return chains_ != nullptr && merging_; }
  bool KeepsValues() const { return keeps_values_; }
  bool Discard(uint64_t address, uint64_t bytes, GiveBack give_back);
  void ReleaseHeld();
  Status Flush();
  Status Sync();
  void ReleaseHeap(std::unique_ptr<hal::Heap> heap, uint64_t address);
  Status status() const;
  const std::atomic<bool>& failed() const { return failed_; }
  void OnFailure(std::function<void()> release);
  bool WaitForRelease(std::chrono::nanoseconds at_most);
  void Stop(const Status& status);
  StreamStatistics statistics();
  std::vector<std::pair<std::string, uint64_t>> LaunchesByTag();
  Status StartProfile(const ProfileOptions& options);
  Status StopProfile();
  size_t ReadProfile(Span<ProfileRecord> records);
  ProfileStatistics profile_statistics() const;
  void InjectFailure(Status status);

 private:
  using Lock = std::unique_lock<std::mutex>;
  using Clock = std::chrono::steady_clock;

  // The number of batches that can be in flight.
  static constexpr size_t kMaxInFlight = 8;
  // The number of submissions that can be.
  static constexpr uint64_t kMaxSubmissions = 16;
  // A batch grows up to this while all others are in flight; then enqueuing
  // waits.
  static constexpr size_t kMaxBatchCommands = 4096;
  // With nothing in flight, so many commands are sent without waiting for more:
  // the device works while the rest is recorded. Where it has nothing in flight
  // the next time either, it waits for whoever enqueues, and waking the
  // submission thread gains nothing: the number grows. It starts again when a
  // whole batch takes the device more than one in kIdleFlushShare of the time
  // that recording it took.
  static constexpr size_t kIdleFlushCommands = 8;
  static constexpr size_t kIdleFlushGrowth = 8;
  static constexpr int kIdleFlushShare = 4;
  // How long launches wait for more of them. Longer than Python takes between
  // two.
  static constexpr std::chrono::milliseconds kPatience{3};
  // Copies that the transfer queue has, at most: launches look through them.
  static constexpr size_t kMaxPendingTransfers = 64;
  // Staging memory that was not used for so long goes back to the driver.
  static constexpr std::chrono::seconds kIdleStaging{2};
  // How long a device that failed, or must stop, may take to finish what it
  // runs.
  static constexpr std::chrono::seconds kLastWait{10};

  // What goes to one queue of the device.
  struct Lane {
    hal::Queue queue = hal::Queue::kCompute;
    bool exists = false;
    bool has_clock = false;
    hal::DeviceClock clock;
    uint64_t clock_mask = 0;
    Hazards hazards;
    // Submission v is in submissions[v % kMaxSubmissions], from before it is
    // given to the device until v + kMaxSubmissions. The thread that is sending
    // has those beyond last_value to itself.
    std::array<Submission, kMaxSubmissions> submissions;
    std::atomic<uint64_t> last_value{0};  // submitted; by the sending thread
    uint64_t waited = 0;  // value of the other queue; of the sending thread
    // With submissions_mutex_:
    uint64_t retired = 0;  // complete, and learned from
    uint64_t warned = 0;   // said to take long
    uint64_t last_retired_ns = 0;
  };
  using Values = std::array<uint64_t, hal::kQueues>;  // by hal::Queue

  Lane& lane(hal::Queue queue) { return lanes_[static_cast<size_t>(queue)]; }
  const Lane& lane(hal::Queue queue) const {
    return lanes_[static_cast<size_t>(queue)];
  }

  // -- stream.cc
  static constexpr size_t kFewBuffers = 4;
  // `waits`: whether the launch does, and its tail's second one with it.
  template <size_t kMaxBuffers>
  Status DispatchUpTo(const Launch& launch, const char* tag, bool* waits);
  Status WhyNotMapped(const char* what, uint64_t address, uint64_t bytes) const;
  // All below need the lock.
  // Waits until the current batch may grow. Fails when the device is lost.
  Status WaitForRoom(Lock* lock);
  // Takes a slice, waiting for completions where all are out.
  Status TakeSlice(StagingRing* ring, uint64_t bytes, Lock* lock,
                   StagingRing::Slice* slice);
  // `members`: of a grouped program, as hal::DispatchDesc has them.
  void RecordLaunch(const Launch& launch, const hal::Binding* bindings,
                    const StepName& name, Span<const uint32_t> members = {});
  void RecordCopy(WorkKind kind, hal::Queue queue, const hal::Binding& dst,
                  uint64_t dst_address, const hal::Binding& src,
                  uint64_t src_address, uint64_t bytes);
  void NoteTouched(Span<const BufferArgument> arguments);
  bool Pending(uint64_t address, uint64_t bytes) const;
  // After a command was recorded: whether the submission thread must wake,
  // since the current batch is due, or began while the thread was waiting
  // without a deadline.
  bool Recorded(const Batch::Command& command);
  void RequestFlush();
  bool MaySendWithoutWaiting() const;
  uint64_t StagingBytes() const;
  Status CopyThroughStaging(uint64_t dst, uint64_t src, uint64_t bytes,
                            Lock* lock);

  // -- stream_waiting.cc; launches that wait, in chains or in groups.
  // The bindings of a tail's second launch. Without the lock.
  Status ResolveSecond(const Launch& launch, hal::Binding (&bindings)[2]) const;
  void UseChains();
  void UseGroups();
  // These need the lock.
  // Has a program of chains, which none has any more, dropped when no work
  // does.
  void RetireProgram(const hal::Program* program);
  // Launches what waits and conflicts with work that comes next.
  void BeforeWork(Span<const BufferArgument> arguments);
  // After a launch that needed a barrier: launches full groups.
  void SendFullGroups();
  // Launches all that waits.
  void SendWaiting();
  size_t Waiting() const;
  void NoteWaiting(size_t before);  // after it has changed
  // Whether nothing has joined those that wait for so long.
  bool WaitingIsDue();
  // Whether the launch waits now. If not, what waits and conflicts with it has
  // been launched.
  bool Wait(const Launch& launch, const hal::Binding* bindings,
            const hal::Binding* second_bindings, const StepName& name);
  // Whether the launch, which has a step or a tail, waits now.
  bool TakeStep(const Launch& launch, const hal::Binding* bindings,
                const hal::Binding* second_bindings, const StepName& name);
  // Whether the launch, which may be grouped and conflicts with no chain that
  // waits, waits now.
  bool TakeMember(const Launch& launch, const hal::Binding* bindings,
                  const StepName& name);
  // Launches a chain, or has it wait for others like it.
  void RecordChain(const ElementChain& chain);
  // As its one step would have been launched alone.
  void RecordStep(const ElementChain& chain);
  // The launch behind that of a chain's tail.
  void RecordSecond(const ElementChain& chain);
  void RecordGroup(const LaunchGroup& group);
  // Whether something that waits needs what is there.
  bool IsNeeded(uint64_t address, uint64_t bytes) const;
  // Launches what waited, and no longer does.
  void RecordWaiting(const Launch& launch, const hal::Binding* bindings,
                     const StepName& name, Span<const uint32_t> members = {});
  uint32_t TagOf(const ElementChain& chain);

  // -- stream_threads.cc
  static uint64_t LastWaitNanoseconds();
  void SubmissionLoop();
  void CompletionLoop();
  // Whether this thread runs callbacks of the stream now.
  bool InsideCallback() const;
  Status WaitForDevice(const Batch& batch);

  // -- stream_queues.cc; these need the lock.
  // The queue for a copy of so many bytes from or to the host.
  hal::Queue QueueForHostCopy(uint64_t bytes) const;
  // Decides what of the other queue the command that is recorded next, with
  // these arguments, has to wait for; where there are two queues.
  void KeepQueuesInOrder(Span<const BufferArgument> arguments,
                         Batch::Command* command);
  // The newest work of the computing queue that conflicts, if the transfer
  // queue does not come behind it anyway.
  Place NewestConflict(Span<const BufferArgument> arguments) const;

  // -- stream_queues.cc; without the lock, by the thread that is sending.
  // Sends a batch to the queues.
  Status Send(Batch* batch);
  // Of one queue's commands those up to `end`, and before each what of the
  // other queue it waits for.
  Status SendUpTo(Batch* batch, hal::Queue queue, size_t end);
  // The value at which the other queue's work at this place is complete; 0
  // where that has been long ago.
  uint64_t ValueOf(const Place& place, hal::Queue queue) const;
  // Whether what this lane has now comes behind the place in the other queue.
  bool IsBehind(const Batch& batch, const Lane& lane, const Place& place) const;

  // -- stream_submissions.cc; without the lock.
  // Submits commands `begin` to `end` of one queue's in pieces, the first of
  // which waits. Waits for the device while kMaxSubmissions are in flight.
  Status SendRun(Batch* batch, Lane* lane, size_t begin, size_t end,
                 hal::QueuePoint wait);
  Status SendPiece(Batch* batch, Lane* lane, const BatchCutter::Piece& piece,
                   uint64_t value, const hal::QueuePoint& wait);
  // Waits for what was sent before, of `batch` too, and gives back memory that
  // nothing uses then. Fails when the device has.
  Status MakeRoomFor(Batch* batch);
  // Decides what of a submission is timed.
  void Plan(const Batch& batch, hal::Queue queue, Submission* submission) const;
  Status Begin(Batch* batch, const Lane& lane, Submission* submission);
  void Record(const Batch& batch, const Batch::Command& command,
              const BatchCutter::Piece& piece, hal::CommandList* list);
  // Waits for submissions up to `value`, and learns what they took.
  Status Retire(Lane* lane, uint64_t value);
  Status WaitFor(const hal::QueuePoint& point);
  void LearnFrom(Lane* lane, Submission* submission, uint64_t now_ns,
                 bool late);
  Status Completed(Values* values) const;
  void WarnOf(const Values& completed);
  // The oldest submission that waits for no other, of those that are not among
  // the completed; null where all are. Needs submissions_mutex_.
  const Submission* Running(const Values& completed) const;
  static Submission::Name NameOf(const Batch::Command& command);
  // These two need the lock.
  std::string Describe(const Submission::Name& first,
                       const Submission::Name& last, size_t commands) const;
  // The status of a device that was lost, with what it was at work on: `batch`
  // where nothing was submitted.
  Status WithWork(const Status& status, const Batch& batch);

  uint64_t HostNanoseconds() const {
    return options_.host_clock ? options_.host_clock()
                               : os::SteadyNanoseconds();
  }

  // -- stream_profile.cc
  // Has the command that was recorded last, of its queue, timed; needs the
  // lock.
  void Time(WorkKind kind, const Batch::Command& command, uint64_t activity);
  // What the calling thread is at; 0 where nobody asks.
  uint64_t Activity() const { return profiling_ ? profile_->Activity() : 0; }
  // What the device timed of a batch that completed, by hal::Queue.
  std::array<Profile::Reading, hal::kQueues> ReadTimes(const Batch& batch);

  // -- stream_threads.cc; all need the lock, and what takes it gives it up
  // meanwhile.
  bool ShouldSend() const;
  // Whether there is something to send, and a thread may do it now.
  bool CanSend() const;
  void SendCurrent(Lock* lock);  // needs CanSend()
  // Sends what is recorded here if possible, else has the thread do it.
  void SendNow(Lock* lock);
  bool CanComplete() const;
  void CompleteFirst(Lock* lock);  // needs CanComplete(); waits for the device
  // CanComplete(), and CompleteFirst() would not wait for the device.
  bool FrontHasFinished() const;
  // After this thread sent or completed: the stream's own go on with the rest.
  void HandOver();
  // Chooses idle_flush_ by a batch that has completed.
  void AdaptIdleFlush(const Batch& batch);
  // Keeps the first failure, and returns it.
  const Status& Latch(const Status& status);

  // -- stream_end.cc; all need the lock.
  // The device has failed, and nothing touches what can be given back.
  bool MayRelease() const;
  // Where the last that did touch it ended here.
  void WakeToRelease();
  void Release(Lock* lock);  // needs MayRelease(); gives the lock up meanwhile

  hal::Device* const device_;
  AddressSpace* const space_;
  const StreamOptions options_;
  const bool track_touched_;
  const uint64_t target_ns_;  // of a submission's device time
  const bool two_queues_;

  mutable std::mutex mutex_;
  std::condition_variable work_;       // for the submission thread
  std::condition_variable submitted_;  // for the completion thread
  std::condition_variable progress_;   // for callers that wait

  std::vector<std::unique_ptr<Batch>> batches_;
  std::vector<Batch*> free_;
  std::deque<Batch*> in_flight_;
  Batch* current_ = nullptr;
  uint64_t completed_sequence_ = 0;
  size_t idle_flush_ = kIdleFlushCommands;
  bool flush_requested_ = false;
  bool submission_asleep_ = false;   // waits for a batch to begin
  bool submission_blocked_ = false;  // waits until it can send
  bool completion_asleep_ = false;   // waits for a submission
  bool sending_ = false;             // a thread is in SendCurrent()
  bool completing_ = false;          // a thread is in CompleteFirst()
  bool stopping_ = false;
  Status status_;                        // latched
  std::atomic<bool> failed_{false};      // status_ is not ok
  std::atomic<bool> stopped_{false};     // Stop() was called
  std::atomic<bool> working_on_{false};  // it failed, yet did not stop working
  uint32_t host_copies_ = 0;  // threads that copy to or from a heap themselves
  // What must not go while it works on.
  std::vector<std::unique_ptr<hal::Heap>> kept_heaps_;
  std::function<void()> release_;  // see OnFailure()
  bool releasing_ = false;         // a thread is in Release()
  bool released_ = false;          // or was
  Status injected_;                // for the next submission

  std::unique_ptr<ChainList> chains_;      // null: launches stay as they are
  std::unique_ptr<LaunchGroups> groups_;   // the same
  std::atomic<bool> keeps_values_{false};  // either has some
  HeldMemory held_;                        // for what waits
  ElementChain::Memory parts_;  // of a second launch that is recorded next
  std::atomic<bool> has_released_{false};  // held_ has
  uint64_t taken_ = 0;                     // that waited
  uint64_t taken_before_ = 0;              // at waiting_since_
  Clock::time_point waiting_since_;        // one waited, or more came
  // One waits where none did: the thread that looks after it reads the clock,
  // which launches have no time for.
  bool began_to_wait_ = false;
  std::string chain_tag_;  // of TagOf()
  struct ChainTag {
    // Their numbers, and 1; then 0.
    std::array<uint32_t, ElementChain::kMaxSteps> of_steps{};
    uint32_t number = 0;
  };
  std::array<ChainTag, 64> chain_tags_;  // by their hash
  std::atomic<bool> merging_{true};      // MergeLaunches()
  bool wake_ = false;  // a launch was recorded, and the thread is to wake
  PendingTransfers pending_transfers_;
  Place transfers_wait_for_;  // the newest place that they do
  StagingRing upload_;
  StagingRing readback_;
  bool profiling_ = false;            // new work is timed
  bool profile_open_ = false;         // until that work has completed
  std::unique_ptr<Profile> profile_;  // kept until the next one starts
  TagTable program_names_;            // in profiles
  StreamStatistics statistics_;
  TagTable tags_;
  std::vector<uint64_t> launches_by_tag_;

  std::array<Lane, hal::kQueues> lanes_;
  mutable std::mutex submissions_mutex_;  // of what follows; after mutex_
  std::vector<uint64_t> ticks_;  // of the submission that is learned from
  WorkTimes times_;
  std::thread submission_thread_;
  std::thread completion_thread_;
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_STREAM_IMPL_H_
