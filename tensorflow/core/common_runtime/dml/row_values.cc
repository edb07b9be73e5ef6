#include "tensorflow/core/common_runtime/dml/row_values.h"

#include <algorithm>

#include "tensorflow/core/common_runtime/dml/base_compat.h"
#include "tensorflow/core/framework/node_def_util.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor.pb.h"
#include "tensorflow/core/framework/tensor_shape.h"

namespace tensorflow {
namespace dml {
namespace {

// Polynomials of layer norms have far fewer terms, and these take time.
constexpr size_t kMostTerms = 32;
// Nodes that are followed from one norm.
constexpr size_t kMostNodes = 256;

// Whether a node's output is, as far as is known, [n]: of a variable or
// constant.
bool IsVector(const NodeOutput& output) {
  const Node* node = output.first;
  if (node->IsConstant()) {
    Tensor value;
    return ReadConstant(*node, &value) && value.dims() == 1 &&
           value.dtype() == DT_FLOAT;
  }
  if (node->type_string() == "ReadVariableOp") {
    NodeOutput handle;
    if (!InputOf(*node, 0, &handle)) return false;
    node = Origin(handle).first;
    // Of a function's argument only the kernel sees the shape.
    if (node->IsArg()) return true;
    if (node->type_string() != "VarHandleOp") return false;
  } else if (!IsOneOf(*node, {"VariableV2", "Variable"})) {
    return false;
  }
  PartialTensorShape shape;
  return GetNodeAttr(node->attrs(), "shape", &shape).ok() && shape.dims() == 1;
}

// Whether sizes are [1, ..., 1, n].
bool IsOfColumn(const std::vector<int64>& sizes) {
  return sizes.size() > 1 && std::all_of(sizes.begin(), sizes.end() - 1,
                                         [](int64 size) { return size == 1; });
}

// As element-wise ops broadcast.
RowShape Join(RowShape a, RowShape b) {
  if (a == b || b == RowShape::kScalar) return a;
  if (a == RowShape::kScalar) return b;
  return RowShape::kFull;  // of rows and columns, or full already
}

}  // namespace

NodeOutput BeforeColumn(const NodeOutput& output, int* dimensions) {
  NodeOutput vector, sizes;
  std::vector<int64> numbers;
  *dimensions = 0;
  if (output.first->type_string() != "Reshape" ||
      !InputOf(*output.first, 0, &vector) ||
      !InputOf(*output.first, 1, &sizes) ||
      !ReadIntegers(*sizes.first, &numbers) || !IsOfColumn(numbers)) {
    return output;
  }
  *dimensions = static_cast<int>(numbers.size());
  return vector;
}

RowValues RowValues::Before(const Node* stop) const {
  RowValues made(device_, axis_);
  made.stop_ = stop;
  made.columns_ = columns_;
  made.names_ = names_;
  for (size_t i = 0; i < given_; ++i) made.Set(known_[i], *Find(known_[i]));
  made.Follow(/*may_find_columns=*/true);
  return made;
}

void RowValues::Set(const NodeOutput& output, const RowValue& value) {
  if (values_.insert({output, value}).second) known_.push_back(output);
}

const RowValue* RowValues::Find(const NodeOutput& output) const {
  const auto found = values_.find(output);
  return found == values_.end() ? nullptr : &found->second;
}

bool RowValues::Input(const Node& node, int index, RowValue* value) {
  NodeOutput input;
  if (!InputOf(node, index, &input)) return false;
  if (const RowValue* known = Find(input)) {
    *value = *known;
    return true;
  }
  double number;
  if (ReadNumber(*input.first, &number)) {
    *value = {RowShape::kScalar, Polynomial::Number(number)};
    return true;
  }
  int dimensions;
  const NodeOutput origin = Origin(BeforeColumn(Origin(input), &dimensions));
  auto named = names_.find(origin);
  if (named == names_.end()) {
    if (!may_find_columns_ || !IsVector(origin) || !Agree(dimensions - 1)) {
      return false;
    }
    const std::string name = "c" + std::to_string(names_.size());
    named = names_.insert({origin, name}).first;
    columns_.insert({name, input});
  }
  if (!Agree(dimensions - 1)) return false;
  *value = {RowShape::kColumn,
            Polynomial::Symbol(named->second, RowShape::kColumn)};
  return true;
}

bool RowValues::Agree(int axis) {
  if (axis_ < 0 && axis >= 0) axis_ = axis;
  return axis < 0 || axis == axis_;
}

bool RowValues::Reduce(const Node& node, RowValue* value) {
  RowValue x;
  NodeOutput indices;
  std::vector<int64> axes;
  bool keep = false;
  if (!Input(node, 0, &x) || x.flat || !InputOf(node, 1, &indices) ||
      !GetNodeAttr(node.attrs(), "keep_dims", &keep).ok()) {
    return false;
  }
  RowShape own, other;
  if (ReadBroadcast(indices, &own, &other)) {
    // To the shape of what was broadcast, maybe with sizes of 1.
    if (Join(own, other) != x.shape) return false;
    value->shape = own;
    value->flat = true;
    if (own == x.shape) {
      value->is = x.is;
      return true;
    }
    if (x.shape != RowShape::kFull) return false;
    if (own == RowShape::kRow) return x.is.SumOfRows(&value->is);
    return own == RowShape::kColumn && x.is.SumOfColumns(&value->is);
  }
  if (!ReadIntegers(*indices.first, &axes)) return false;
  std::sort(axes.begin(), axes.end());
  const int last = axis_;
  if (x.shape == RowShape::kRow) {
    // Over the dimension of 1.
    if (axes.size() != 1 || (axes[0] != -1 && axes[0] != last)) return false;
    *value = x;
    value->flat = !keep;
    return true;
  }
  if (x.shape != RowShape::kFull) return false;
  if (axes.size() == 1 && (axes[0] == -1 || (last >= 0 && axes[0] == last) ||
                           (last < 0 && axes[0] > 0))) {
    value->shape = RowShape::kRow;
    value->flat = !keep;
    return Agree(static_cast<int>(axes[0])) && x.is.SumOfRows(&value->is);
  }
  for (size_t i = 0; i < axes.size(); ++i) {
    if (axes[i] != static_cast<int64>(i)) return false;
  }
  value->shape = RowShape::kColumn;
  value->flat = keep;
  return !axes.empty() && Agree(static_cast<int>(axes.size())) &&
         x.is.SumOfColumns(&value->is);
}

bool RowValues::Elementwise(const Node& node, RowValue* value) {
  RowValue a, b;
  NodeOutput divisor;
  if (!Input(node, 0, &a) || a.flat) return false;
  if (node.num_inputs() == 1) {
    value->shape = a.shape;
    if (node.type_string() == "Neg") {
      value->is = a.is.Times(-1);
    } else {
      value->is = a.is * a.is;  // Square
    }
    return true;
  }
  if (node.type_string() == "RealDiv" && InputOf(node, 1, &divisor) &&
      IsCount(divisor)) {
    value->shape = a.shape;
    value->is = a.is * Polynomial::Symbol(kShareOfElement, RowShape::kScalar);
    return true;
  }
  if (!Input(node, 1, &b) || b.flat) return false;
  value->shape = Join(a.shape, b.shape);
  const string& op = node.type_string();
  if (op == "Mul") {
    value->is = a.is * b.is;
  } else if (op == "Sub") {
    value->is = a.is - b.is;
  } else if (op == "SquaredDifference") {
    value->is = (a.is - b.is) * (a.is - b.is);
  } else if (op == "RsqrtGrad") {
    value->is = a.is * a.is * a.is * b.is.Times(-0.5);
  } else if (op == "RealDiv") {
    if (b.shape != RowShape::kScalar || b.is.terms() != 1) return false;
    const double number = b.is.FactorOf(Polynomial::Number(1));
    if (number == 0) return false;
    value->is = a.is.Times(1 / number);
  } else {
    value->is = a.is + b.is;
  }
  return true;
}

bool RowValues::Evaluate(const Node& node, RowValue* value) {
  RowValue x;
  if (IsPass(node)) return Input(node, 0, value);
  if (IsOneOf(node, {"Add", "AddV2", "Sub", "Mul", "Neg", "Square",
                     "SquaredDifference", "RsqrtGrad", "RealDiv"})) {
    return Elementwise(node, value);
  }
  if (node.type_string() == "AddN") {
    if (!Input(node, 0, value) || value->flat) return false;
    for (int i = 1; i < node.num_inputs(); ++i) {
      if (!Input(node, i, &x) || x.flat || x.shape != value->shape) {
        return false;
      }
      value->is = value->is + x.is;
    }
    return true;
  }
  if (node.type_string() == "Sum") return Reduce(node, value);
  if (node.type_string() == "Reshape") return Reshape(node, value);
  return IsOneOf(node, {"Tile", "BroadcastTo"}) && Repeat(node, value);
}

bool RowValues::Reshape(const Node& node, RowValue* value) {
  NodeOutput sizes;
  RowShape shape;
  std::vector<int64> numbers;
  if (!Input(node, 0, value) || !InputOf(node, 1, &sizes)) return false;
  const RowShape from = value->shape;
  value->flat = false;
  if (NamedShape(sizes, &shape)) return shape == from;
  if (IsReduced(sizes)) return from == RowShape::kRow;
  if (!ReadIntegers(*sizes.first, &numbers)) return false;
  if (from == RowShape::kColumn) {
    value->flat = IsOfColumn(numbers);
    return value->flat || numbers.size() == 1;
  }
  return from == RowShape::kRow && numbers.size() > 1 && numbers.back() == 1 &&
         Agree(static_cast<int>(numbers.size()) - 1);
}

// Of a number for each row, along the row alone. Whether sizes that it is made
// to have are the right ones is seen where others are added.
bool RowValues::Repeat(const Node& node, RowValue* value) {
  NodeOutput sizes;
  std::vector<int64> numbers;
  if (!Input(node, 0, value) || value->flat || value->shape != RowShape::kRow ||
      !InputOf(node, 1, &sizes)) {
    return false;
  }
  value->shape = RowShape::kFull;
  const bool tiles = node.type_string() == "Tile";
  RowShape shape;
  if (tiles ? RepeatsRows(sizes)
            : NamedShape(sizes, &shape) && shape == RowShape::kFull) {
    return true;
  }
  return ReadIntegers(*sizes.first, &numbers) && !numbers.empty() &&
         Agree(static_cast<int>(numbers.size()) - 1) &&
         (!tiles || std::all_of(numbers.begin(), numbers.end() - 1,
                                [](int64 factor) { return factor == 1; }));
}

void RowValues::Follow(bool may_find_columns) {
  may_find_columns_ = may_find_columns;
  if (given_ == 0) given_ = known_.size();
  // Whatever takes a value may have been tried before another of its inputs was
  // known: that one's readers are tried then.
  for (size_t i = 0; i < known_.size() && known_.size() < kMostNodes; ++i) {
    const NodeOutput from = known_[i];
    for (const Edge* edge : from.first->out_edges()) {
      Node* const node = edge->dst();
      RowValue value;
      if (edge->src_output() != from.second || node == stop_ ||
          Find({node, 0}) != nullptr || node->num_outputs() != 1 ||
          node->assigned_device_name() != device_ ||
          node->output_type(0) != DT_FLOAT || !Evaluate(*node, &value) ||
          value.is.terms() > kMostTerms) {
        continue;
      }
      Set({node, 0}, value);
    }
  }
}

}  // namespace dml
}  // namespace tensorflow
