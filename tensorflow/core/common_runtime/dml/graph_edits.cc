#include "tensorflow/core/common_runtime/dml/graph_edits.h"

#include <algorithm>

#include "tensorflow/core/common_runtime/dml/base_compat.h"
#include "tensorflow/core/framework/node_def_util.h"
#include "tensorflow/core/framework/tensor.pb.h"

namespace tensorflow {
namespace dml {
namespace {

// Whether a node only passes on that some inside of a replacement have run.
bool IsBetween(const Node& node, const Nodes& inside) {
  if (node.type_string() != "NoOp" && !node.IsConstant()) return false;
  for (const Edge* edge : node.in_edges()) {
    if (!edge->src()->IsSource() && inside.count(edge->src()) == 0) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool IsOneOf(const Node& node, std::initializer_list<const char*> ops) {
  return std::find(ops.begin(), ops.end(), node.type_string()) != ops.end();
}

bool ReadConstant(const Node& node, Tensor* value) {
  const TensorProto* proto = nullptr;
  return node.IsConstant() && GetNodeAttr(node.attrs(), "value", &proto).ok() &&
         value->FromProto(*proto);
}

bool IsPass(const Node& node) {
  return IsOneOf(node,
                 {"Identity", "Snapshot", "StopGradient", "PreventGradient"});
}

bool ReadIntegers(const Node& node, std::vector<int64>* values) {
  Tensor value;
  if (!ReadConstant(node, &value)) return false;
  values->clear();
  for (int64 i = 0; i < value.NumElements(); ++i) {
    if (value.dtype() == DT_INT32) {
      values->push_back(value.flat<int32>()(i));
    } else if (value.dtype() == DT_INT64) {
      values->push_back(value.flat<int64>()(i));
    } else {
      return false;
    }
  }
  return true;
}

bool ReadNumber(const Node& node, double* value) {
  Tensor tensor;
  if (!ReadConstant(node, &tensor) || tensor.dtype() != DT_FLOAT ||
      tensor.dims() != 0) {
    return false;
  }
  *value = tensor.flat<float>()(0);
  return true;
}

bool InputOf(const Node& node, int index, NodeOutput* input) {
  const Edge* edge;
  if (index >= node.num_inputs() || !node.input_edge(index, &edge).ok()) {
    return false;
  }
  *input = {edge->src(), edge->src_output()};
  return true;
}

NodeOutput Origin(NodeOutput output) {
  NodeOutput input;
  while (IsPass(*output.first) && InputOf(*output.first, 0, &input)) {
    output = input;
  }
  return output;
}

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

bool IsPossible(const NodeOutput& first, Replacement* replacement) {
  for (const Node* node : replacement->inside) {
    for (const Edge* edge : node->in_edges()) {
      if (edge->IsControlEdge() && !edge->src()->IsSource() &&
          replacement->inside.count(edge->src()) == 0 &&
          !IsBetween(*edge->src(), replacement->inside)) {
        replacement->waits_for.insert(edge->src());
      }
    }
  }
  std::vector<std::pair<const Node*, int>> outputs;
  for (const NodeOutput& input : replacement->inputs) {
    // Means and deviations are made of the same.
    if (replacement->inside.count(input.first) > 0) return false;
    outputs.emplace_back(input.first, input.second);
  }
  for (const Node* node : replacement->waits_for) {
    outputs.emplace_back(node, Graph::kControlSlot);
  }
  const Ancestors ancestors = AncestorsOf(outputs);
  for (const Node* node : replacement->inside) {
    if (ancestors.nodes.count(node) > 0) return false;
  }
  const auto branches = AncestorsOf({{first.first, first.second}}).branches;
  return std::includes(branches.begin(), branches.end(),
                       ancestors.branches.begin(), ancestors.branches.end());
}

Status Make(NodeBuilder* builder, const Replacement& replacement,
            const Node& like, Graph* graph, Node** made) {
  TF_RETURN_IF_ERROR(
      builder->Device(like.requested_device()).Finalize(graph, made));
  (*made)->set_assigned_device_name(like.assigned_device_name());
  for (Node* node : replacement.waits_for) graph->AddControlEdge(node, *made);
  return OkStatus();
}

void RemoveUnused(std::vector<Node*> nodes, Node* made, Nodes* removed,
                  Graph* graph) {
  for (bool changed = true; changed;) {
    changed = false;
    for (Node*& node : nodes) {
      if (node == nullptr ||
          std::any_of(
              node->out_edges().begin(), node->out_edges().end(),
              [](const Edge* edge) { return !edge->IsControlEdge(); })) {
        continue;
      }
      const std::vector<const Edge*> edges(node->out_edges().begin(),
                                           node->out_edges().end());
      for (const Edge* edge : edges) {
        if (edge->dst() != made) graph->AddControlEdge(made, edge->dst());
      }
      removed->insert(node);
      graph->RemoveNode(node);
      node = nullptr;
      changed = true;
    }
  }
}

}  // namespace dml
}  // namespace tensorflow
