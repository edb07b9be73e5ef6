// ChainList: the element-wise chains that wait to be launched, or whose steps
// are watched to learn which belong together.
//
// A step waits where the tree has a program that begins with its chain. Chains
// that wait conflict neither with each other nor with anything that was
// launched behind them, so it makes no difference when they are launched:
// whatever conflicts has them launched first (BeforeWork(), Take()).
//
// Where there is no program, steps are launched at once, and their chain is
// watched: it ends where it would have been launched, had it waited, and the
// tree learns it then. So nobody waits for a program, and those that are made
// are those that work asks for.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_CHAIN_LIST_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_CHAIN_LIST_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/span.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/chain_tree.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/element_chain.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/stream.h"

namespace dml {

// Thread-compatible.
class ChainList {
 public:
  // Launches a chain that waited; does not call the list.
  using Send = std::function<void(const ElementChain& chain)>;

  // `drop`, which does not call the list either, gets programs that no chain
  // will have any more; launches that were sent may.
  ChainList(ChainTree::Make make, ChainTree::Drop drop, Send send,
            const ChainTree::Limits& limits = {});

  // Before other work with these arguments is launched.
  void BeforeWork(Span<const BufferArgument> arguments);
  // Before a launch that has a step, which fits its buffers. True where it
  // waits now; false where it has to be launched at once.
  bool Take(const Launch& launch, const hal::Binding* bindings,
            const StepName& name);
  // The same of one that has a tail; `second_bindings` are those of the launch
  // behind it, if there is one, which waits with it.
  bool TakeTail(const Launch& launch, const hal::Binding* bindings,
                const hal::Binding* second_bindings, const StepName& name);
  // Nobody reads these bytes before they are written anew.
  void Discard(uint64_t address, uint64_t bytes);
  // Whether a chain that waits reads these bytes, or keeps parts of a result
  // there.
  bool Reads(uint64_t address, uint64_t bytes) const;
  void SendAll();
  // What waits is lost, as the device is.
  void Forget();

  // How many wait.
  size_t waiting() const { return waiting_; }
  bool empty() const { return chains_.empty(); }

 private:
  struct Operands;

  // At a time. Work is compared with all of them.
  static constexpr size_t kMaxChains = 24;

  // Ends the chains, but for one, that conflict with these arguments.
  void EndConflicting(Span<const BufferArgument> arguments,
                      const ElementChain* but = nullptr);
  // The nodes that chains have; valid until the next call.
  ChainTree::Nodes InUse();
  void SendWaiting(ElementChain* chain);  // unless it was sent
  void Remove(ElementChain* chain);
  // Launches it or learns from it, and removes it.
  void End(ElementChain* chain);
  Operands FindOperands(const Launch& launch);
  void Join(const Launch& launch, Operands* operands);

  ChainTree tree_;
  const Send send_;
  std::vector<ElementChain> slots_;
  std::vector<ElementChain::Tail> tails_;  // of slots_
  std::vector<ElementChain*> free_;
  std::vector<ElementChain*> chains_;           // the oldest first
  ElementChain joined_;                         // while chains are joined
  std::vector<const ChainTree::Node*> in_use_;  // of InUse()
  size_t waiting_ = 0;
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_CHAIN_LIST_H_
