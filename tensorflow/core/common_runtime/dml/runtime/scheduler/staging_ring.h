// StagingRing: host-visible memory through which copies travel.
//
// Slices are taken in ring order and may be returned in any order. The ring
// grows by replacing its heap with a larger one; the old heap goes when its
// last slice was returned.
//
// Thread-compatible: the stream's lock covers it.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_STAGING_RING_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_STAGING_RING_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"

namespace dml {

class StagingRing {
 private:
  struct Ring;

 public:
  struct Slice {
    hal::Binding binding;
    uint8_t* host = nullptr;
    uint64_t bytes = 0;

   private:
    friend class StagingRing;
    Ring* ring = nullptr;
    uint64_t ticket = 0;
  };

  StagingRing(hal::Device* device, hal::HeapKind kind, uint64_t limit_bytes);
  ~StagingRing();

  // The most that one slice may have.
  uint64_t max_slice_bytes() const { return max_slice_bytes_; }

  // kUnavailable when a slice must be returned first; other errors from the
  // driver, when no slice is out that could be waited for.
  Status Take(uint64_t bytes, Slice* slice);
  void Return(const Slice& slice);

  // Gives the memory back if no slice is out.
  void Trim();
  uint64_t reserved_bytes() const;

 private:
  struct Ring {
    std::unique_ptr<hal::Heap> heap;
    uint64_t size = 0;
    uint64_t head = 0;  // next byte to hand out; grows without wrapping
    uint64_t tail = 0;  // first byte that is out
    struct Entry {
      uint64_t end;
      bool returned;
    };
    std::deque<Entry> entries;  // of slices that are out, oldest first
    uint64_t first_ticket = 0;  // of entries.front()
  };

  bool TakeFrom(Ring* ring, uint64_t bytes, Slice* slice);
  Status Grow(uint64_t bytes);

  hal::Device* const device_;
  const hal::HeapKind kind_;
  const uint64_t limit_bytes_;
  const uint64_t max_slice_bytes_;
  std::unique_ptr<Ring> ring_;
  std::vector<std::unique_ptr<Ring>> outgrown_;
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_STAGING_RING_H_
