// ChainTree: which element-wise steps follow one another, and the programs that
// do several of them.
//
// A sequence of steps is a way down from the root. Steps that were seen one
// after another twice, soon after each other or often, get a program. The more
// programs there are, the sooner or the oftener that has to be: threads that
// race make ever new sequences, and each program takes memory and a compiler's
// time. What a step of training does each time has its own after some steps all
// the same. It runs the beginnings of its sequence, too, so that work may wait
// for its neighbours at each node above: whatever comes next, there is a program
// for what has come.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_CHAIN_TREE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_CHAIN_TREE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/span.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"

namespace dml {

// Thread-compatible, but for Node::program.
class ChainTree {
 public:
  struct Node {
    // Of this sequence or of one that begins with it; null: none yet. Set once,
    // by any thread.
    std::atomic<const hal::Program*> program{nullptr};
    uint64_t word = 0;  // of the last step (element_chain.h)
    Node* parent = nullptr;
    // One step that others join: it may wait although no program begins so.
    bool joins = false;

   private:
    friend class ChainTree;
    uint32_t seen = 0;   // times that a sequence ended here
    uint64_t last = 0;   // when it did, in sequences that were learned
    bool asked = false;  // for its program
    std::vector<std::unique_ptr<Node>> children;
  };

  // Has the program of a sequence made, without waiting for it; `made` gets it,
  // on any thread while the tree lives, or is never called where it cannot be
  // made.
  using Make =
      std::function<void(Span<const uint64_t> words,
                         std::function<void(const hal::Program*)> made)>;

  explicit ChainTree(Make make) : make_(std::move(make)) {}

  Node* root() { return &root_; }
  // The node for one more step; null where it was never seen.
  static Node* Find(const Node* node, uint64_t word);
  // Notes that a chain was these steps, and has a program made once they were
  // seen often enough.
  void Learn(Span<const uint64_t> words);
  // Notes that a chain of these steps was joined by another one.
  void LearnPart(Span<const uint64_t> words);

 private:
  // With each so many programs more, twice as often, or in half the time.
  static constexpr size_t kProgramsADoubling = 32;
  static constexpr uint32_t kSeenEnough = 2;
  static constexpr uint64_t kSoon = 4096;  // sequences: of some steps
  // What a process learns, at most: models have some dozens.
  static constexpr size_t kMaxNodes = 8192;
  static constexpr size_t kMaxPrograms = 512;

  // Whether a sequence, which was seen `since` the last time, gets a program.
  bool IsEnough(uint32_t seen, uint64_t since) const;
  // Null where there are too many.
  Node* FindOrAdd(Span<const uint64_t> words);

  const Make make_;
  Node root_;
  uint64_t learned_ = 0;  // sequences
  size_t nodes_ = 0;
  size_t programs_ = 0;
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_CHAIN_TREE_H_
