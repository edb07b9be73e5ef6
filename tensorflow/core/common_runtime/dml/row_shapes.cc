// What nodes of graphs whose sizes are known at run time only say of them, as
// TensorFlow's gradients of Mean and of ops that broadcast do.
#include <vector>

#include "tensorflow/core/common_runtime/dml/row_values.h"

namespace tensorflow {
namespace dml {
namespace {

bool Is(const NodeOutput& output, const char* op) {
  return output.first->type_string() == op;
}

bool IsOnes(const NodeOutput& output) {
  std::vector<int64> values;
  if (!ReadIntegers(*output.first, &values) || values.empty()) return false;
  for (const int64 value : values) {
    if (value != 1) return false;
  }
  return true;
}

// What a Maximum with 1 takes besides: no empty tensor's sizes.
NodeOutput BelowMaximum(const NodeOutput& output) {
  NodeOutput a, b;
  if (Is(output, "Maximum") && InputOf(*output.first, 0, &a) &&
      InputOf(*output.first, 1, &b)) {
    if (IsOnes(b)) return a;
    if (IsOnes(a)) return b;
  }
  return output;
}

}  // namespace

bool RowValues::NamedShape(const NodeOutput& sizes, RowShape* shape) const {
  NodeOutput tensor;
  std::vector<int64> numbers;
  if (Is(sizes, "Shape") && InputOf(*sizes.first, 0, &tensor)) {
    if (const RowValue* value = Find(tensor)) {
      *shape = value->shape;
      return !value->flat;
    }
    *shape = RowShape::kColumn;
    return names_.count(Origin(tensor)) > 0;
  }
  // Of constants, vectors and scalars are known.
  if (!ReadIntegers(*sizes.first, &numbers) || numbers.size() > 1) return false;
  *shape = numbers.empty() ? RowShape::kScalar : RowShape::kColumn;
  return true;
}

bool RowValues::IsReduced(const NodeOutput& sizes) const {
  // DynamicStitch([range, axes], [sizes, ones]).
  NodeOutput axes, full, ones;
  std::vector<int64> numbers;
  RowShape shape;
  return Is(sizes, "DynamicStitch") && sizes.first->num_inputs() == 4 &&
         InputOf(*sizes.first, 1, &axes) && InputOf(*sizes.first, 2, &full) &&
         InputOf(*sizes.first, 3, &ones) &&
         ReadIntegers(*axes.first, &numbers) && numbers.size() == 1 &&
         (axis_ < 0 || numbers[0] == axis_) && NamedShape(full, &shape) &&
         shape == RowShape::kFull && IsOnes(ones);
}

bool RowValues::RepeatsRows(const NodeOutput& factors) const {
  NodeOutput full, rows;
  RowShape shape;
  if (!Is(factors, "FloorDiv") || !InputOf(*factors.first, 0, &full) ||
      !InputOf(*factors.first, 1, &rows) || !NamedShape(full, &shape) ||
      shape != RowShape::kFull) {
    return false;
  }
  rows = BelowMaximum(rows);
  return IsReduced(rows) ||
         (NamedShape(rows, &shape) && shape == RowShape::kRow);
}

bool RowValues::IsSizeOfRows(const NodeOutput& sizes) const {
  NodeOutput full, axes;
  std::vector<int64> numbers;
  RowShape shape;
  return Is(sizes, "GatherV2") && InputOf(*sizes.first, 0, &full) &&
         InputOf(*sizes.first, 1, &axes) && NamedShape(full, &shape) &&
         shape == RowShape::kFull && ReadIntegers(*axes.first, &numbers) &&
         numbers.size() == 1 && (axis_ < 0 || numbers[0] == axis_);
}

bool RowValues::IsCount(const NodeOutput& number) const {
  // Cast(Size(x) / max(Size(mean), 1)), or, since TensorFlow 2.x, Cast(Prod(
  // GatherV2(Shape(x), axes))).
  NodeOutput quotient, parts[2], tensor;
  if (!Is(number, "Cast") || !InputOf(*number.first, 0, &quotient)) {
    return false;
  }
  // Of one size, Grappler takes no product.
  if (IsSizeOfRows(quotient) ||
      (Is(quotient, "Prod") && InputOf(*quotient.first, 0, &tensor) &&
       IsSizeOfRows(tensor))) {
    return true;
  }
  if (!Is(quotient, "FloorDiv")) return false;
  const RowShape wanted[] = {RowShape::kFull, RowShape::kRow};
  for (int i = 0; i < 2; ++i) {
    if (!InputOf(*quotient.first, i, &parts[i])) return false;
    const NodeOutput count = i == 0 ? parts[i] : BelowMaximum(parts[i]);
    RowShape shape;
    if (Is(count, "Size") && InputOf(*count.first, 0, &tensor)) {
      const RowValue* value = Find(tensor);
      if (value == nullptr || value->shape != wanted[i]) return false;
    } else if (!Is(count, "Prod") || !InputOf(*count.first, 0, &tensor) ||
               !NamedShape(tensor, &shape) || shape != wanted[i]) {
      return false;
    }
  }
  return true;
}

bool RowValues::ReadBroadcast(const NodeOutput& axes, RowShape* own,
                              RowShape* other) const {
  NodeOutput sizes[2];
  return Is(axes, "BroadcastGradientArgs") &&
         InputOf(*axes.first, 0, &sizes[0]) &&
         InputOf(*axes.first, 1, &sizes[1]) &&
         NamedShape(sizes[axes.second], own) &&
         NamedShape(sizes[1 - axes.second], other);
}

NodeOutput RowValues::BeforeBroadcast(NodeOutput output) const {
  NodeOutput sum, axes, summand;
  RowShape own, other;
  while (Is(output, "Reshape") && InputOf(*output.first, 0, &sum) &&
         Is(sum, "Sum") && InputOf(*sum.first, 0, &summand) &&
         InputOf(*sum.first, 1, &axes) && ReadBroadcast(axes, &own, &other) &&
         own == RowShape::kFull) {
    output = summand;
  }
  return output;
}

}  // namespace dml
}  // namespace tensorflow
