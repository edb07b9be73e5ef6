// ElementwisePrograms: the programs of element-wise chains (chain.comp), which
// a thread of their own makes, and which operations may be steps of chains.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_ELEMENTWISE_CHAIN_PROGRAMS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_ELEMENTWISE_CHAIN_PROGRAMS_H_

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_tensor.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/chain_programs.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/element_step.h"
#include "tensorflow/core/common_runtime/dml/runtime/shaders/program_cache.h"

namespace dml {

// Whether chain.comp knows the operation on such tensors, of equal sizes; if
// so, `step` is filled. `parameter` is the operation's, if it has one.
bool StepOf(dml_elementwise_op op, Span<const dml_tensor* const> inputs,
            const dml_tensor& output, float parameter, ElementStep* step);
// The same of a cast.
bool StepOfCast(const dml_tensor& input, const dml_tensor& output,
                ElementStep* step);

// Thread-safe as ChainPrograms says.
class ElementwisePrograms : public ChainPrograms {
 public:
  // Both must outlive it.
  ElementwisePrograms(const hal::AdapterInfo& adapter, ProgramCache* programs);
  ~ElementwisePrograms() override;  // Stop()

  void Make(Span<const uint64_t> words,
            std::function<void(const hal::Program*)> made) override;
  Grid Describe(const ElementChain& chain) override;

  // Waits until what was asked for is made.
  void Finish();
  // Makes no more, and waits until the driver is left alone.
  void Stop();

 private:
  struct Wanted {
    std::vector<uint32_t> specialization;
    std::function<void(const hal::Program*)> made;
  };

  void Loop();

  const hal::AdapterInfo& adapter_;
  ProgramCache* const programs_;
  std::vector<uint8_t> constants_;  // of Describe()

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Wanted> wanted_;  // guarded by mutex_, as what follows
  bool making_ = false;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_ELEMENTWISE_CHAIN_PROGRAMS_H_
