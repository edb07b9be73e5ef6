#include "tensorflow/core/common_runtime/dml/layer_norm_fusion.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "tensorflow/core/common_runtime/dml/base_compat.h"
#include "tensorflow/core/common_runtime/dml/graph_edits.h"
#include "tensorflow/core/common_runtime/dml/placed_graphs.h"
#include "tensorflow/core/common_runtime/dml/row_values.h"
#include "tensorflow/core/framework/node_def_util.h"
#include "tensorflow/core/graph/graph.h"
#include "tensorflow/core/graph/node_builder.h"
#include "tensorflow/core/lib/core/status.h"

namespace tensorflow {
namespace dml {
namespace {

bool Is(const NodeOutput& output, const char* op) {
  return output.first->type_string() == op;
}

// What a layer norm begins with.
struct Moments {
  NodeOutput x, mean, inverse_stddev;
  std::vector<Node*> between;  // the sum, variance and squares
  double epsilon = 0;
  int axis = 0;
};

// Mean(x) along one dimension that stays, as 1. Along the first one, it is a
// batch norm's.
bool ReadMean(const NodeOutput& mean, NodeOutput* x, int* axis) {
  NodeOutput indices;
  std::vector<int64> axes;
  bool keep = false;
  if (!Is(mean, "Mean") || !InputOf(*mean.first, 0, x) ||
      !InputOf(*mean.first, 1, &indices) ||
      !ReadIntegers(*indices.first, &axes) || axes.size() != 1 ||
      axes[0] < -1 || axes[0] == 0 ||
      !GetNodeAttr(mean.first->attrs(), "keep_dims", &keep).ok() || !keep) {
    return false;
  }
  *axis = static_cast<int>(axes[0]);
  return true;
}

bool FindMoments(Node* rsqrt, Moments* found) {
  found->inverse_stddev = {rsqrt, 0};
  NodeOutput sum, variance, squares, minuend, subtrahend;
  if (!InputOf(*rsqrt, 0, &sum) || !(Is(sum, "Add") || Is(sum, "AddV2"))) {
    return false;
  }
  bool has_epsilon = false;
  for (int i = 0; i < 2 && !has_epsilon; ++i) {
    NodeOutput epsilon;
    has_epsilon = InputOf(*sum.first, i, &epsilon) &&
                  InputOf(*sum.first, 1 - i, &variance) &&
                  ReadNumber(*epsilon.first, &found->epsilon);
  }
  if (!has_epsilon || !ReadMean(variance, &squares, &found->axis) ||
      !Is(squares, "SquaredDifference") ||
      !InputOf(*squares.first, 0, &minuend) ||
      !InputOf(*squares.first, 1, &subtrahend)) {
    return false;
  }
  int axis;
  for (int i = 0; i < 2; ++i) {
    found->mean = Origin(i == 0 ? subtrahend : minuend);
    if (ReadMean(found->mean, &found->x, &axis) && axis == found->axis &&
        Origin(found->x) == Origin(i == 0 ? minuend : subtrahend)) {
      found->between = {sum.first, variance.first, squares.first};
      return true;
    }
  }
  return false;
}

Polynomial Full(const std::string& name) {
  return Polynomial::Symbol(name, RowShape::kFull);
}
Polynomial Row(const std::string& name) {
  return Polynomial::Symbol(name, RowShape::kRow);
}
Polynomial Column(const std::string& name) {
  return Polynomial::Symbol(name, RowShape::kColumn);
}
Polynomial SumOfRows(const Polynomial& terms) {
  Polynomial sum;
  terms.SumOfRows(&sum);
  return sum;
}
Polynomial SumOfColumns(const Polynomial& terms) {
  Polynomial sum;
  terms.SumOfColumns(&sum);
  return sum;
}

struct Norm {
  Moments moments;
  NodeOutput y, scale, offset;
  std::string scale_name;
};

// What is (x - m) * r * c + b.
bool FindOutput(const RowValues& values, Norm* norm) {
  const Polynomial normal = (Full("x") - Row("m")) * Row("r");
  for (const NodeOutput& output : values.known()) {
    const RowValue& value = *values.Find(output);
    if (value.shape != RowShape::kFull || value.flat || value.is.terms() != 3) {
      continue;
    }
    for (const auto& scale : values.columns()) {
      for (const auto& offset : values.columns()) {
        if (scale.first == offset.first ||
            !value.is.IsNear(normal * Column(scale.first) +
                             Column(offset.first))) {
          continue;
        }
        norm->y = output;
        norm->scale = scale.second;
        norm->scale_name = scale.first;
        norm->offset = offset.second;
        return true;
      }
    }
  }
  return false;
}

struct Gradient {
  NodeOutput dy;
  std::vector<NodeOutput> dx, dscale, doffset;
  // Of an addition that dx is one summand of, its inputs that are others, and
  // those that make up dx.
  Node* addition = nullptr;
  std::vector<int> summands;
  int axis = -1;
  std::vector<Node*> inside;  // all that follows from dy
};

// `share`: 1 / n.
Polynomial InputGradient(const std::string& scale, const Polynomial& share) {
  const Polynomial d = Full("d"), x = Full("x"), c = Column(scale);
  const Polynomial r = Row("r"), m = Row("m"), sum = SumOfRows(c * d);
  const Polynomial slope = r * r * (SumOfRows(c * d * x) - m * sum);
  return r * c * d - share * r * (sum + slope * (x - m));
}

// Whether a value is dx: of rows of how many elements, its terms say.
bool IsInputGradient(const RowValue& value, const std::string& scale) {
  if (value.shape != RowShape::kFull || value.flat) return false;
  const Polynomial some = Row("r") * SumOfRows(Column(scale) * Full("d"));
  const double share = -value.is.FactorOf(some);
  if (share > 0 && share <= 1) {
    return value.is.IsNear(InputGradient(scale, Polynomial::Number(share)));
  }
  return value.is.IsNear(InputGradient(
      scale, Polynomial::Symbol(kShareOfElement, RowShape::kScalar)));
}

// An addition of what is known and of more, if the known part is dx.
bool FindInAddition(RowValues* values, const std::string& scale,
                    Gradient* found) {
  Nodes seen;
  for (const NodeOutput& output : values->known()) {
    for (const Edge* edge : output.first->out_edges()) {
      Node* const node = edge->dst();
      if (edge->src_output() != output.second ||
          node->type_string() != "AddN" || values->Find({node, 0}) != nullptr ||
          !seen.insert(node).second) {
        continue;
      }
      RowValue sum = {RowShape::kFull, Polynomial()};
      std::vector<int> summands;
      for (int i = 0; i < node->num_inputs(); ++i) {
        RowValue value;
        if (!values->Input(*node, i, &value)) continue;
        if (value.shape != RowShape::kFull || value.flat) break;
        sum.is = sum.is + value.is;
        summands.push_back(i);
      }
      if (!IsInputGradient(sum, scale)) continue;
      found->addition = node;
      found->summands = summands;
      return true;
    }
  }
  return false;
}

// Adds nodes that the gradient alone takes, of those that the norm does not.
void AddHelpers(const std::vector<NodeOutput>& known, const Norm& norm,
                Gradient* gradient) {
  const Ancestors of_norm = AncestorsOf({{norm.y.first, norm.y.second}});
  Nodes inside(gradient->inside.begin(), gradient->inside.end());
  std::vector<Node*> helpers;
  for (const NodeOutput& output : known) {
    if (of_norm.nodes.count(output.first) == 0 &&
        inside.insert(output.first).second) {
      helpers.push_back(output.first);
    }
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (Node*& node : helpers) {
      if (node == nullptr) continue;
      const bool only = std::all_of(
          node->out_edges().begin(), node->out_edges().end(),
          [&inside](const Edge* edge) {
            return edge->IsControlEdge() || inside.count(edge->dst()) > 0;
          });
      if (only) continue;
      inside.erase(node);
      node = nullptr;
      changed = true;
    }
  }
  for (Node* node : helpers) {
    if (node != nullptr) gradient->inside.push_back(node);
  }
}

bool FindGradient(RowValues values, const Norm& norm, const NodeOutput& dy,
                  Gradient* found) {
  found->dy = dy;
  const size_t before = values.known().size() + 1;
  values.Set(dy, {RowShape::kFull, Full("d")});
  values.Follow(/*may_find_columns=*/false);
  found->axis = values.axis();
  const std::vector<NodeOutput>& known = values.known();
  for (size_t i = before; i < known.size(); ++i) {
    found->inside.push_back(known[i].first);
  }
  AddHelpers({known.begin(), known.begin() + (before - 1)}, norm, found);
  const Polynomial d = Full("d");
  const Polynomial dscale = SumOfColumns(d * Row("r") * (Full("x") - Row("m")));
  for (const NodeOutput& output : values.known()) {
    const RowValue& value = *values.Find(output);
    if (IsInputGradient(value, norm.scale_name)) {
      found->dx.push_back(output);
    } else if (value.shape == RowShape::kColumn && !value.flat &&
               value.is.IsNear(dscale)) {
      found->dscale.push_back(output);
    } else if (value.shape == RowShape::kColumn && !value.flat &&
               value.is.IsNear(SumOfColumns(d))) {
      found->doffset.push_back(output);
    }
  }
  return !found->dx.empty() || FindInAddition(&values, norm.scale_name, found);
}

// Gradients of y that products of its gradient take.
std::vector<NodeOutput> OutputGradients(RowValues* values, const Norm& norm) {
  std::vector<NodeOutput> factors = {norm.scale}, found;
  const Polynomial scaled = Row("r") * Column(norm.scale_name);
  for (const NodeOutput& output : values->known()) {
    const Polynomial& is = values->Find(output)->is;
    if (is.IsNear(scaled) || is.IsNear(Column(norm.scale_name))) {
      factors.push_back(output);
    }
  }
  for (const NodeOutput& factor : factors) {
    for (const Edge* edge : factor.first->out_edges()) {
      NodeOutput other;
      RowValue value;
      if (edge->src_output() == factor.second &&
          edge->dst()->type_string() == "Mul" &&
          InputOf(*edge->dst(), 1 - edge->dst_input(), &other) &&
          !values->Input(*edge->dst(), 1 - edge->dst_input(), &value) &&
          std::find(found.begin(), found.end(), other) == found.end()) {
        found.push_back(other);
      }
    }
  }
  return found;
}

void AddInputs(const Replacement& replacement, NodeBuilder* builder) {
  for (const NodeOutput& input : replacement.inputs) {
    builder->Input(input.first, input.second);
  }
}

// The addition's other summands, and dx.
Status ReplaceSummands(const Gradient& gradient, Node* made, Nodes* removed,
                       Graph* graph) {
  Node* const addition = gradient.addition;
  std::vector<NodeBuilder::NodeOut> inputs = {NodeBuilder::NodeOut(made, 0)};
  for (int i = 0; i < addition->num_inputs(); ++i) {
    NodeOutput input;
    if (std::count(gradient.summands.begin(), gradient.summands.end(), i) > 0) {
      continue;
    }
    if (InputOf(*addition, i, &input)) {
      inputs.emplace_back(input.first, input.second);
    }
  }
  Node* sum;
  TF_RETURN_IF_ERROR(NodeBuilder(addition->name(), "AddN", graph->op_registry())
                         .Input(gtl::ArraySlice<NodeBuilder::NodeOut>(inputs))
                         .Device(addition->requested_device())
                         .Finalize(graph, &sum));
  sum->set_assigned_device_name(addition->assigned_device_name());
  for (const Edge* edge : addition->in_edges()) {
    if (edge->IsControlEdge()) graph->AddControlEdge(edge->src(), sum);
  }
  MoveReaders({addition, 0}, sum, 0, graph);
  RemoveUnused({addition}, sum, removed, graph);
  return OkStatus();
}

Status FuseGradient(const Norm& norm, const Gradient& gradient, Nodes* removed,
                    Graph* graph) {
  Replacement replacement;
  int dimensions;
  replacement.inputs = {gradient.dy, norm.moments.x,
                        BeforeColumn(Origin(norm.scale), &dimensions),
                        norm.moments.mean, norm.moments.inverse_stddev};
  replacement.inside.insert(gradient.inside.begin(), gradient.inside.end());
  if (!IsPossible(gradient.dy, &replacement)) return OkStatus();
  NodeBuilder builder(graph->NewName(norm.y.first->name() + "/LayerNormGrad"),
                      kLayerNormGrad, graph->op_registry());
  builder.Attr("axis", gradient.axis);
  Node* made;
  AddInputs(replacement, &builder);
  TF_RETURN_IF_ERROR(Make(&builder, replacement, *norm.y.first, graph, &made));
  const std::vector<NodeOutput>* const outputs[] = {
      &gradient.dx, &gradient.dscale, &gradient.doffset};
  for (int i = 0; i < 3; ++i) {
    for (const NodeOutput& output : *outputs[i]) {
      MoveReaders(output, made, i, graph);
    }
  }
  if (gradient.addition != nullptr) {
    TF_RETURN_IF_ERROR(ReplaceSummands(gradient, made, removed, graph));
  }
  RemoveUnused(gradient.inside, made, removed, graph);
  return OkStatus();
}

// What takes only the shape of what lies within a norm takes that of what is
// left.
void MoveShapeReaders(const RowValues& values, const Norm& norm,
                      const Nodes& removed, Graph* graph) {
  const Moments& moments = norm.moments;
  std::vector<std::pair<NodeOutput, NodeOutput>> moves = {
      {{moments.between[0], 0}, moments.mean},
      {{moments.between[1], 0}, moments.mean},
      {{moments.between[2], 0}, moments.x}};
  for (const NodeOutput& output : values.known()) {
    const RowValue& value = *values.Find(output);
    if (removed.count(output.first) > 0 || value.flat || output == moments.x ||
        output == moments.mean || output == norm.y) {
      continue;
    }
    if (value.shape == RowShape::kRow) {
      moves.emplace_back(output, moments.mean);
    } else if (value.shape == RowShape::kFull) {
      // Columns might make it larger.
      moves.emplace_back(output,
                         value.is.Has(RowShape::kColumn) ? norm.y : moments.x);
    }
  }
  for (const auto& move : moves) {
    std::vector<const Edge*> readers;
    for (const Edge* edge : move.first.first->out_edges()) {
      const string& op = edge->dst()->type_string();
      if (edge->src_output() == move.first.second &&
          (op == "Shape" || op == "Size" || op == "Rank")) {
        readers.push_back(edge);
      }
    }
    for (const Edge* edge : readers) {
      MoveReader(edge, move.second.first, move.second.second, graph);
    }
  }
}

Status Fuse(Node* rsqrt, Graph* graph) {
  Norm norm;
  Moments& moments = norm.moments;
  if (!FindMoments(rsqrt, &moments)) return OkStatus();
  RowValues values(rsqrt->assigned_device_name(), moments.axis);
  values.Set(moments.x, {RowShape::kFull, Full("x")});
  values.Set(moments.mean, {RowShape::kRow, Row("m")});
  values.Set({moments.between[1], 0}, {RowShape::kRow, Row("v")});
  values.Set(moments.inverse_stddev, {RowShape::kRow, Row("r")});
  values.Follow(/*may_find_columns=*/true);
  if (!FindOutput(values, &norm)) return OkStatus();

  Replacement replacement;
  replacement.inputs = {moments.x, norm.scale, norm.offset};
  std::vector<Node*> inside;
  const auto add = [&](Node* node) {
    if (replacement.inside.insert(node).second) inside.push_back(node);
  };
  for (Node* node : moments.between) add(node);
  const Ancestors of_norm = AncestorsOf({{norm.y.first, norm.y.second}});
  for (const NodeOutput& output : values.known()) {
    if (output != moments.x && of_norm.nodes.count(output.first) > 0) {
      add(output.first);
    }
  }
  for (const Node* node : replacement.inside) {
    if (node->assigned_device_name() != rsqrt->assigned_device_name()) {
      return OkStatus();
    }
  }
  if (!IsPossible(moments.x, &replacement)) return OkStatus();
  // Before its readers take the mean and deviation of another.
  RowValues before = values.Before(norm.y.first);
  Nodes removed;
  for (NodeOutput dy : OutputGradients(&before, norm)) {
    dy = Origin(before.BeforeBroadcast(dy));
    Gradient gradient;
    if (FindGradient(before, norm, dy, &gradient)) {
      TF_RETURN_IF_ERROR(FuseGradient(norm, gradient, &removed, graph));
      break;
    }
  }

  NodeBuilder builder(norm.y.first->name(), kLayerNorm, graph->op_registry());
  builder.Attr("epsilon", static_cast<float>(moments.epsilon))
      .Attr("axis", values.axis());
  Node* made;
  AddInputs(replacement, &builder);
  TF_RETURN_IF_ERROR(Make(&builder, replacement, *norm.y.first, graph, &made));
  MoveShapeReaders(values, norm, removed, graph);
  MoveReaders(norm.y, made, 0, graph);
  MoveReaders(moments.mean, made, 1, graph);
  MoveReaders(moments.inverse_stddev, made, 2, graph);
  RemoveUnused(inside, made, &removed, graph);
  return OkStatus();
}

Status FuseLayerNorms(const GraphOptimizationPassOptions& options,
                      Graph* graph) {
  if (FusionsAreOff(options)) return OkStatus();
  std::vector<Node*> roots;
  for (Node* node : graph->op_nodes()) {
    if (node->type_string() == "Rsqrt" && IsOnDml(*node) &&
        node->output_type(0) == DT_FLOAT) {
      roots.push_back(node);
    }
  }
  for (Node* rsqrt : roots) TF_RETURN_IF_ERROR(Fuse(rsqrt, graph));
  return OkStatus();
}

const bool registered =
    RegisterPlacedGraphPass("DmlLayerNormFusion", kFusionPhase, FuseLayerNorms);

}  // namespace
}  // namespace dml
}  // namespace tensorflow
