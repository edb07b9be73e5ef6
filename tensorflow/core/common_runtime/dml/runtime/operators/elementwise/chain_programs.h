// ElementwisePrograms: the programs of element-wise chains (chain.comp, and
// chain_reduce.comp of those with a reduction for a tail), which are made in
// the background, and which operations may be steps of chains, or tails.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_ELEMENTWISE_CHAIN_PROGRAMS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_ELEMENTWISE_CHAIN_PROGRAMS_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_tensor.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/reduction_shape.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/chain_programs.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/element_step.h"
#include "tensorflow/core/common_runtime/dml/runtime/shaders/program_cache.h"
#include "tensorflow/core/common_runtime/dml/runtime/shaders/program_maker.h"

namespace dml {

// Whether chain.comp knows the operation, which no special program has, on such
// tensors, of equal sizes; if so, `step` is filled. `parameter` is the
// operation's, if it has one.
bool StepOf(dml_elementwise_op op, Span<const dml_tensor* const> inputs,
            const dml_tensor& output, float parameter, ElementStep* step);
// The same of a cast.
bool StepOfCast(const dml_tensor& input, const dml_tensor& output,
                ElementStep* step);
// The same of uniform random numbers: number i of a Philox generator that
// starts at this counter.
bool StepOfUniform(const uint32_t counter[4], const uint32_t key[2],
                   const dml_tensor& output, ElementStep* step);

// Whether chain_reduce.comp knows the reduction of `input`, to its type, by
// this fold (reduce.comp's OPERATION) and walk, whose launch has
// ReduceParameters; if so, `tail` is filled, but for its second launch. Not
// sums of squares: a compiler may contract a square and a sum in one program
// and not in the other.
bool TailOfReduction(uint32_t fold, const ReducedWalk& walk,
                     const dml_tensor& input, ElementTail* tail);

// Thread-safe as ChainPrograms says.
class ElementwisePrograms : public ChainPrograms {
 public:
  // All must outlive it; `maker` has to stop before it goes.
  ElementwisePrograms(const hal::AdapterInfo& adapter, ProgramCache* programs,
                      ProgramMaker* maker);

  void Make(Span<const uint64_t> words,
            std::function<void(const hal::Program*)> made) override;
  void Drop(const hal::Program* program) override;
  Grid Describe(const ElementChain& chain) override;

 private:
  const hal::AdapterInfo& adapter_;
  ProgramCache* const programs_;
  ProgramMaker* const maker_;
  Grid DescribeTail(const ElementChain& chain);

  std::vector<uint8_t> constants_;  // of Describe()
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_ELEMENTWISE_CHAIN_PROGRAMS_H_
