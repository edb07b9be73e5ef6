// What passes over placed graphs ask and do alike.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_GRAPH_EDITS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_GRAPH_EDITS_H_

#include <set>
#include <unordered_set>
#include <utility>
#include <vector>

#include "tensorflow/core/graph/graph.h"

namespace tensorflow {
namespace dml {

// What a node's outputs depend on within an iteration of their loop.
struct Ancestors {
  std::unordered_set<const Node*> nodes;
  // Outputs of Switch by their predicates, which decide whether what follows is
  // dead.
  std::set<std::pair<const Node*, int>> branches;
};

// Of outputs, with the nodes that they are of.
Ancestors AncestorsOf(std::vector<std::pair<const Node*, int>> outputs);

// Has a reader read an output of another node.
void MoveReader(const Edge* edge, Node* source, int output, Graph* graph);
// All of an output's.
void MoveReaders(const std::pair<Node*, int>& from, Node* source, int output,
                 Graph* graph);

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_GRAPH_EDITS_H_
