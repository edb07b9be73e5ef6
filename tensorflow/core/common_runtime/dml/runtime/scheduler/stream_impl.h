// The inside of Stream: stream.cc records, stream_threads.cc sends and
// completes.
//
// A batch is current_ while it is recorded, then in in_flight_ until it
// completed, then in free_. One lock covers everything but the work of the two
// threads on a batch that is in flight.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_STREAM_IMPL_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_STREAM_IMPL_H_

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/tag_table.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/batch.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/hazards.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/staging_ring.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/stream.h"

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
  Status Flush();
  Status Sync();
  void ReleaseHeap(std::unique_ptr<hal::Heap> heap, uint64_t address);
  Status status() const;
  StreamStatistics statistics() const;
  std::vector<std::pair<std::string, uint64_t>> LaunchesByTag() const;
  void InjectFailure(Status status);

 private:
  using Lock = std::unique_lock<std::mutex>;
  using Clock = std::chrono::steady_clock;

  // The number of batches that can be in flight.
  static constexpr size_t kMaxInFlight = 8;
  // A batch grows up to this while all others are in flight; then enqueuing
  // waits.
  static constexpr size_t kMaxBatchCommands = 4096;
  // With nothing in flight, so many commands are sent without waiting for more.
  static constexpr size_t kIdleFlushCommands = 8;
  // Staging memory that was not used for so long goes back to the driver.
  static constexpr std::chrono::seconds kIdleStaging{2};

  // -- stream.cc; all but OnCompletionThread() need the lock.
  bool OnCompletionThread() const;
  // Waits until the current batch may grow. Fails when the device is lost.
  Status WaitForRoom(Lock* lock);
  // Takes a slice, waiting for completions where all are out.
  Status TakeSlice(StagingRing* ring, uint64_t bytes, Lock* lock,
                   StagingRing::Slice* slice);
  void RecordCopy(const hal::Binding& dst, uint64_t dst_address,
                  const hal::Binding& src, uint64_t src_address,
                  uint64_t bytes);
  void NoteTouched(Span<const BufferArgument> arguments);
  bool Pending(uint64_t address, uint64_t bytes) const;
  // Whether the submission thread must wake: the current batch is due, or began
  // while the thread was waiting without a deadline.
  bool Recorded();
  void RequestFlush();
  Status CopyThroughStaging(uint64_t dst, uint64_t src, uint64_t bytes,
                            Lock* lock);

  // -- stream_threads.cc
  void SubmissionLoop();
  bool ShouldSend() const;  // needs the lock
  Status Send(Batch* batch);
  void CompletionLoop();
  Status WaitForDevice(const Batch& batch);
  void Complete(Batch* batch, Lock* lock);
  void Latch(const Status& status);  // needs the lock

  hal::Device* const device_;
  AddressSpace* const space_;
  const StreamOptions options_;
  const bool track_touched_;

  mutable std::mutex mutex_;
  std::condition_variable work_;       // for the submission thread
  std::condition_variable submitted_;  // for the completion thread
  std::condition_variable progress_;   // for callers that wait

  std::vector<std::unique_ptr<Batch>> batches_;
  std::vector<Batch*> free_;
  std::deque<Batch*> in_flight_;
  Batch* current_ = nullptr;
  uint64_t completed_sequence_ = 0;
  bool flush_requested_ = false;
  bool submission_asleep_ = false;  // waits for a batch to begin
  bool stopping_ = false;
  Status status_;    // latched
  Status injected_;  // for the next submission

  Hazards hazards_;
  StagingRing upload_;
  StagingRing readback_;
  StreamStatistics statistics_;
  TagTable tags_;
  std::vector<uint64_t> launches_by_tag_;

  uint64_t last_value_ = 0;  // the submission thread's
  std::thread submission_thread_;
  std::thread completion_thread_;
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_STREAM_IMPL_H_
