#include "tensorflow/core/common_runtime/dml/runtime/scheduler/staging_ring.h"

#include <algorithm>
#include <utility>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"

namespace dml {
namespace {

constexpr uint64_t kAlignment = 256;
constexpr uint64_t kFirstBytes = uint64_t{1} << 20;
// Copies larger than this go in pieces, so that the host fills one while the
// device empties another.
constexpr uint64_t kMaxSliceBytes = uint64_t{8} << 20;

}  // namespace

StagingRing::StagingRing(hal::Device* device, hal::HeapKind kind,
                         uint64_t limit_bytes)
    : device_(device),
      kind_(kind),
      limit_bytes_(std::max(RoundUp(limit_bytes, kAlignment), 4 * kAlignment)),
      max_slice_bytes_(std::min(kMaxSliceBytes,
                                limit_bytes_ / 2 / kAlignment * kAlignment)) {}

StagingRing::~StagingRing() = default;

Status StagingRing::Take(uint64_t bytes, Slice* slice) {
  if (ring_ != nullptr && TakeFrom(ring_.get(), bytes, slice)) {
    return Status::Ok();
  }
  const bool slices_out =
      !outgrown_.empty() || (ring_ != nullptr && !ring_->entries.empty());
  const Status full(Code::kUnavailable, "the staging ring is full");
  if (ring_ != nullptr && ring_->size == limit_bytes_) return full;
  Status grown = Grow(bytes);
  if (!grown.ok()) return slices_out ? full : grown;
  TakeFrom(ring_.get(), bytes, slice);
  return Status::Ok();
}

bool StagingRing::TakeFrom(Ring* ring, uint64_t bytes, Slice* slice) {
  const uint64_t rounded = RoundUp(std::max<uint64_t>(bytes, 1), kAlignment);
  uint64_t begin = ring->head;
  const uint64_t to_end = ring->size - begin % ring->size;
  if (rounded > to_end) begin += to_end;  // slices do not wrap
  if (begin + rounded - ring->tail > ring->size) return false;
  slice->ring = ring;
  slice->ticket = ring->first_ticket + ring->entries.size();
  slice->binding = {ring->heap.get(), begin % ring->size};
  slice->host = ring->heap->host() + slice->binding.offset;
  slice->bytes = bytes;
  ring->head = begin + rounded;
  ring->entries.push_back({ring->head, false});
  return true;
}

Status StagingRing::Grow(uint64_t bytes) {
  uint64_t size = ring_ == nullptr ? kFirstBytes : 2 * ring_->size;
  while (size < 2 * bytes) size *= 2;
  size = std::min(size, limit_bytes_);
  auto ring = std::make_unique<Ring>();
  ring->size = size;
  DML_RETURN_IF_ERROR(device_->CreateHeap(kind_, size, &ring->heap));
  if (ring->heap->host() == nullptr) {
    return Internal("the driver gave staging memory without a host mapping");
  }
  if (ring_ != nullptr && !ring_->entries.empty()) {
    outgrown_.push_back(std::move(ring_));
  }
  ring_ = std::move(ring);
  return Status::Ok();
}

void StagingRing::Return(const Slice& slice) {
  Ring* ring = slice.ring;
  ring->entries[slice.ticket - ring->first_ticket].returned = true;
  while (!ring->entries.empty() && ring->entries.front().returned) {
    ring->tail = ring->entries.front().end;
    ring->entries.pop_front();
    ++ring->first_ticket;
  }
  if (ring->entries.empty() && ring != ring_.get()) {
    auto is_ring = [ring](const auto& other) { return other.get() == ring; };
    outgrown_.erase(std::find_if(outgrown_.begin(), outgrown_.end(), is_ring));
  }
}

void StagingRing::Trim() {
  if (ring_ != nullptr && ring_->entries.empty()) ring_.reset();
}

uint64_t StagingRing::reserved_bytes() const {
  uint64_t bytes = ring_ == nullptr ? 0 : ring_->size;
  for (const auto& ring : outgrown_) bytes += ring->size;
  return bytes;
}

}  // namespace dml
