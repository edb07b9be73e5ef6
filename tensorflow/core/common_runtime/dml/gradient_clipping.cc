#include "tensorflow/core/common_runtime/dml/gradient_clipping.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "tensorflow/core/common_runtime/dml/base_compat.h"
#include "tensorflow/core/common_runtime/dml/graph_edits.h"
#include "tensorflow/core/common_runtime/dml/placed_graphs.h"
#include "tensorflow/core/framework/node_def_util.h"
#include "tensorflow/core/graph/graph.h"
#include "tensorflow/core/graph/node_builder.h"
#include "tensorflow/core/lib/core/status.h"

namespace tensorflow {
namespace dml {
namespace {

struct Clipping {
  Node* norm = nullptr;
  std::vector<NodeOutput> x;
  std::vector<Node*> products;  // with the scale, in the order of x
  NodeOutput clip = {nullptr, 0};
  NodeOutput scale = {nullptr, 0};
  std::vector<Node*> inside;  // all but the products
};

// Input `index` of a node, behind those that only pass it on.
bool OriginOf(const Node& node, int index, NodeOutput* input) {
  if (!InputOf(node, index, input)) return false;
  *input = Origin(*input);
  return true;
}

// Of an op of two inputs that may change places, the one that is not `one`.
bool OtherInput(const Node& node, const NodeOutput& one, NodeOutput* other) {
  for (int i = 0; i < 2; ++i) {
    NodeOutput input;
    if (OriginOf(node, i, &input) && input == one) {
      return OriginOf(node, 1 - i, other);
    }
  }
  return false;
}

bool IsNumber(const NodeOutput& output, double value) {
  double number;
  return ReadNumber(*output.first, &number) && number == value;
}

// Nodes that take an output, also through those that only pass it on, which are
// added to `passes`.
std::vector<Node*> ReadersOf(const NodeOutput& output,
                             std::vector<Node*>* passes) {
  std::vector<Node*> readers;
  std::vector<NodeOutput> outputs = {output};
  while (!outputs.empty()) {
    const NodeOutput from = outputs.back();
    outputs.pop_back();
    for (const Edge* edge : from.first->out_edges()) {
      if (edge->src_output() != from.second) continue;
      if (IsPass(*edge->dst())) {
        passes->push_back(edge->dst());
        outputs.emplace_back(edge->dst(), 0);
      } else {
        readers.push_back(edge->dst());
      }
    }
  }
  return readers;
}

// 1 / x; `node` may be anything.
bool IsInverse(const Node& node, NodeOutput* x) {
  NodeOutput one;
  if (IsOneOf(node, {"Reciprocal", "Inv"})) return OriginOf(node, 0, x);
  return IsOneOf(node, {"RealDiv", "Div"}) && OriginOf(node, 0, &one) &&
         IsNumber(one, 1) && OriginOf(node, 1, x);
}

// Sqrt(2 * Sum(Pack(L2Loss(x)...))).
bool FindNorm(Node* root, Clipping* found) {
  NodeOutput twice, sum, factor, pack, axes;
  if (!OriginOf(*root, 0, &twice) || !IsOneOf(*twice.first, {"Mul"})) {
    return false;
  }
  bool doubles = false;
  for (int i = 0; i < 2 && !doubles; ++i) {
    doubles = OriginOf(*twice.first, i, &factor) && IsNumber(factor, 2) &&
              OriginOf(*twice.first, 1 - i, &sum);
  }
  std::vector<int64> indices;
  bool keeps = true;
  if (!doubles || !IsOneOf(*sum.first, {"Sum"}) ||
      !GetNodeAttr(sum.first->attrs(), "keep_dims", &keeps).ok() || keeps ||
      !OriginOf(*sum.first, 0, &pack) || !IsOneOf(*pack.first, {"Pack"}) ||
      !OriginOf(*sum.first, 1, &axes) || !ReadIntegers(*axes.first, &indices) ||
      indices.size() != 1 || (indices[0] != 0 && indices[0] != -1)) {
    return false;
  }
  found->norm = root;
  found->inside = {root, twice.first, sum.first, pack.first};
  for (int i = 0; i < pack.first->num_inputs(); ++i) {
    NodeOutput loss, x;
    if (!OriginOf(*pack.first, i, &loss) || !IsOneOf(*loss.first, {"L2Loss"}) ||
        !OriginOf(*loss.first, 0, &x)) {
      return false;
    }
    found->inside.push_back(loss.first);
    found->x.push_back(x);
  }
  return found->x.size() > 1;
}

// Whether `inverse` is 1 / clip.
bool IsInverseOf(const NodeOutput& inverse, const NodeOutput& clip) {
  NodeOutput x;
  if (IsInverse(*inverse.first, &x)) return x == clip;
  double a, b;
  return ReadNumber(*inverse.first, &a) && ReadNumber(*clip.first, &b) &&
         static_cast<float>(a) == 1.0f / static_cast<float>(b);
}

// Whether a node makes the scale of the product, which is scaled where the norm
// is finite, or NaN.
bool IsScale(const Node& node, const NodeOutput& norm,
             const NodeOutput& product, Clipping* found) {
  NodeOutput condition, other, a, b;
  double number;
  if (IsOneOf(node, {"Select", "SelectV2"})) {
    if (!OriginOf(node, 0, &condition) || !OriginOf(node, 1, &a) ||
        !OriginOf(node, 2, &other) || a != product ||
        !IsOneOf(*condition.first, {"IsFinite"}) ||
        !OriginOf(*condition.first, 0, &b) || b != norm ||
        !ReadNumber(*other.first, &number) || !std::isnan(number)) {
      return false;
    }
    found->inside.push_back(condition.first);
    return true;
  }
  if (!IsOneOf(node, {"Add", "AddV2"}) || !OtherInput(node, product, &other) ||
      !IsOneOf(*other.first, {"Sub"}) || !OriginOf(*other.first, 0, &a) ||
      !OriginOf(*other.first, 1, &b) || a != norm || b != norm) {
    return false;
  }
  found->inside.push_back(other.first);
  return true;
}

// The scale that is made of Minimum(1 / norm, `inverse`), and of which clip.
bool FindScaleOf(Node* minimum, const NodeOutput& inverse, Clipping* found) {
  const NodeOutput norm = {found->norm, 0}, least = {minimum, 0};
  // What is multiplied by 1 has no product any more.
  std::vector<std::pair<NodeOutput, NodeOutput>> products;  // and their clip
  if (IsNumber(inverse, 1)) products.emplace_back(least, inverse);
  for (Node* node : ReadersOf(least, &found->inside)) {
    NodeOutput clip;
    if (IsOneOf(*node, {"Mul"}) && OtherInput(*node, least, &clip) &&
        IsInverseOf(inverse, clip)) {
      products.push_back({{node, 0}, clip});
    }
  }
  for (const auto& product : products) {
    for (Node* node : ReadersOf(product.first, &found->inside)) {
      if (!IsScale(*node, norm, product.first, found)) continue;
      found->scale = {node, 0};
      found->clip = product.second;
      found->inside.push_back(node);
      found->inside.push_back(product.first.first);
      return true;
    }
  }
  return false;
}

bool FindScale(Clipping* found) {
  const NodeOutput norm = {found->norm, 0};
  for (Node* inverse : ReadersOf(norm, &found->inside)) {
    NodeOutput x;
    if (!IsInverse(*inverse, &x) || x != norm) continue;
    for (Node* minimum : ReadersOf({inverse, 0}, &found->inside)) {
      NodeOutput other;
      if (IsOneOf(*minimum, {"Minimum"}) &&
          OtherInput(*minimum, {inverse, 0}, &other) &&
          FindScaleOf(minimum, other, found)) {
        found->inside.push_back(inverse);
        found->inside.push_back(minimum);
        NodeOutput clip;
        if (IsInverse(*other.first, &clip)) {
          found->inside.push_back(other.first);
        }
        return true;
      }
    }
  }
  return false;
}

// Each x times the scale, which nothing else takes.
bool FindProducts(Clipping* found) {
  found->products.assign(found->x.size(), nullptr);
  for (Node* node : ReadersOf(found->scale, &found->inside)) {
    NodeOutput x;
    if (!IsOneOf(*node, {"Mul"}) || !OtherInput(*node, found->scale, &x)) {
      return false;
    }
    const auto at = std::find(found->x.begin(), found->x.end(), x);
    if (at == found->x.end()) return false;
    Node*& product = found->products[at - found->x.begin()];
    if (product != nullptr) return false;
    product = node;
  }
  return std::count(found->products.begin(), found->products.end(), nullptr) ==
         0;
}

Status Fuse(Node* root, Graph* graph) {
  Clipping found;
  if (!FindNorm(root, &found) || !FindScale(&found) || !FindProducts(&found)) {
    return OkStatus();
  }
  Replacement replacement;
  replacement.inputs = found.x;
  replacement.inputs.push_back(found.clip);
  replacement.inside.insert(found.inside.begin(), found.inside.end());
  replacement.inside.insert(found.products.begin(), found.products.end());
  for (const Node* node : replacement.inside) {
    if (node->assigned_device_name() != root->assigned_device_name()) {
      return OkStatus();
    }
  }
  if (!IsPossible(found.scale, &replacement)) return OkStatus();

  NodeBuilder builder(graph->NewName(root->name() + "/ClipByGlobalNorm"),
                      kClipByGlobalNorm, graph->op_registry());
  std::vector<NodeBuilder::NodeOut> x;
  for (const NodeOutput& each : found.x)
    x.emplace_back(each.first, each.second);
  builder.Input(x).Input(found.clip.first, found.clip.second);
  Node* made;
  TF_RETURN_IF_ERROR(Make(&builder, replacement, *root, graph, &made));
  const int count = static_cast<int>(found.x.size());
  for (int i = 0; i < count; ++i) {
    MoveReaders({found.products[i], 0}, made, i, graph);
  }
  MoveReaders({found.norm, 0}, made, count, graph);
  std::vector<Node*> nodes(found.products);
  // Each once: removing one twice would touch what is gone.
  for (Node* node : found.inside) {
    if (std::find(nodes.begin(), nodes.end(), node) == nodes.end()) {
      nodes.push_back(node);
    }
  }
  Nodes removed;
  RemoveUnused(nodes, made, &removed, graph);
  return OkStatus();
}

Status FuseClippings(const GraphOptimizationPassOptions& options,
                     Graph* graph) {
  if (FusionsAreOff(options)) return OkStatus();
  std::vector<Node*> roots;
  for (Node* node : graph->op_nodes()) {
    if (node->type_string() == "Sqrt" && IsOnDml(*node) &&
        node->output_type(0) == DT_FLOAT) {
      roots.push_back(node);
    }
  }
  for (Node* root : roots) TF_RETURN_IF_ERROR(Fuse(root, graph));
  return OkStatus();
}

const bool registered =
    RegisterPlacedGraphPass("DmlGradientClipping", kFusionPhase, FuseClippings);

}  // namespace
}  // namespace dml
}  // namespace tensorflow
