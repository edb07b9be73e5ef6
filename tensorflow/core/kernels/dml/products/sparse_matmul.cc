// SparseTensorDenseMatMul: the entries of the sparse matrix in their order.
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/views.h"
#include "tensorflow/core/kernels/dml/zeros.h"

namespace tensorflow {
namespace dml {
namespace {

// Inputs: a_indices [entries, 2], a_values, a_shape (host), b. As on other
// accelerators, an entry whose row in b does not exist makes its row of the
// output NaN, and one whose row in the output does not exist is skipped.
class SparseMatMul {
 public:
  explicit SparseMatMul(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("adjoint_a", &adjoint_a_));
    OP_REQUIRES_OK(c, c->GetAttr("adjoint_b", &adjoint_b_));
  }

  Status Compute(KernelContext* c) {
    const Tensor& indices = c->Input(0);
    const Tensor& values = c->Input(1);
    const Tensor& b = c->Input(3);
    Dims a;
    TF_RETURN_IF_ERROR(Check(c, &a));
    const int64 rows = a[adjoint_a_ ? 1 : 0];
    const int64 columns = b.dim_size(adjoint_b_ ? 0 : 1);
    TensorShape shape;
    TF_RETURN_IF_ERROR(
        TensorShapeUtils::MakeShape(Dims{rows, columns}, &shape));
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    if (output->NumElements() == 0) return OkStatus();
    TF_RETURN_IF_ERROR(FillZero(c, *output));
    dml_tensor matrix = Describe(b);
    if (adjoint_b_) matrix = Permute(matrix, {1, 0});
    const dml_tensor to = Column(indices, adjoint_a_ ? 1 : 0);
    const dml_tensor from = Column(indices, adjoint_a_ ? 0 : 1);
    const dml_tensor x = Describe(values), y = Describe(*output);
    DML_RETURN_IF_FAILED(
        dml_sparse_matmul(c->device(), &to, &from, &x, &matrix, &y));
    return OkStatus();
  }

 private:
  Status Check(KernelContext* c, Dims* a) const {
    const TensorShape& indices = c->Input(0).shape();
    const TensorShape& values = c->Input(1).shape();
    const TensorShape& b = c->Input(3).shape();
    if (!TensorShapeUtils::IsMatrix(b)) {
      return errors::InvalidArgument("Tensor 'b' is not a matrix");
    }
    if (!TensorShapeUtils::IsVector(c->Input(2).shape())) {
      return errors::InvalidArgument("Tensor 'a_shape' is not a vector");
    }
    TF_RETURN_IF_ERROR(c->HostIntegers(2, a));
    if (a->size() != 2) {
      return errors::InvalidArgument("Tensor 'a_shape' must have 2 elements");
    }
    if (!TensorShapeUtils::IsVector(values)) {
      return errors::InvalidArgument("Tensor 'a_values' is not a vector");
    }
    if (!TensorShapeUtils::IsMatrix(indices)) {
      return errors::InvalidArgument("Tensor 'a_indices' is not a matrix");
    }
    if (indices.dim_size(0) != values.num_elements()) {
      return errors::InvalidArgument(
          "Number of rows of a_indices does not match number of entries in "
          "a_values");
    }
    if (indices.dim_size(1) != 2) {
      return errors::InvalidArgument(
          "Number of columns of a_indices does not match number of entries in "
          "a_shape");
    }
    const int64 inner = (*a)[adjoint_a_ ? 0 : 1];
    const int64 b_inner = b.dim_size(adjoint_b_ ? 1 : 0);
    if (inner != b_inner) {
      return errors::InvalidArgument(
          "Cannot multiply A and B because inner dimension does not match: ",
          inner, " vs. ", b_inner,
          ".  Did you forget a transpose?  Dimensions of A: [", (*a)[0], ", ",
          (*a)[1], ").  Dimensions of B: ", b.DebugString());
    }
    return OkStatus();
  }

  static dml_tensor Column(const Tensor& indices, int column) {
    dml_tensor result = Describe(indices, {indices.dim_size(0)});
    result.data += column * DataTypeSize(indices.dtype());
    result.strides[0] = 2;
    return result;
  }

  bool adjoint_a_ = false;
  bool adjoint_b_ = false;
};

const Kernels kKernels({
    Row("SparseTensorDenseMatMul")
        .Types("T", kFloatsAndDouble)
        .Types("Tindices", kIndices)
        .Host({"a_shape"})
        .Make<SparseMatMul>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
