// Einsum: sums of products over labelled dimensions.
//
// Repeated labels walk a diagonal, labels that nothing else needs are summed up
// first, and what remains of two inputs is a batched matrix product, or an
// element-wise one if it sums over nothing. Dimensions reach it in place where
// strides can say so, else by a copy.
#include <algorithm>
#include <map>
#include <vector>

#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/views.h"
#include "tensorflow/core/kernels/dml/zeros.h"
#include "tensorflow/core/lib/strings/str_util.h"

namespace tensorflow {
namespace dml {
namespace {

using Labels = gtl::InlinedVector<int, 8>;

// A label is a letter, or stands for a dimension of the ellipsis: kEllipsis + d
// for the one with d others of it to its right.
constexpr int kEllipsis = 256;

bool Contains(const Labels& labels, int label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

// "ab...c" as letters, with kEllipsis in place of the dots.
Status Parse(const string& subscript, Labels* labels) {
  for (size_t i = 0; i < subscript.size(); ++i) {
    if (isalpha(static_cast<unsigned char>(subscript[i]))) {
      labels->push_back(subscript[i]);
    } else if (subscript.compare(i, 3, "...") == 0 &&
               !Contains(*labels, kEllipsis)) {
      labels->push_back(kEllipsis);
      i += 2;
    } else {
      return errors::InvalidArgument(
          "Subscripts are letters and at most one ellipsis (...), not '",
          subscript, "'");
    }
  }
  return OkStatus();
}

// `labels` with as many ellipsis dimensions as asked for.
Labels Expand(const Labels& labels, int ellipsis) {
  Labels expanded;
  for (const int label : labels) {
    if (label != kEllipsis) expanded.push_back(label);
    for (int d = ellipsis - 1; label == kEllipsis && d >= 0; --d) {
      expanded.push_back(kEllipsis + d);
    }
  }
  return expanded;
}

// The dimensions of more than one element of a tensor, each with another label.
struct Operand {
  View view;
  Labels labels;
  Tensor memory;

  int DimensionOf(int label) const {
    return std::find(labels.begin(), labels.end(), label) - labels.begin();
  }
};

Operand MakeOperand(const Tensor& tensor, const Labels& labels) {
  const View all = MakeView(tensor);
  Operand operand = {{all.data, all.dtype, {}, {}}, {}, tensor};
  for (int d = 0; d < all.rank(); ++d) {
    if (all.sizes[d] == 1) continue;
    const int known = operand.DimensionOf(labels[d]);
    if (known < static_cast<int>(operand.labels.size())) {
      operand.view.strides[known] += all.strides[d];
      continue;
    }
    operand.labels.push_back(labels[d]);
    operand.view.sizes.push_back(all.sizes[d]);
    operand.view.strides.push_back(all.strides[d]);
  }
  return operand;
}

// The operand as a tensor with a dimension for each group of labels, if strides
// can say so.
bool Merge(const Operand& operand, const std::vector<Labels>& groups,
           dml_tensor* tensor) {
  *tensor = dml_tensor();
  tensor->data = operand.view.data;
  tensor->type = DmlType(operand.view.dtype);
  tensor->rank = groups.size();
  for (size_t g = 0; g < groups.size(); ++g) {
    int64 size = 1, stride = 0;
    for (int i = static_cast<int>(groups[g].size()) - 1; i >= 0; --i) {
      const int d = operand.DimensionOf(groups[g][i]);
      if (size == 1) {
        stride = operand.view.strides[d];
      } else if (operand.view.strides[d] != stride * size) {
        return false;
      }
      size *= operand.view.sizes[d];
    }
    tensor->sizes[g] = size;
    tensor->strides[g] = stride;
  }
  return true;
}

// The operand's elements in the order of `labels`.
View Ordered(const Operand& operand, const Labels& labels) {
  Dims permutation;
  for (const int label : labels) {
    permutation.push_back(operand.DimensionOf(label));
  }
  return Permute(operand.view, permutation);
}

Labels Join(const std::vector<Labels>& groups) {
  Labels all;
  for (const Labels& group : groups) {
    all.insert(all.end(), group.begin(), group.end());
  }
  return all;
}

// As Merge(), by way of a copy if need be.
Status Arrange(KernelContext* c, const std::vector<Labels>& groups,
               Operand* operand, dml_tensor* tensor) {
  if (Merge(*operand, groups, tensor)) return OkStatus();
  const Labels labels = Join(groups);
  const View from = Ordered(*operand, labels);
  Tensor copy;
  TF_RETURN_IF_ERROR(c->Temporary(from.dtype, TensorShape(from.sizes), &copy));
  const View to = MakeView(copy);
  TF_RETURN_IF_ERROR(CopyView(c, from, to));
  *operand = {to, labels, copy};
  Merge(*operand, groups, tensor);
  return OkStatus();
}

// Sums over the labels that are in neither `a` nor `b`.
Status SumOthers(KernelContext* c, const Labels& a, const Labels& b,
                 Operand* operand) {
  Labels kept, summed;
  TensorShape shape;
  for (size_t d = 0; d < operand->labels.size(); ++d) {
    const int label = operand->labels[d];
    const bool keep = Contains(a, label) || Contains(b, label);
    (keep ? kept : summed).push_back(label);
    if (keep) shape.AddDim(operand->view.sizes[d]);
  }
  if (summed.empty()) return OkStatus();
  dml_tensor x;
  TF_RETURN_IF_ERROR(Arrange(c, {kept, summed}, operand, &x));
  Tensor sums;
  TF_RETURN_IF_ERROR(c->Temporary(operand->view.dtype, shape, &sums));
  const dml_tensor y = Describe(sums, {shape.num_elements(), 1});
  DML_RETURN_IF_FAILED(dml_reduce(c->device(), DML_REDUCE_SUM, &x, &y, 1.0));
  *operand = {MakeView(sums), kept, sums};
  return OkStatus();
}

// z [batch, m, n] = x [batch, m, k] times y [batch, k, n].
Status Multiply(KernelContext* c, const dml_tensor& x, const dml_tensor& y,
                const dml_tensor& z, DataType dtype) {
  if (x.sizes[2] == 1) {
    dml_tensor row = x, column = y;
    row.sizes[2] = z.sizes[2];
    row.strides[2] = 0;
    column.sizes[1] = z.sizes[1];
    column.strides[1] = 0;
    const dml_tensor* const factors[] = {&row, &column};
    DML_RETURN_IF_FAILED(
        dml_elementwise(c->device(), DML_MULTIPLY, factors, 2, &z, nullptr));
  } else if (DataTypeIsComplex(dtype)) {
    DML_RETURN_IF_FAILED(dml_complex_gemm(c->device(), &x, 0, &y, 0, &z));
  } else {
    DML_RETURN_IF_FAILED(dml_gemm(c->device(), &x, &y, &z, 1.0, 0.0, nullptr,
                                  DML_ACTIVATION_NONE));
  }
  return OkStatus();
}

// `output` becomes the product of two operands whose labels all matter.
Status Contract(KernelContext* c, Operand* a, Operand* b,
                const Operand& output) {
  Labels batch, rows, columns, summed;
  for (const int label : output.labels) {
    const bool in_a = Contains(a->labels, label);
    const bool in_b = Contains(b->labels, label);
    (in_a && in_b ? batch : in_a ? rows : columns).push_back(label);
  }
  for (const int label : a->labels) {
    if (!Contains(output.labels, label)) summed.push_back(label);
  }
  dml_tensor x, y, z;
  TF_RETURN_IF_ERROR(Arrange(c, {batch, rows, summed}, a, &x));
  TF_RETURN_IF_ERROR(Arrange(c, {batch, summed, columns}, b, &y));
  const DataType dtype = output.view.dtype;
  if (Merge(output, {batch, rows, columns}, &z)) {
    return Multiply(c, x, y, z, dtype);
  }
  const View to = Ordered(output, Join({batch, rows, columns}));
  Tensor product;
  TF_RETURN_IF_ERROR(c->Temporary(dtype, TensorShape(to.sizes), &product));
  z = Describe(product, {x.sizes[0], x.sizes[1], y.sizes[2]});
  TF_RETURN_IF_ERROR(Multiply(c, x, y, z, dtype));
  return CopyView(c, MakeView(product), to);
}

class Einsum {
 public:
  explicit Einsum(OpKernelConstruction* c) {
    string equation;
    OP_REQUIRES_OK(c, c->GetAttr("equation", &equation));
    const size_t arrow = equation.find("->");
    OP_REQUIRES(
        c,
        arrow != string::npos && equation.find("->", arrow + 2) == string::npos,
        errors::InvalidArgument(
            "Expecting exactly one '->' in einsum equation: ", equation));
    const std::vector<string> inputs =
        str_util::Split(equation.substr(0, arrow), ',');
    // Nothing is one scalar.
    subscripts_.resize(std::max<size_t>(inputs.size(), 1));
    OP_REQUIRES(
        c, subscripts_.size() <= 2,
        errors::InvalidArgument("Expecting 1 or 2 input subscripts in equation "
                                "'",
                                equation, "' but got: ", inputs.size()));
    OP_REQUIRES(c, subscripts_.size() == static_cast<size_t>(c->num_inputs()),
                errors::InvalidArgument("Expected ", subscripts_.size(),
                                        " inputs for equation ", equation,
                                        " but got: ", c->num_inputs()));
    for (size_t i = 0; i < inputs.size(); ++i) {
      OP_REQUIRES_OK(c, Parse(inputs[i], &subscripts_[i]));
    }
    OP_REQUIRES_OK(c, Parse(equation.substr(arrow + 2), &output_));
  }

  Status Compute(KernelContext* c) {
    std::vector<Operand> inputs;
    std::map<int, int64> sizes;
    int ellipsis = 0;
    bool empty = false;
    for (int i = 0; i < c->num_inputs(); ++i) {
      Labels labels;
      TF_RETURN_IF_ERROR(LabelInput(c->Input(i), i, &labels, &ellipsis));
      TF_RETURN_IF_ERROR(NoteSizes(c->Input(i), labels, &sizes));
      inputs.push_back(MakeOperand(c->Input(i), labels));
      empty = empty || c->Input(i).NumElements() == 0;
    }
    if (ellipsis > 0 && !Contains(output_, kEllipsis)) {
      return errors::InvalidArgument(
          "Output contains ", ellipsis,
          " broadcasting dimension(s) but no ellipsis (...) was found in the "
          "output subscripts.");
    }
    const Labels labels = Expand(output_, ellipsis);
    TensorShape shape;
    for (const int label : labels) {
      const auto found = sizes.find(label);
      if (found == sizes.end()) {
        return errors::InvalidArgument("The label '",
                                       string(1, static_cast<char>(label)),
                                       "' of the output is in no input");
      }
      shape.AddDim(found->second);
    }
    Tensor* tensor;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &tensor));
    if (tensor->NumElements() == 0) return OkStatus();
    const Operand output = MakeOperand(*tensor, labels);
    // Sums of nothing, and what lies off a diagonal.
    if (empty || output.view.NumElements() < tensor->NumElements()) {
      TF_RETURN_IF_ERROR(FillZero(c, *tensor));
    }
    if (empty) return OkStatus();

    const Labels none;
    for (size_t i = 0; i < inputs.size(); ++i) {
      TF_RETURN_IF_ERROR(SumOthers(
          c, output.labels, inputs.size() == 2 ? inputs[1 - i].labels : none,
          &inputs[i]));
    }
    if (inputs.size() == 2) return Contract(c, &inputs[0], &inputs[1], output);
    return CopyView(c, Ordered(inputs[0], output.labels), output.view);
  }

 private:
  // A label for each dimension. `ellipsis`: the most dimensions that one had.
  Status LabelInput(const Tensor& input, int index, Labels* labels,
                    int* ellipsis) const {
    const Labels& subscript = subscripts_[index];
    const int named = subscript.size();
    if (!Contains(subscript, kEllipsis)) {
      if (input.dims() != named) {
        return errors::InvalidArgument("Expected input ", index,
                                       " to have rank ", named,
                                       " but got: ", input.dims());
      }
      *labels = subscript;
      return OkStatus();
    }
    const int more = input.dims() - (named - 1);
    if (more < 0) {
      return errors::InvalidArgument("Expected input ", index,
                                     " to have rank at least ", named - 1,
                                     " but got: ", input.dims());
    }
    *labels = Expand(subscript, more);
    *ellipsis = std::max(*ellipsis, more);
    return OkStatus();
  }

  // Dimensions of a label have one size; those of the ellipsis also 1.
  static Status NoteSizes(const Tensor& input, const Labels& labels,
                          std::map<int, int64>* sizes) {
    for (int d = 0; d < input.dims(); ++d) {
      const int64 size = input.dim_size(d);
      int64& known = sizes->emplace(labels[d], size).first->second;
      if (known == size) continue;
      if (labels[d] < kEllipsis) {
        return errors::InvalidArgument("Expected dimension ", known,
                                       " at axis ", d, " of the input shaped ",
                                       input.shape().DebugString(),
                                       " but got dimension ", size);
      }
      if (known != 1 && size != 1) {
        return errors::InvalidArgument(
            "Invalid broadcasting dimensions: ", known, " vs. ", size,
            " at axis ", d, " of the input shaped ",
            input.shape().DebugString());
      }
      if (known == 1) known = size;
    }
    return OkStatus();
  }

  std::vector<Labels> subscripts_;  // of the inputs
  Labels output_;
};

const TypeList kTypes = {DT_FLOAT, DT_HALF, DT_DOUBLE, DT_COMPLEX64,
                         DT_COMPLEX128};

const Kernels kKernels({
    Row("Einsum").Types("T", kTypes).Make<Einsum>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
