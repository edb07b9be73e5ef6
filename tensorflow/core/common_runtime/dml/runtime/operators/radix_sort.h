// Sorts words in segments of one length: the host's side of
// indexing/radix_sort.comp.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_RADIX_SORT_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_RADIX_SORT_H_

#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/context.h"

namespace dml {

// Keys of 32 bits in scratch memory, [segments, count], and where in its
// segment each was at first. Equal keys keep their order.
class RadixSort {
 public:
  static constexpr uint32_t kBitsOfPass = 8;

  RadixSort(OperatorContext& context, int64_t segments, int64_t count)
      : context_(context),
        segments_(segments),
        count_(count),
        counts_(context),
        pairs_{Pair(context), Pair(context)} {}

  // kOutOfMemory: nothing was launched. Before all else, and once.
  Status Allocate();

  // Keys are to be written before each Sort(), in the order of positions().
  BufferArgument keys(Access access) const {
    return pairs_[last_].keys.Argument(access);
  }
  // Nothing before the first Sort().
  BufferArgument positions() const {
    return pairs_[last_].positions.Argument(Access::kRead);
  }
  bool has_positions() const { return has_positions_; }

  // By the bytes of keys that have bits between `first_bit` and `end_bit`.
  // Earlier sorts decide between keys that are equal there.
  Status Sort(uint32_t first_bit, uint32_t end_bit);

 private:
  struct Pair {
    explicit Pair(OperatorContext& context)
        : keys(context), positions(context) {}
    Scratch keys, positions;
  };
  Status Pass(uint32_t shift);
  int64_t GroupsOfSegment() const;

  OperatorContext& context_;
  const int64_t segments_;
  const int64_t count_;
  Scratch counts_;
  Pair pairs_[2];
  int last_ = 0;
  bool has_positions_ = false;
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_RADIX_SORT_H_
