// ElementChain: element-wise launches over equally many elements that may be
// one: each takes a result of an earlier one, or is taken together with it.
//
// Each step makes a value, which later steps find under the address that it was
// to be written to. A value whose memory is given back, or written anew by a
// later step, is dead, and need not be written.
//
// A chain as a sequence of words, one a step, is what its program is made for:
// operation, types, and where the operands come from; no addresses, no sizes.
//
// The last step may be a tail (ElementTail): a reduction of a value. Such a
// chain is closed: nothing is appended any more.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_ELEMENT_CHAIN_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_ELEMENT_CHAIN_H_

#include <cstddef>
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/span.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/chain_tree.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/chain_word.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/element_step.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/stream.h"

namespace dml {

// What a launch is called: in counters, and in profiles.
struct StepName {
  uint32_t tag = 0;
  uint64_t activity = 0;
};

// A launch but for its buffers, kept until it is its turn.
struct KeptLaunch {
  const hal::Program* program = nullptr;
  bool may_group = false;  // Launch::may_group
  uint32_t groups[3] = {1, 1, 1};
  uint8_t constants[Launch::kMaxConstantBytes];
  uint32_t constant_bytes = 0;

  void Keep(const Launch& launch);
  // All but the buffers of `launch`, whose constants are these.
  void Give(Launch* launch) const;
};

// Thread-compatible.
struct ElementChain {
  static constexpr uint32_t kMaxSteps = 8;
  static constexpr uint32_t kMaxInputs = 8;

  struct Memory {
    uint64_t address = 0;
    uint64_t bytes = 0;
    hal::Binding binding;

    bool Is(uint64_t other, uint64_t other_bytes) const {
      return address == other && bytes == other_bytes;
    }
    bool Overlaps(uint64_t other, uint64_t other_bytes) const {
      return address < other + other_bytes && other < address + bytes;
    }
    bool IsWithin(uint64_t other, uint64_t other_bytes) const {
      return address >= other && address + bytes <= other + other_bytes;
    }
  };
  struct Input : Memory {
    uint8_t type = 0;
    ElementStep::Spread spread;

    bool Same(const Input& other) const {
      return Is(other.address, other.bytes) && type == other.type &&
             spread == other.spread;
    }
  };
  struct Value : Memory {
    uint8_t type = 0;
    uint8_t input_count = 0;
    StepName name;
    uint64_t word = 0;
    float parameter = 0;
  };
  // Of a chain with a tail.
  struct Tail {
    KeptLaunch launch;  // as it would have been alone
    // The launch behind it, of what lies in `parts`; no bytes: there is none.
    KeptLaunch second;
    Memory parts;

    bool has_second() const { return parts.bytes > 0; }
  };

  // Whether it was launched step by step, since there was no program: then it
  // is kept to learn what follows.
  bool sent = false;
  uint32_t count = 0;  // of elements
  uint32_t step_count = 0;
  uint32_t input_count = 0;
  uint32_t live = 0;  // bits: the steps whose values must be written
  Input inputs[kMaxInputs];
  Value values[kMaxSteps];
  bool has_seed = false;  // one of the steps
  uint32_t seed[ElementStep::kSeedWords] = {};
  ChainTree::Node* node = nullptr;  // null: not in the tree
  KeptLaunch alone;                 // of a chain that has one step
  Tail* tail = nullptr;             // room for one, the owner's

  // Whether it ends in a tail.
  bool closed() const {
    return step_count > 0 && chain_word::IsTail(values[step_count - 1].word);
  }
  bool IsLive(uint32_t k) const { return (live >> k & 1) != 0; }
  // One that is live: there is always one.
  const Value& AnyLive() const { return values[__builtin_ctz(live)]; }
  // What a step that comes next has to do with the chain.
  struct Relation {
    // The value that is the input, or -1.
    int from[ElementStep::kMaxInputs] = {-1, -1, -1};
    bool takes_values = false;
    // The chain must be launched before: the step touches other memory of it in
    // a way that has to wait.
    bool conflicts = false;
  };
  Relation RelationTo(const ElementStep& step,
                      Span<const BufferArgument> buffers) const;
  // Whether the chain must be launched before other work touches this memory.
  bool Conflicts(uint64_t address, uint64_t bytes, bool writes) const;
  // A step as one of the chain: its word, and which inputs of the chain its
  // operands are that are memory; those from input_count on are new.
  struct Place {
    uint64_t word = 0;  // 0: the step is too much
    uint32_t at[ElementStep::kMaxInputs];
  };
  Place PlaceOf(const ElementStep& step, Span<const BufferArgument> buffers,
                const int* from) const;
  // To begin anew, with steps of so many elements.
  void Clear(uint32_t new_count);
  // Adds what another chain does, behind; false where that is too much.
  bool Append(const ElementChain& other);
  // Adds a step, which does not conflict, whose input i is value `from[i]` or,
  // where that is negative, memory; `place` is its PlaceOf().
  void Append(const ElementStep& step, const Place& place,
              Span<const BufferArgument> buffers, const hal::Binding* bindings,
              const int* from, const StepName& name);
  // The value that the tail of a launch takes and may be launched together
  // with; -1: there is none.
  int ValueOf(const Launch& launch) const;
  // Adds the tail, of value `from`. The bindings of its second launch's buffers
  // are `second_bindings`.
  void Close(const Launch& launch, int from, const hal::Binding* bindings,
             const hal::Binding* second_bindings, const StepName& name);
  // Of a chain that was launched: inputs that lie there are given back, so what
  // is written there next has nothing to do with them.
  void Forget(uint64_t address, uint64_t bytes);
  // Values that lie there need not be written, but for one of them where none
  // is left that must, and for what a tail makes; false then.
  bool Discard(uint64_t address, uint64_t bytes);

  uint32_t Words(uint64_t (&words)[kMaxSteps]) const {
    for (uint32_t k = 0; k < step_count; ++k) words[k] = values[k].word;
    return step_count;
  }

 private:
  // Input input_count where there is none like it.
  uint32_t FindInput(const Input& input) const;
  uint32_t AddInput(const Input& input);  // unless there is one like it
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_ELEMENT_CHAIN_H_
