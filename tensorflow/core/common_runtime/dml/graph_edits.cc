#include "tensorflow/core/common_runtime/dml/graph_edits.h"

namespace tensorflow {
namespace dml {

Ancestors AncestorsOf(std::vector<std::pair<const Node*, int>> outputs) {
  Ancestors found;
  while (!outputs.empty()) {
    const Node* const source = outputs.back().first;
    const int output = outputs.back().second;
    outputs.pop_back();
    if (source->IsNextIteration()) continue;  // of the iteration before
    const Node* predicate;
    if (source->IsSwitch() && source->input_node(1, &predicate).ok()) {
      found.branches.emplace(predicate, output);
    }
    if (!found.nodes.insert(source).second) continue;
    for (const Edge* edge : source->in_edges()) {
      outputs.emplace_back(edge->src(), edge->src_output());
    }
  }
  return found;
}

void MoveReader(const Edge* edge, Node* source, int output, Graph* graph) {
  Node* const reader = edge->dst();
  const int input = edge->dst_input();
  graph->RemoveEdge(edge);
  graph->AddEdge(source, output, reader, input);
}

void MoveReaders(const std::pair<Node*, int>& from, Node* source, int output,
                 Graph* graph) {
  std::vector<const Edge*> edges;
  for (const Edge* edge : from.first->out_edges()) {
    if (edge->src_output() == from.second && edge->dst() != source) {
      edges.push_back(edge);
    }
  }
  for (const Edge* edge : edges) MoveReader(edge, source, output, graph);
}

}  // namespace dml
}  // namespace tensorflow
