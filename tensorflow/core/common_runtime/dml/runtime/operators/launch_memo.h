// LaunchMemo: what operators launched for tensors of certain types, sizes and
// strides.
//
// Work repeats: the next step of a training calls the same operators with like
// tensors at other addresses. What an operator derives from all but the
// addresses (checks, program, grid, constants, its step) is the same again.
// An operator that is one launch over its tensors says so by a
// RepeatableLaunch, and is not asked a second time:
//
//   RepeatableLaunch call(context, {operation, parameter}, tensors);
//   if (call.known()) return call.Launch();
//   ...  // as ever: the call learns from LaunchProgram()
//
// Such a launch must depend on nothing else, as on what the process learns; on
// addresses only by their last six bits, by which inputs have the output's, and
// by overlaps being refused otherwise.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_LAUNCH_MEMO_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_LAUNCH_MEMO_H_

#include <array>
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/span.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_tensor.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/context.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/element_step.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/stream.h"

namespace dml {

// A fixed number of launches, of which newer ones take the place of older ones:
// some 100 KB. Thread-compatible; threads have one each.
class LaunchMemo {
 public:
  static constexpr uint32_t kMaxTensors = 4;
  static constexpr uint32_t kMaxWords = 40;

  struct Entry {
    uint64_t programs = 0;  // ProgramCache::number(); 0: empty
    uint64_t hash = 0;
    Entry* next = nullptr;      // what was found or added after it
    uint64_t words[kMaxWords];  // of the call but for its addresses
    const hal::Program* program = nullptr;
    uint32_t groups[3] = {};
    uint64_t multiply_adds = 0;
    bool may_group = false;
    bool has_step = false;
    ElementStep step;
    struct Range {
      int64_t offset;  // of the lowest byte, from dml_tensor::data
      uint64_t bytes;
    };
    Range ranges[kMaxTensors] = {};
    uint32_t constant_bytes = 0;
    uint8_t constants[256];
  };

  // The entry that is likely to be asked for next, as work repeats its order;
  // may be null.
  Entry* Guess() const { return last_ != nullptr ? last_->next : nullptr; }
  // It was.
  void Confirm(Entry* entry) { last_ = entry; }
  // The entry with this hash that is(entry), or null. Valid until the next
  // Add().
  template <typename Is>
  Entry* Find(uint64_t hash, const Is& is) {
    Set& set = sets_[hash % kSets];
    for (const uint32_t i : {set.last, 1 - set.last}) {
      Entry* const entry = &set.entries[i];
      if (entry->hash != hash || !is(*entry)) continue;
      set.last = i;
      Follow(entry);
      return entry;
    }
    return nullptr;
  }
  // An empty one, for an entry with this hash.
  Entry* Add(uint64_t hash);

 private:
  // Two that share a place do not drive each other out.
  struct Set {
    Entry entries[2];
    uint32_t last = 0;  // found or added
  };
  static constexpr size_t kSets = 64;

  void Follow(Entry* entry) {
    if (last_ != nullptr) last_->next = entry;
    last_ = entry;
  }

  Entry* last_ = nullptr;  // found or added
  std::array<Set, kSets> sets_;
};

// A call of an operator that is, if it is repeated, one launch, which takes
// `tensors` in their order, whole, the output last. Lives while the operator
// runs.
class RepeatableLaunch {
 public:
  enum class Operator : uint32_t { kElementwise, kElementwiseBare, kCast };
  // All else that the launch depends on.
  struct Operation {
    Operator op;
    uint32_t number = 0;
    double parameter = 0;
  };

  // `tensors`, which must outlive it, may be anything, null among them.
  RepeatableLaunch(OperatorContext& context, const Operation& operation,
                   Span<const dml_tensor* const> tensors);
  ~RepeatableLaunch() {
    if (learns_) context_.learner = outer_;
  }
  RepeatableLaunch(const RepeatableLaunch&) = delete;
  RepeatableLaunch& operator=(const RepeatableLaunch&) = delete;

  // Whether like tensors were launched before, and these may be.
  bool known() const { return entry_ != nullptr; }
  Status Launch();  // needs known()

  // LaunchProgram() has launched something.
  void Learn(const dml::Launch& launch, const ElementStep* step);
  // The operator does something else.
  void Spoil();

 private:
  // False where the call is none to remember.
  inline bool MakeHash();
  inline bool Is(const LaunchMemo::Entry& entry) const;
  // As many as there may be in an entry, or 0.
  uint32_t MakeWords(uint64_t* words) const;
  // Those of `entry` for these tensors; false where they overlap otherwise.
  inline bool MakeArguments(const LaunchMemo::Entry& entry);

  OperatorContext& context_;
  const Span<const dml_tensor* const> tensors_;
  uint64_t head_[2];  // of the words: the operation
  uint64_t hash_ = 0;
  const LaunchMemo::Entry* entry_ = nullptr;
  bool learns_ = false;
  uint32_t launches_ = 0;  // while it learns
  LaunchMemo::Entry* learned_ = nullptr;
  RepeatableLaunch* outer_ = nullptr;  // whose operator calls this one
  union {  // not cleared, which would take longer than what it is for
    BufferArgument arguments_[LaunchMemo::kMaxTensors];
  };
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_LAUNCH_MEMO_H_
