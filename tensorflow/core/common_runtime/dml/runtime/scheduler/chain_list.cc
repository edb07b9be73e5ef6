#include "tensorflow/core/common_runtime/dml/runtime/scheduler/chain_list.h"

#include <algorithm>

#include "tensorflow/core/common_runtime/dml/runtime/scheduler/held_memory.h"

namespace dml {
namespace {

constexpr uint32_t kMaxInputs = ElementStep::kMaxInputs;

bool MayWait(const ChainTree::Node* node, uint32_t step_count) {
  if (node == nullptr) return false;
  return node->has_program() || (step_count == 1 && node->joins());
}

}  // namespace

// The chains whose values a step takes.
struct ChainList::Operands {
  int from[kMaxInputs] = {-1, -1, -1};  // the value, or -1: memory
  ElementChain* of[kMaxInputs] = {};    // its chain
  ElementChain* chains[kMaxInputs] = {};
  uint32_t chain_count = 0;

  bool Has(const ElementChain* chain) const {
    return std::find(chains, chains + chain_count, chain) !=
           chains + chain_count;
  }
  // From here on, values of that chain are memory.
  void Drop(const ElementChain* chain) {
    for (uint32_t i = 0; i < kMaxInputs; ++i) {
      if (of[i] != chain) continue;
      of[i] = nullptr;
      from[i] = -1;
    }
    chain_count = static_cast<uint32_t>(
        std::remove(chains, chains + chain_count, chain) - chains);
  }
};

ChainList::ChainList(ChainTree::Make make, ChainTree::Drop drop, Send send,
                     const ChainTree::Limits& limits)
    : tree_(std::move(make), std::move(drop), limits),
      send_(std::move(send)),
      slots_(kMaxChains),
      tails_(kMaxChains) {
  for (size_t i = 0; i < kMaxChains; ++i) {
    slots_[i].tail = &tails_[i];
    free_.push_back(&slots_[i]);
  }
  chains_.reserve(kMaxChains);
}

void ChainList::Forget() {
  free_.insert(free_.end(), chains_.begin(), chains_.end());
  chains_.clear();
  waiting_ = 0;
}

ChainTree::Nodes ChainList::InUse() {
  in_use_.assign({joined_.node});
  for (const ElementChain* chain : chains_) in_use_.push_back(chain->node);
  return in_use_;
}

void ChainList::SendWaiting(ElementChain* chain) {
  if (chain->sent) return;
  chain->sent = true;
  --waiting_;
  tree_.Use(chain->node);
  send_(*chain);
}

void ChainList::Remove(ElementChain* chain) {
  chains_.erase(std::find(chains_.begin(), chains_.end(), chain));
  free_.push_back(chain);
}

void ChainList::End(ElementChain* chain) {
  if (chain->sent) {
    uint64_t words[ElementChain::kMaxSteps];
    tree_.Learn({words, chain->Words(words)}, InUse());
  } else {
    SendWaiting(chain);
  }
  Remove(chain);
}

void ChainList::SendAll() {
  while (!chains_.empty()) End(chains_.front());
}

void ChainList::BeforeWork(Span<const BufferArgument> arguments) {
  EndConflicting(arguments);
}

void ChainList::EndConflicting(Span<const BufferArgument> arguments,
                               const ElementChain* but) {
  for (size_t c = 0; c < chains_.size();) {
    ElementChain* chain = chains_[c];
    const bool conflicts = std::any_of(
        arguments.begin(), arguments.end(), [chain](const BufferArgument& a) {
          return a.bytes > 0 && chain->Conflicts(a.address, a.bytes,
                                                 a.access != Access::kRead);
        });
    if (conflicts && chain != but) {
      End(chain);
    } else {
      ++c;
    }
  }
}

void ChainList::Discard(uint64_t address, uint64_t bytes) {
  for (size_t c = 0; c < chains_.size();) {
    ElementChain* chain = chains_[c];
    // If the chain waited, the memory would be kept for it.
    if (chain->sent && HeldMemory::MayHold(bytes)) {
      chain->Forget(address, bytes);
    }
    if (chain->Discard(address, bytes)) {
      ++c;
      continue;
    }
    // All that it makes is given back unread. It runs all the same, as it would
    // have done alone, and writes to this memory, which is nobody else's yet.
    End(chain);
  }
}

bool ChainList::Reads(uint64_t address, uint64_t bytes) const {
  for (const ElementChain* chain : chains_) {
    if (chain->sent) continue;
    for (uint32_t i = 0; i < chain->input_count; ++i) {
      if (chain->inputs[i].Overlaps(address, bytes)) return true;
    }
    if (chain->closed() && chain->tail->parts.Overlaps(address, bytes)) {
      return true;
    }
  }
  return false;
}

// Ends chains that conflict with the launch.
ChainList::Operands ChainList::FindOperands(const Launch& launch) {
  const ElementStep& step = *launch.step;
  Operands operands;
  for (size_t c = 0; c < chains_.size();) {
    ElementChain* const chain = chains_[c];
    const ElementChain::Relation relation =
        chain->RelationTo(step, launch.buffers);
    if (relation.conflicts) {
      End(chain);
      continue;
    }
    ++c;
    if (!relation.takes_values) continue;
    for (uint32_t i = 0; i < step.input_count; ++i) {
      if (relation.from[i] < 0 || operands.of[i] != nullptr) continue;
      operands.from[i] = relation.from[i];
      operands.of[i] = chain;
    }
  }
  for (uint32_t i = 0; i < step.input_count; ++i) {
    ElementChain* const chain = operands.of[i];
    if (chain == nullptr || operands.Has(chain)) continue;
    operands.chains[operands.chain_count++] = chain;
  }
  return operands;
}

// Several chains become one, in the order of the operands.
void ChainList::Join(const Launch& launch, Operands* operands) {
  ElementChain* const first = operands->chains[0];
  joined_ = *first;
  bool all_wait = !first->sent;
  uint32_t offsets[kMaxInputs] = {};
  for (uint32_t c = 1; c < operands->chain_count; ++c) {
    offsets[c] = joined_.step_count;
    if (joined_.Append(*operands->chains[c])) {
      all_wait = all_wait && !operands->chains[c]->sent;
    } else {
      ElementChain* const too_much = operands->chains[c--];
      operands->Drop(too_much);
      End(too_much);
    }
  }
  if (operands->chain_count == 1) return;
  int from[kMaxInputs];
  for (uint32_t i = 0; i < kMaxInputs; ++i) {
    from[i] = operands->from[i];
    for (uint32_t c = 0; from[i] >= 0 && c < operands->chain_count; ++c) {
      if (operands->of[i] != operands->chains[c]) continue;
      from[i] += static_cast<int>(offsets[c]);
      break;
    }
  }
  const uint64_t word =
      joined_.PlaceOf(*launch.step, launch.buffers, from).word;
  if (word == 0) {
    // The step has room in the first chain alone, if at all.
    while (operands->chain_count > 1) {
      ElementChain* const too_much = operands->chains[1];
      operands->Drop(too_much);
      End(too_much);
    }
    return;
  }
  ChainTree::Node* node = first->node;
  for (uint32_t k = first->step_count; node != nullptr; ++k) {
    const bool last = k == joined_.step_count;
    node = ChainTree::Find(node, last ? word : joined_.values[k].word);
    if (last) break;
    if (node != nullptr) joined_.node = node;
  }
  if (!all_wait || !MayWait(node, joined_.step_count + 1)) {
    if (node == nullptr) joined_.node = nullptr;
    for (uint32_t c = 0; c < operands->chain_count; ++c) {
      ElementChain* const part = operands->chains[c];
      SendWaiting(part);
      if (c == 0) continue;
      uint64_t words[ElementChain::kMaxSteps];
      tree_.LearnPart({words, part->Words(words)}, InUse());
    }
    joined_.sent = true;
  }
  for (uint32_t c = 1; c < operands->chain_count; ++c) {
    ElementChain* const part = operands->chains[c];
    if (!part->sent) {
      --waiting_;
      tree_.Use(part->node);
    }
    Remove(part);
  }
  *first = joined_;
  std::copy_n(from, kMaxInputs, operands->from);
  operands->chain_count = 1;
}

bool ChainList::Take(const Launch& launch, const hal::Binding* bindings,
                     const StepName& name) {
  tree_.TakeMade();
  const ElementStep& step = *launch.step;
  Operands operands = FindOperands(launch);
  if (operands.chain_count > 1) Join(launch, &operands);
  if (operands.chain_count == 1) {
    ElementChain* const chain = operands.chains[0];
    const ElementChain::Place place =
        chain->PlaceOf(step, launch.buffers, operands.from);
    if (place.word != 0) {
      ChainTree::Node* const next =
          chain->node == nullptr ? nullptr
                                 : ChainTree::Find(chain->node, place.word);
      if (!MayWait(next, chain->step_count + 1)) SendWaiting(chain);
      chain->Append(step, place, launch.buffers, bindings, operands.from, name);
      chain->node = next;
      return !chain->sent;
    }
    operands.Drop(chain);
    End(chain);
  }
  if (free_.empty()) End(chains_.front());
  ElementChain* const chain = free_.back();
  free_.pop_back();
  chains_.push_back(chain);
  chain->Clear(step.count);
  chain->Append(step, chain->PlaceOf(step, launch.buffers, operands.from),
                launch.buffers, bindings, operands.from, name);
  chain->node = ChainTree::Find(tree_.root(), chain->values[0].word);
  chain->sent = !MayWait(chain->node, 1);
  if (chain->sent) return false;
  ++waiting_;
  chain->alone.Keep(launch);
  return true;
}

bool ChainList::TakeTail(const Launch& launch, const hal::Binding* bindings,
                         const hal::Binding* second_bindings,
                         const StepName& name) {
  tree_.TakeMade();
  const Launch* const second = launch.tail->second;
  ElementChain* chain = nullptr;
  int from = -1;
  for (size_t c = 0; from < 0 && c < chains_.size(); ++c) {
    chain = chains_[c];
    from = chain->ValueOf(launch);
  }
  bool waits = false;
  if (from >= 0) {
    const uint64_t word =
        chain_word::OfTail(launch.tail->key, static_cast<uint32_t>(from));
    ChainTree::Node* const node =
        chain->node == nullptr ? nullptr : ChainTree::Find(chain->node, word);
    waits = !chain->sent && node != nullptr && node->has_program();
    if (waits) {
      chain->node = node;
    } else {
      SendWaiting(chain);
      uint64_t words[ElementChain::kMaxSteps];
      const uint32_t steps = chain->Words(words);
      // Its steps have to wait for the tail, which takes a program, too.
      tree_.LearnPart({words, steps}, InUse());
      words[steps] = word;
      tree_.Learn({words, steps + 1}, InUse());
      Remove(chain);
    }
  }
  const ElementChain* const but = waits ? chain : nullptr;
  EndConflicting(launch.buffers, but);
  if (!waits) return false;
  if (second != nullptr) EndConflicting(second->buffers, but);
  chain->Close(launch, from, bindings, second_bindings, name);
  return true;
}

}  // namespace dml
