// ChainTree: which element-wise steps follow one another, and the programs that
// do several of them.
//
// A sequence of steps is a way down from the root. Steps that were seen one
// after another twice, soon after each other or often, get a program. It runs
// the beginnings of its sequence, too, so that work may wait for its neighbours
// at each node above: whatever comes next, there is a program for what has
// come. So a longer sequence's program takes the place of those of its
// beginnings. Not so where the last step is a tail (element_step.h): such a
// program does that alone, and the steps before it have their own.
//
// Threads that race make ever new sequences, and each program takes memory and
// a compiler's time. So there are only so many programs, and the more there
// are, the sooner or the oftener a sequence has to come for one. What a step of
// training does each time has its own after some steps all the same. Where
// there are as many as can be, the one that was not used for longest goes, if
// that is long ago: what a process does now gets programs, whatever it did
// before. Sequences without a program are forgotten likewise.
//
// Time is counted in chains that ended: a step of training has some hundreds.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_CHAIN_TREE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_CHAIN_TREE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/span.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/chain_word.h"

namespace dml {

// Thread-compatible.
class ChainTree {
 public:
  struct Limits {
    // There or being made. Each may have a grouped form, too.
    size_t programs = 128;
    // Nodes, which must be room for 8 a program and 8 for each that is in use.
    size_t nodes = 4096;
    // A program that was not used for so long may be dropped; what comes after
    // such a time counts as new.
    uint64_t long_time = 1 << 15;
  };

  class Node {
   public:
    // Of this sequence or of one that begins with it; null: none yet.
    const hal::Program* program() const {
      return owner_ == nullptr ? nullptr : owner_->own_;
    }
    bool has_program() const { return owner_ != nullptr; }
    // One step that others join: it may wait although no program begins so.
    bool joins() const { return joins_; }

   private:
    friend class ChainTree;
    // Whether its program is that of its beginnings, too.
    bool serves_beginnings() const { return !chain_word::IsTail(word_); }

    uint64_t word_ = 0;  // of the last step (element_chain.h)
    Node* parent_ = nullptr;
    Node* owner_ = nullptr;  // this or one below; null: there is no program
    const hal::Program* own_ = nullptr;
    bool joins_ = false;
    bool asked_ = false;    // for its program, which is being made
    bool refused_ = false;  // it cannot be made
    uint32_t seen_ = 0;     // times that a sequence ended here
    uint64_t last_ = 0;     // when one did, or its program was used
    std::vector<std::unique_ptr<Node>> children_;
  };

  // Has the program of a sequence made, without waiting for it; `made` gets it,
  // or null where it cannot be made, on any thread while the tree lives.
  using Make =
      std::function<void(Span<const uint64_t> words,
                         std::function<void(const hal::Program*)> made)>;
  // Takes back a program that no node has any more.
  using Drop = std::function<void(const hal::Program* program)>;

  ChainTree(Make make, Drop drop, const Limits& limits)
      : make_(std::move(make)), drop_(std::move(drop)), limits_(limits) {}

  Node* root() { return &root_; }
  // The node for one more step; null where there is none.
  static Node* Find(const Node* node, uint64_t word);
  // Programs that were made since have their nodes now.
  void TakeMade() {
    if (any_made_.load(std::memory_order_acquire)) TakeAllMade();
  }

  // What follows may forget nodes and drop programs, but not `in_use`, nor
  // their programs.
  using Nodes = Span<const Node* const>;
  // Notes that a chain was these steps, and has a program made once they were
  // seen often enough.
  void Learn(Span<const uint64_t> words, Nodes in_use);
  // Notes that a chain of these steps was joined by another one.
  void LearnPart(Span<const uint64_t> words, Nodes in_use);
  // Notes that a chain ended at a node that it waited at.
  void Use(Node* node);

  size_t program_count() const { return programs_; }
  size_t node_count() const { return nodes_; }

 private:
  // With each so many programs more, twice as often, or in half the time.
  static constexpr size_t kProgramsADoubling = 32;
  static constexpr uint32_t kSeenEnough = 2;
  static constexpr uint64_t kSoon = 4096;

  // Whether a sequence, which was seen `since` the last time, gets a program.
  bool IsEnough(uint32_t seen, uint64_t since) const;
  Node* FindOrAdd(Span<const uint64_t> words, Nodes in_use);
  void TakeAllMade();
  void Take(Node* node, const hal::Program* program);
  // Drops the program that was not used for longest; false where all were
  // used lately.
  bool DropOne(Nodes in_use);
  // Takes a node's own program from it.
  void DropOwn(Node* node);
  // Half of the nodes that may be, those that were not seen for longest.
  void ForgetNodes(Nodes in_use);

  const Make make_;
  const Drop drop_;
  const Limits limits_;
  Node root_;
  uint64_t now_ = 0;
  size_t nodes_ = 0;
  size_t programs_ = 0;
  std::vector<Node*> owners_;  // that have a program of their own

  std::atomic<bool> any_made_{false};
  std::mutex made_mutex_;
  std::vector<std::pair<Node*, const hal::Program*>> made_;  // guarded by it
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_CHAIN_TREE_H_
