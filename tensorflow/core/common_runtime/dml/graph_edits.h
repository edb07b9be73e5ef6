// What passes over placed graphs ask and do alike.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_GRAPH_EDITS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_GRAPH_EDITS_H_

#include <initializer_list>
#include <set>
#include <unordered_set>
#include <utility>
#include <vector>

#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/graph/graph.h"
#include "tensorflow/core/graph/node_builder.h"
#include "tensorflow/core/lib/core/status.h"

namespace tensorflow {
namespace dml {

// A node's output.
using NodeOutput = std::pair<Node*, int>;

bool IsOneOf(const Node& node, std::initializer_list<const char*> ops);
// A constant's value.
bool ReadConstant(const Node& node, Tensor* value);
// Of a constant of numbers on either side: all of its elements.
bool ReadIntegers(const Node& node, std::vector<int64>* values);
// Of a constant of one float.
bool ReadNumber(const Node& node, double* value);
bool InputOf(const Node& node, int index, NodeOutput* input);
// Whether a node passes its input on, as Identity does.
bool IsPass(const Node& node);
// What such nodes, if there are any, pass on.
NodeOutput Origin(NodeOutput output);

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

using Nodes = std::set<const Node*>;

// A node that takes the place of others.
struct Replacement {
  std::vector<NodeOutput> inputs;
  Nodes inside;               // what it may take the place of
  std::set<Node*> waits_for;  // other nodes, by control edges
};

// Whether what the replacement waits for, which this finds out, depends on
// nothing that follows from it, and on no branches that `first`, of which all
// of it is made, does not.
bool IsPossible(const NodeOutput& first, Replacement* replacement);
// Makes it on the device of `like`. `builder` has attributes and inputs.
Status Make(NodeBuilder* builder, const Replacement& replacement,
            const Node& like, Graph* graph, Node** made);
// Removes of `nodes` those whose results nothing takes any more, and adds them
// to `removed`; what waited for them waits for `made`.
void RemoveUnused(std::vector<Node*> nodes, Node* made, Nodes* removed,
                  Graph* graph);

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_GRAPH_EDITS_H_
