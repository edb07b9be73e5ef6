// What scripts do with sparse tensors beside products: arithmetic with a dense
// one, sums, and the gradient of slices. CUDA has none of these. Values,
// indices and dense tensors are on the device; shapes are in host memory. What
// lies out of a dense tensor's range counts as 0, as in gathers.
#include <vector>

#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/views.h"
#include "tensorflow/core/kernels/dml/zeros.h"

namespace tensorflow {
namespace dml {
namespace {

// Some columns of a matrix, as a matrix in `memory` where they don't lie
// together.
Status PickColumns(KernelContext* c, const Tensor& matrix,
                   const std::vector<int>& columns, Tensor* memory,
                   dml_tensor* picked) {
  const int64 rows = matrix.dim_size(0), width = matrix.dim_size(1);
  const int64 count = columns.size();
  if (columns.back() - columns.front() == count - 1) {
    *picked = Describe(matrix);
    picked->data += columns.front() * DataTypeSize(matrix.dtype());
    picked->sizes[1] = count;
    return OkStatus();
  }
  TF_RETURN_IF_ERROR(
      c->Temporary(matrix.dtype(), TensorShape({rows, count}), memory));
  for (int64 i = 0; i < count; ++i) {
    const View from = Slice(MakeView(matrix, {rows, width}), 1, columns[i], 1);
    const View to = Slice(MakeView(*memory, {rows, count}), 1, i, 1);
    TF_RETURN_IF_ERROR(CopyView(c, from, to));
  }
  *picked = Describe(*memory);
  return OkStatus();
}

Status CheckIndices(const char* name, const Tensor& indices,
                    const Tensor& values, int64 rank) {
  if (indices.dims() != 2) {
    return errors::InvalidArgument("Input ", name,
                                   " should be a matrix but received shape: ",
                                   indices.shape().DebugString());
  }
  if (values.dims() != 1) {
    return errors::InvalidArgument(
        "The values should be a vector but received shape: ",
        values.shape().DebugString());
  }
  if (indices.dim_size(0) == values.NumElements() &&
      indices.dim_size(1) == rank) {
    return OkStatus();
  }
  return errors::InvalidArgument(
      "Input ", name, " has shape ", indices.shape().DebugString(), ", for ",
      values.NumElements(), " values of a tensor of rank ", rank);
}

// Inputs: sp_indices, sp_values, sp_shape (host), dense, which is broadcast to
// that shape.
class SparseDenseCwise {
 public:
  SparseDenseCwise(OpKernelConstruction*, dml_elementwise_op op) : op_(op) {}

  Status Compute(KernelContext* c) {
    const Tensor &values = c->Input(1), &dense = c->Input(3);
    Dims shape;
    TF_RETURN_IF_ERROR(c->HostIntegers(2, &shape));
    const int rank = shape.size();
    TF_RETURN_IF_ERROR(CheckIndices("sp_indices", c->Input(0), values, rank));
    bool fits = dense.dims() <= rank;
    std::vector<int> columns;
    std::vector<int64_t> sizes;  // of the dense tensor where it isn't broadcast
    for (int d = 0; fits && d < dense.dims(); ++d) {
      const int column = rank - dense.dims() + d;
      const int64 size = dense.dim_size(d);
      fits = size == shape[column] || (size == 1 && shape[column] > 1);
      if (size == 1) continue;
      columns.push_back(column);
      sizes.push_back(size);
    }
    if (!fits) {
      return errors::InvalidArgument(
          "SparseDenseBinaryOpShared broadcasts dense to sparse only; got "
          "incompatible shapes: ",
          TensorShape(shape).DebugString(), " vs. ",
          dense.shape().DebugString());
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->OutputOrForward({1}, 0, values.shape(), &output));
    if (output->NumElements() == 0) return OkStatus();
    if (columns.empty()) {
      const Tensor one = Reshaped(dense, TensorShape({}));
      return c->Elementwise(op_, {&values, &one}, *output);
    }
    if (static_cast<int>(columns.size()) > DML_MAX_RANK) {
      return errors::Unimplemented(
          "The DML device takes dense tensors of up to ", DML_MAX_RANK,
          " dimensions here, not ", dense.shape().DebugString());
    }
    Tensor picked, gathered;
    dml_tensor indices;
    TF_RETURN_IF_ERROR(PickColumns(c, c->Input(0), columns, &picked, &indices));
    TF_RETURN_IF_ERROR(c->Temporary(values.dtype(), values.shape(), &gathered));
    const dml_tensor params = Describe(dense, {dense.NumElements(), 1});
    const dml_tensor at = Describe(gathered, {gathered.NumElements(), 1});
    DML_RETURN_IF_FAILED(
        dml_gather_nd(c->device(), &params, sizes.data(), &indices, &at));
    return c->Elementwise(op_, {&values, &gathered}, *output);
  }

 private:
  const dml_elementwise_op op_;
};

// Inputs: input_indices, input_values, input_shape (host), reduction_axes
// (host).
class SparseReduceSum {
 public:
  explicit SparseReduceSum(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("keep_dims", &keep_dims_));
  }

  Status Compute(KernelContext* c) {
    const Tensor& values = c->Input(1);
    Dims shape, axes;
    TF_RETURN_IF_ERROR(c->HostIntegers(2, &shape));
    TF_RETURN_IF_ERROR(c->HostIntegers(3, &axes));
    const int rank = shape.size();
    TF_RETURN_IF_ERROR(
        CheckIndices("input_indices", c->Input(0), values, rank));
    std::vector<bool> reduced(rank);
    for (int64 axis : axes) {
      if (axis < -rank || axis >= rank) {
        return errors::InvalidArgument("Invalid reduction dimension ", axis,
                                       ", for input with ", rank,
                                       " dimensions.");
      }
      reduced[axis < 0 ? axis + rank : axis] = true;
    }
    std::vector<int> columns;
    std::vector<int64_t> sizes;
    Dims output_sizes;
    for (int d = 0; d < rank; ++d) {
      if (reduced[d]) {
        if (keep_dims_) output_sizes.push_back(1);
        continue;
      }
      columns.push_back(d);
      sizes.push_back(shape[d]);
      output_sizes.push_back(shape[d]);
    }
    TensorShape output_shape;
    TF_RETURN_IF_ERROR(TensorShapeUtils::MakeShape(
        output_sizes.data(), output_sizes.size(), &output_shape));
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, output_shape, &output));
    if (output->NumElements() == 0) return OkStatus();
    const int64 count = values.NumElements();
    if (columns.empty() && count > 0) {
      const dml_tensor x = Describe(values);
      const dml_tensor y = Describe(*output, {1});
      DML_RETURN_IF_FAILED(
          dml_reduce(c->device(), DML_REDUCE_SUM, &x, &y, 1.0));
      return OkStatus();
    }
    TF_RETURN_IF_ERROR(FillZero(c, *output));
    if (count == 0) return OkStatus();
    if (static_cast<int>(columns.size()) > DML_MAX_RANK) {
      return errors::Unimplemented("The DML device keeps up to ", DML_MAX_RANK,
                                   " dimensions of a sum, not ",
                                   columns.size());
    }
    Tensor picked;
    dml_tensor indices;
    TF_RETURN_IF_ERROR(PickColumns(c, c->Input(0), columns, &picked, &indices));
    const dml_tensor x = Describe(values, {count, 1});
    const dml_tensor y = Describe(*output, {output->NumElements(), 1});
    DML_RETURN_IF_FAILED(dml_scatter_nd(c->device(), DML_SCATTER_ADD,
                                        sizes.data(), &indices, &x, &y));
    return OkStatus();
  }

 private:
  bool keep_dims_;
};

// Inputs: the gradient of the slice's values, input_indices, input_start,
// output_indices; all on the device, the indices in their order.
class SparseSliceGrad {
 public:
  explicit SparseSliceGrad(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    const Tensor &gradient = c->Input(0), &inputs = c->Input(1);
    const Tensor &start = c->Input(2), &outputs = c->Input(3);
    if (inputs.dims() != 2 || outputs.dims() != 2) {
      return errors::InvalidArgument(
          "Input and output indices should be matrices but received shapes: ",
          inputs.shape().DebugString(), " and ", outputs.shape().DebugString());
    }
    if (start.dims() != 1 || start.NumElements() != inputs.dim_size(1)) {
      return errors::InvalidArgument(
          "Expected input_start to be a vector of length ", inputs.dim_size(1),
          " but got shape ", start.shape().DebugString());
    }
    TF_RETURN_IF_ERROR(
        CheckIndices("output_indices", outputs, gradient, inputs.dim_size(1)));
    const int64 count = inputs.dim_size(0), rows = outputs.dim_size(0);
    if (rows > count) {
      return errors::InvalidArgument(
          "# rows of output_indices should be not greater than of "
          "input_indices, got ",
          rows, " and ", count);
    }
    Tensor *output, found;
    TF_RETURN_IF_ERROR(c->Output(0, TensorShape({count}), &output));
    if (rows == 0) return FillZero(c, *output);
    TF_RETURN_IF_ERROR(c->Temporary(DT_INT64, TensorShape({count}), &found));
    const dml_tensor vectors = Describe(inputs), from = Describe(start);
    const dml_tensor table = Describe(outputs), at = Describe(found);
    DML_RETURN_IF_FAILED(
        dml_find_vectors(c->device(), &vectors, &from, &table, &at));
    const dml_tensor dy = Describe(gradient, {1, rows, 1});
    const dml_tensor dx = Describe(*output, {1, count, 1});
    DML_RETURN_IF_FAILED(dml_gather(c->device(), &dy, &at, &dx));
    return OkStatus();
  }
};

Row CwiseRow(const char* name, dml_elementwise_op op) {
  return Row(name)
      .Types("T", {DT_FLOAT, DT_HALF, DT_DOUBLE, DT_INT64})
      .Host({"sp_shape"})
      .Make<SparseDenseCwise>(op);
}

const Kernels kKernels({
    CwiseRow("SparseDenseCwiseAdd", DML_ADD),
    CwiseRow("SparseDenseCwiseDiv", DML_DIVIDE),
    CwiseRow("SparseDenseCwiseMul", DML_MULTIPLY),
    Row("SparseReduceSum")
        .Types("T", {DT_FLOAT, DT_HALF, DT_DOUBLE, DT_INT64, DT_COMPLEX64,
                     DT_COMPLEX128})
        .Host({"input_shape", "reduction_axes"})
        .Make<SparseReduceSum>(),
    Row("SparseSliceGrad").Types("T", kDeviceTypes).Make<SparseSliceGrad>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
