#include "tensorflow/core/common_runtime/dml/runtime/scheduler/chain_tree.h"

#include <algorithm>

namespace dml {
namespace {

bool Contains(ChainTree::Nodes nodes, const ChainTree::Node* node) {
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

}  // namespace

ChainTree::Node* ChainTree::Find(const Node* node, uint64_t word) {
  for (const auto& child : node->children_) {
    if (child->word_ == word) return child.get();
  }
  return nullptr;
}

ChainTree::Node* ChainTree::FindOrAdd(Span<const uint64_t> words,
                                      Nodes in_use) {
  if (nodes_ + words.size() > limits_.nodes) ForgetNodes(in_use);
  Node* node = &root_;
  for (const uint64_t word : words) {
    Node* next = Find(node, word);
    if (next == nullptr) {
      ++nodes_;
      node->children_.push_back(std::make_unique<Node>());
      next = node->children_.back().get();
      next->word_ = word;
      next->parent_ = node;
      next->last_ = now_;
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

void ChainTree::Learn(Span<const uint64_t> words, Nodes in_use) {
  ++now_;
  if (words.size() < 2) return;
  Node* const node = FindOrAdd(words, in_use);
  const uint64_t since = now_ - node->last_;
  node->last_ = now_;
  if (since > limits_.long_time) node->seen_ = 0;
  ++node->seen_;
  if (node->has_program() || node->asked_ || node->refused_ ||
      !IsEnough(node->seen_, since) ||
      (programs_ == limits_.programs && !DropOne(in_use))) {
    return;
  }
  node->asked_ = true;
  ++programs_;
  make_(words, [this, node](const hal::Program* program) {
    std::lock_guard<std::mutex> lock(made_mutex_);
    made_.emplace_back(node, program);
    any_made_.store(true, std::memory_order_release);
  });
}

void ChainTree::LearnPart(Span<const uint64_t> words, Nodes in_use) {
  if (words.size() > 1) return Learn(words, in_use);
  ++now_;
  Node* const node = FindOrAdd(words, in_use);
  node->last_ = now_;
  node->joins_ = node->joins_ || ++node->seen_ >= kSeenEnough;
}

void ChainTree::Use(Node* node) {
  node->last_ = ++now_;
  if (node->has_program()) node->owner_->last_ = now_;
  // The steps before a tail wait by a program of theirs.
  Node* const above = node->parent_;
  if (!node->serves_beginnings() && above->has_program()) {
    above->owner_->last_ = now_;
  }
}

void ChainTree::TakeAllMade() {
  std::vector<std::pair<Node*, const hal::Program*>> made;
  {
    std::lock_guard<std::mutex> lock(made_mutex_);
    made.swap(made_);
    any_made_.store(false, std::memory_order_relaxed);
  }
  for (const auto& [node, program] : made) Take(node, program);
}

void ChainTree::Take(Node* node, const hal::Program* program) {
  node->asked_ = false;
  // A longer sequence's may have been made meanwhile.
  if (program == nullptr || node->has_program()) {
    node->refused_ = program == nullptr;
    --programs_;
    if (program != nullptr) drop_(program);
    return;
  }
  node->own_ = program;
  node->owner_ = node;
  node->last_ = now_;
  owners_.push_back(node);
  if (!node->serves_beginnings()) return;
  for (Node* above = node->parent_; above != &root_; above = above->parent_) {
    if (above->owner_ == above) DropOwn(above);
    if (!above->has_program()) above->owner_ = node;
  }
}

void ChainTree::DropOwn(Node* node) {
  owners_.erase(std::find(owners_.begin(), owners_.end(), node));
  --programs_;
  drop_(std::exchange(node->own_, nullptr));
  for (Node* above = node; above != &root_ && above->owner_ == node;
       above = above->parent_) {
    above->owner_ = nullptr;
    for (const auto& child : above->children_) {
      if (child->has_program() && child->serves_beginnings()) {
        above->owner_ = child->owner_;
      }
    }
  }
}

bool ChainTree::DropOne(Nodes in_use) {
  Node* oldest = nullptr;
  for (Node* owner : owners_) {
    const bool used =
        std::any_of(in_use.begin(), in_use.end(), [owner](const Node* node) {
          return node != nullptr && node->owner_ == owner;
        });
    if (!used && (oldest == nullptr || owner->last_ < oldest->last_)) {
      oldest = owner;
    }
  }
  if (oldest == nullptr || now_ - oldest->last_ <= limits_.long_time)
    return false;
  DropOwn(oldest);
  return true;
}

void ChainTree::ForgetNodes(Nodes in_use) {
  const auto may_go = [in_use](const Node& node) {
    return node.children_.empty() && !node.has_program() && !node.asked_ &&
           !Contains(in_use, &node);
  };
  std::vector<Node*> parents = {&root_};  // each behind its own
  std::vector<uint64_t> times;            // when those were seen that may go
  for (size_t i = 0; i < parents.size(); ++i) {
    for (const auto& child : parents[i]->children_) {
      if (may_go(*child)) {
        times.push_back(child->last_);
      } else if (!child->children_.empty()) {
        parents.push_back(child.get());
      }
    }
  }
  if (times.empty()) return;
  const auto middle = times.begin() + times.size() / 2;
  std::nth_element(times.begin(), middle, times.end());
  for (Node* parent : parents) {
    auto& children = parent->children_;
    const auto gone = std::remove_if(
        children.begin(), children.end(), [may_go, middle](const auto& child) {
          return child->last_ <= *middle && may_go(*child);
        });
    nodes_ -= children.end() - gone;
    children.erase(gone, children.end());
  }
}

}  // namespace dml
