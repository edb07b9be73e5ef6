// Which polynomials of rows (row_algebra.h) nodes of a graph compute.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_ROW_VALUES_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_ROW_VALUES_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tensorflow/core/common_runtime/dml/graph_edits.h"
#include "tensorflow/core/common_runtime/dml/row_algebra.h"
#include "tensorflow/core/graph/graph.h"

namespace tensorflow {
namespace dml {

struct RowValue {
  RowShape shape;
  Polynomial is;
  // Of that shape but for dimensions of 1, as sums leave it until a Reshape.
  bool flat = false;
};

// Of how many elements a row has, where only the kernel knows: 1 / n.
constexpr char kShareOfElement[] = "q";

// What a Reshape to [1, ..., 1, n], which has so many dimensions, is of;
// `output` and 0 if it is none.
NodeOutput BeforeColumn(const NodeOutput& output, int* dimensions);

// Values that are known, and those of nodes of one device that follow from
// them.
class RowValues {
 public:
  // `axis`: the dimension of rows' elements; -1: the last.
  RowValues(const string& device, int axis) : device_(device), axis_(axis) {}

  // Of the same, as if nothing were computed of `stop`; columns keep their
  // symbols.
  RowValues Before(const Node* stop) const;

  void Set(const NodeOutput& output, const RowValue& value);
  const RowValue* Find(const NodeOutput& output) const;
  // The value of an input: known, a number, or, if `columns` may be found, of a
  // variable or constant of columns.
  bool Input(const Node& node, int index, RowValue* value);

  // Adds what follows, and what follows from that.
  void Follow(bool may_find_columns);

  // `output`, or what it is made of by the sum over no dimensions that
  // gradients of ops that broadcast are, where sizes are known at run time
  // only.
  NodeOutput BeforeBroadcast(NodeOutput output) const;

  // Of nodes in the order in which they were found.
  const std::vector<NodeOutput>& known() const { return known_; }
  // The vectors of columns that were found, or what BeforeColumn() is for, by
  // their symbols.
  const std::map<std::string, NodeOutput>& columns() const { return columns_; }
  // As given, or as sums that were followed say.
  int axis() const { return axis_; }

 private:
  bool Evaluate(const Node& node, RowValue* value);
  bool Reshape(const Node& node, RowValue* value);
  bool Repeat(const Node& node, RowValue* value);
  bool Reduce(const Node& node, RowValue* value);
  bool Elementwise(const Node& node, RowValue* value);

  // row_shapes.cc: what nodes say of sizes.
  //
  // The shape whose sizes a vector of integers is.
  bool NamedShape(const NodeOutput& sizes, RowShape* shape) const;
  // Whether such a vector is that of a full shape with the rows' dimension
  // as 1.
  bool IsReduced(const NodeOutput& sizes) const;
  // Whether a vector has as many repetitions as make a row's number full.
  bool RepeatsRows(const NodeOutput& factors) const;
  // Whether a vector is [n], of rows' elements, gathered from a full shape.
  bool IsSizeOfRows(const NodeOutput& sizes) const;
  // Whether a float is the number of a row's elements.
  bool IsCount(const NodeOutput& number) const;
  // Of the dimensions that a gradient's sum is over: the shape that it is for,
  // and the other one.
  bool ReadBroadcast(const NodeOutput& axes, RowShape* own,
                     RowShape* other) const;

  // Whether the rows' dimension may be `axis`; then it is.
  bool Agree(int axis);

  const string device_;
  int axis_;
  bool may_find_columns_ = false;
  const Node* stop_ = nullptr;
  size_t given_ = 0;  // of known_, by Set() before the first Follow()
  std::map<NodeOutput, RowValue> values_;
  std::vector<NodeOutput> known_;
  std::map<std::string, NodeOutput> columns_;
  std::map<NodeOutput, std::string> names_;
};

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_ROW_VALUES_H_
