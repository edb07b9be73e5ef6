// ChainPrograms: what the scheduler needs of those who know element-wise
// operations, to launch several as one.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_CHAIN_PROGRAMS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_CHAIN_PROGRAMS_H_

#include <cstdint>
#include <functional>

#include "tensorflow/core/common_runtime/dml/runtime/base/span.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/element_chain.h"

namespace dml {

// A program of chains takes ElementChain::kMaxInputs buffers, then kMaxSteps
// for the values, and what Describe() says. It runs the first
// chain.step_count of its steps, and writes the values that are live.
class ChainPrograms {
 public:
  struct Grid {
    uint32_t groups[3] = {1, 1, 1};
    Span<const uint8_t> constants;  // valid until the next call
  };

  virtual ~ChainPrograms() = default;
  // ChainTree::Make. Called with the stream's lock: must not wait, nor call the
  // stream before it has returned.
  virtual void Make(Span<const uint64_t> words,
                    std::function<void(const hal::Program*)> made) = 0;
  // Takes back a program that Make() gave: nobody has it any more, but for who
  // makes its grouped form. Must not wait.
  virtual void Drop(const hal::Program* program) = 0;
  // Called by one thread at a time.
  virtual Grid Describe(const ElementChain& chain) = 0;
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_CHAIN_PROGRAMS_H_
