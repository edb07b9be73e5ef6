#include "tensorflow/core/common_runtime/dml/runtime/scheduler/chain_tree.h"

#include <utility>

namespace dml {

ChainTree::Node* ChainTree::Find(const Node* node, uint64_t word) {
  for (const auto& child : node->children) {
    if (child->word == word) return child.get();
  }
  return nullptr;
}

ChainTree::Node* ChainTree::FindOrAdd(Span<const uint64_t> words) {
  Node* node = &root_;
  for (const uint64_t word : words) {
    Node* next = Find(node, word);
    if (next == nullptr) {
      if (nodes_ == kMaxNodes) return nullptr;
      ++nodes_;
      node->children.push_back(std::make_unique<Node>());
      next = node->children.back().get();
      next->word = word;
      next->parent = node;
    }
    node = next;
  }
  return node;
}

bool ChainTree::IsEnough(uint32_t seen, uint64_t since) const {
  const size_t doublings = programs_ / kProgramsADoubling;
  return seen >= kSeenEnough << doublings ||
         (seen >= kSeenEnough && since <= kSoon >> doublings);
}

void ChainTree::Learn(Span<const uint64_t> words) {
  if (words.size() < 2) return;
  Node* node = FindOrAdd(words);
  ++learned_;
  if (node == nullptr || node->asked || programs_ == kMaxPrograms) return;
  const uint64_t since = learned_ - node->last;
  node->last = learned_;
  if (!IsEnough(++node->seen, since)) return;
  node->asked = true;
  ++programs_;
  make_(words, [node](const hal::Program* program) {
    for (Node* n = node; n != nullptr; n = n->parent) {
      const hal::Program* none = nullptr;
      n->program.compare_exchange_strong(none, program);
    }
  });
}

void ChainTree::LearnPart(Span<const uint64_t> words) {
  if (words.size() > 1) return Learn(words);
  Node* node = FindOrAdd(words);
  if (node == nullptr || node->joins) return;
  node->joins = ++node->seen >= kSeenEnough;
}

}  // namespace dml
