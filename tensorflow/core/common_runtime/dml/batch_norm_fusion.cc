#include "tensorflow/core/common_runtime/dml/batch_norm_fusion.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tensorflow/core/common_runtime/dml/base_compat.h"
#include "tensorflow/core/common_runtime/dml/graph_edits.h"
#include "tensorflow/core/common_runtime/dml/placed_graphs.h"
#include "tensorflow/core/framework/node_def_util.h"
#include "tensorflow/core/graph/graph.h"
#include "tensorflow/core/graph/node_builder.h"
#include "tensorflow/core/lib/core/status.h"
#include "tensorflow/core/lib/gtl/array_slice.h"

namespace tensorflow {
namespace dml {
namespace {

constexpr char kAveragingFactor[] = "exponential_avg_factor";

bool ReadsOnlyShapes(const Node& node) {
  return IsOneOf(node, {"Shape", "ShapeN", "Size", "Rank"});
}

bool IsOfTraining(const Node& node) {
  bool training = false;
  return GetNodeAttr(node.attrs(), "is_training", &training).ok() && training;
}

// Of volumes, on TensorFlow 2.x, there is no _FusedBatchNormEx.
bool IsOfImages(const Node& node) {
  string format;
  return GetNodeAttr(node.attrs(), "data_format", &format).ok() &&
         (format == "NHWC" || format == "NCHW");
}

// As _FusedBatchNormEx has it; null for other nodes.
const char* Activation(const Node& node) {
  if (node.type_string() == "Relu") return "Relu";
  return node.type_string() == "Relu6" ? "Relu6" : nullptr;
}

const char* ActivationOfGradient(const Node& node) {
  if (node.type_string() == "ReluGrad") return "Relu";
  return node.type_string() == "Relu6Grad" ? "Relu6" : nullptr;
}

using Edges = std::vector<const Edge*>;

// The only edge that takes the values of a node's first output, or null. Edges
// of nodes that take no more than its shape go to `shapes`.
const Edge* OnlyReader(const Node& node, Edges* shapes) {
  const Edge* reader = nullptr;
  for (const Edge* edge : node.out_edges()) {
    if (edge->src_output() != 0) continue;  // control edges have -1
    if (ReadsOnlyShapes(*edge->dst())) {
      shapes->push_back(edge);
    } else if (reader != nullptr) {
      return nullptr;
    } else {
      reader = edge;
    }
  }
  return reader;
}

// Whether `node` waits for nothing, beside its inputs, that `earlier` does not.
bool WaitsForNoMore(const Node& node, const Node& earlier) {
  const auto& awaited = earlier.in_edges();
  return std::all_of(
      node.in_edges().begin(), node.in_edges().end(), [&](const Edge* edge) {
        return !edge->IsControlEdge() || edge->src()->IsSource() ||
               std::any_of(awaited.begin(), awaited.end(),
                           [&](const Edge* other) {
                             return other->IsControlEdge() &&
                                    other->src() == edge->src();
                           });
      });
}

bool OnSameDevice(const Node& a, const Node& b) {
  return a.assigned_device_name() == b.assigned_device_name();
}

// Whether a batch norm may wait for a tensor too: whatever lets it run makes
// that as well, and not of its results.
bool MayWaitFor(const Edge* side, const Node* norm) {
  const Ancestors of_side = AncestorsOf({{side->src(), side->src_output()}});
  if (of_side.nodes.count(norm) > 0) return false;
  if (of_side.branches.empty()) return true;
  std::vector<std::pair<const Node*, int>> inputs;
  for (const Edge* edge : norm->in_edges()) {
    inputs.emplace_back(edge->src(), edge->src_output());
  }
  const Ancestors of_norm = AncestorsOf(inputs);
  return std::includes(of_norm.branches.begin(), of_norm.branches.end(),
                       of_side.branches.begin(), of_side.branches.end());
}

// A batch norm and what follows.
struct Forward {
  Node* norm = nullptr;
  Node* add = nullptr;         // or none
  int side = 0;                // its input that is not the batch norm
  Node* activation = nullptr;  // or none
  // What takes only the shape of what lies between.
  Edges norm_shapes, add_shapes;

  Node* last() const { return activation != nullptr ? activation : add; }
};

bool FindForward(Node* norm, Forward* found) {
  found->norm = norm;
  const auto follows = [norm](const Edge* edge) {
    return edge != nullptr && OnSameDevice(*edge->dst(), *norm) &&
           WaitsForNoMore(*edge->dst(), *norm);
  };
  const Edge* edge = OnlyReader(*norm, &found->norm_shapes);
  if (!follows(edge)) return false;
  if (IsOneOf(*edge->dst(), {"Add", "AddV2"})) {
    found->add = edge->dst();
    found->side = 1 - edge->dst_input();
    const Edge* side;
    if (!found->add->input_edge(found->side, &side).ok() ||
        !MayWaitFor(side, norm)) {
      return false;
    }
    edge = OnlyReader(*found->add, &found->add_shapes);
    if (!follows(edge)) return true;
  }
  if (Activation(*edge->dst()) != nullptr) found->activation = edge->dst();
  return found->last() != nullptr;
}

// A ReluGrad or Relu6Grad that nothing but a batch norm's gradient takes, or
// null.
Node* FindActivationGradient(const Node& gradient) {
  const Edge* edge;
  if (!gradient.input_edge(0, &edge).ok()) return nullptr;
  Node* const found = edge->src();
  if (ActivationOfGradient(*found) == nullptr ||
      !OnSameDevice(*found, gradient)) {
    return nullptr;
  }
  for (const Edge* other : found->out_edges()) {
    if (other != edge && !other->dst()->IsSink()) return nullptr;
  }
  return found;
}

NodeBuilder::NodeOut Input(const Node& node, int index) {
  const Edge* edge;
  if (!node.input_edge(index, &edge).ok()) return NodeBuilder::NodeOut();
  return NodeBuilder::NodeOut(edge->src(), edge->src_output());
}

// Makes a node with the attributes that batch norms share, where `norm` is.
Status Finish(NodeBuilder* builder, const Node& norm, const string& activation,
              Graph* graph, Node** made) {
  float epsilon;
  string format;
  TF_RETURN_IF_ERROR(GetNodeAttr(norm.attrs(), "epsilon", &epsilon));
  TF_RETURN_IF_ERROR(GetNodeAttr(norm.attrs(), "data_format", &format));
  TF_RETURN_IF_ERROR(builder->Attr("epsilon", epsilon)
                         .Attr("data_format", format)
                         .Attr("is_training", true)
                         .Attr("activation_mode", activation)
                         .Device(norm.requested_device())
                         .Finalize(graph, made));
  (*made)->set_assigned_device_name(norm.assigned_device_name());
  return OkStatus();
}

// Has the readers of `node` read `made` instead, at the same numbers, and what
// waits for it or what it waits for too; then removes it.
void Replace(Node* node, Node* made, Graph* graph) {
  const Edges out(node->out_edges().begin(), node->out_edges().end());
  for (const Edge* edge : out) {
    if (edge->dst() == made) continue;
    if (edge->IsControlEdge()) {
      graph->AddControlEdge(made, edge->dst());
    } else {
      MoveReader(edge, made, edge->src_output(), graph);
    }
  }
  for (const Edge* edge : node->in_edges()) {
    if (edge->IsControlEdge() && edge->src() != made) {
      graph->AddControlEdge(edge->src(), made);
    }
  }
  graph->RemoveNode(node);
}

Status Fuse(const Forward& found, Graph* graph) {
  const Node& norm = *found.norm;
  NodeBuilder builder(norm.name(), "_FusedBatchNormEx", graph->op_registry());
  for (int i = 0; i < 5; ++i) builder.Input(Input(norm, i));
  std::vector<NodeBuilder::NodeOut> sides;
  if (found.add != nullptr) sides.push_back(Input(*found.add, found.side));
  builder.Input(gtl::ArraySlice<NodeBuilder::NodeOut>(sides));
  // Of averages over steps, on TensorFlow 2.x.
  float factor;
  if (GetNodeAttr(norm.attrs(), kAveragingFactor, &factor).ok()) {
    builder.Attr(kAveragingFactor, factor);
  }
  Node* made;
  TF_RETURN_IF_ERROR(Finish(
      &builder, norm,
      found.activation != nullptr ? Activation(*found.activation) : "Identity",
      graph, &made));

  const Edge* x;
  TF_RETURN_IF_ERROR(norm.input_edge(0, &x));
  for (const Edge* edge : found.norm_shapes) {
    // An addition may have made it larger.
    if (found.add != nullptr) {
      MoveReader(edge, x->src(), x->src_output(), graph);
    } else {
      MoveReader(edge, made, 0, graph);
    }
  }
  if (found.activation != nullptr) {
    for (const Edge* edge : found.add_shapes) MoveReader(edge, made, 0, graph);
    Replace(found.activation, made, graph);
  }
  if (found.add != nullptr) Replace(found.add, made, graph);
  Replace(found.norm, made, graph);
  return OkStatus();
}

Status FuseGradient(Node* activation, Node* gradient, Graph* graph) {
  NodeBuilder builder(gradient->name(), kBatchNormGradEx, graph->op_registry());
  builder.Input(Input(*activation, 0)).Input(Input(*activation, 1));
  for (int i = 1; i < 5; ++i) builder.Input(Input(*gradient, i));
  Node* made;
  TF_RETURN_IF_ERROR(Finish(&builder, *gradient,
                            ActivationOfGradient(*activation), graph, &made));
  Replace(gradient, made, graph);
  Replace(activation, made, graph);
  return OkStatus();
}

Status FuseBatchNorms(const GraphOptimizationPassOptions& options,
                      Graph* graph) {
  if (FusionsAreOff(options)) return OkStatus();
  std::vector<Node*> norms, gradients;
  for (Node* node : graph->op_nodes()) {
    if (IsOneOf(*node,
                {"FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"})) {
      if (IsOfTraining(*node) && IsOfImages(*node) && IsOnDml(*node)) {
        norms.push_back(node);
      }
    } else if (IsOneOf(*node, {"FusedBatchNormGrad", "FusedBatchNormGradV2",
                               "FusedBatchNormGradV3"})) {
      if (IsOfTraining(*node) && IsOnDml(*node)) gradients.push_back(node);
    }
  }
  for (Node* norm : norms) {
    Forward found;
    if (FindForward(norm, &found)) TF_RETURN_IF_ERROR(Fuse(found, graph));
  }
  for (Node* gradient : gradients) {
    Node* const activation = FindActivationGradient(*gradient);
    if (activation == nullptr) continue;
    TF_RETURN_IF_ERROR(FuseGradient(activation, gradient, graph));
  }
  return OkStatus();
}

const bool registered =
    RegisterPlacedGraphPass("DmlBatchNormFusion", kFusionPhase, FuseBatchNorms);

}  // namespace
}  // namespace dml
}  // namespace tensorflow
