// SparseTensorDenseMatMul: rows of the dense matrix, times the values, added up
// by the sparse matrix's rows in the order of its entries.
#include "tensorflow/core/kernels/dml/fill.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/views.h"

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
    const int64 entries = values.NumElements();
    const int64 rows = a[adjoint_a_ ? 1 : 0];
    const int64 columns = b.dim_size(adjoint_b_ ? 0 : 1);
    TensorShape shape;
    TF_RETURN_IF_ERROR(
        TensorShapeUtils::MakeShape(Dims{rows, columns}, &shape));
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    if (output->NumElements() == 0) return Status::OK();
    TF_RETURN_IF_ERROR(FillZero(c, *output));
    if (entries == 0 || b.NumElements() == 0) return Status::OK();

    dml_tensor matrix = Describe(b, {1, b.dim_size(0), b.dim_size(1)});
    if (adjoint_b_) matrix = Permute(matrix, {0, 2, 1});
    Tensor products;
    TF_RETURN_IF_ERROR(
        c->Temporary(b.dtype(), TensorShape({entries, columns}), &products));
    const dml_tensor from = Column(indices, adjoint_a_ ? 0 : 1);
    const dml_tensor gathered = Describe(products, {1, entries, columns});
    DML_RETURN_IF_FAILED(dml_gather(c->device(), &matrix, &from, &gathered));
    Tensor factors;
    TF_RETURN_IF_ERROR(
        FindFactors(c, from, b.dim_size(adjoint_b_ ? 1 : 0), &factors));
    TF_RETURN_IF_ERROR(
        c->Elementwise(DML_MULTIPLY, {&products, &factors}, products));
    const dml_tensor to = Column(indices, adjoint_a_ ? 1 : 0);
    const dml_tensor x = Describe(products), y = Describe(*output);
    DML_RETURN_IF_FAILED(
        dml_scatter(c->device(), DML_SCATTER_ADD, &to, &x, &y));
    return Status::OK();
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
    return Status::OK();
  }

  // The values, NaN where their row in b, of `rows`, does not exist.
  static Status FindFactors(KernelContext* c, dml_tensor indices, int64 rows,
                            Tensor* factors) {
    const Tensor& values = c->Input(1);
    const int64 entries = values.NumElements();
    Tensor limit, exists, nan;
    TF_RETURN_IF_ERROR(
        c->Temporary(c->Input(0).dtype(), TensorShape({1}), &limit));
    TF_RETURN_IF_ERROR(
        c->Temporary(DT_BOOL, TensorShape({entries, 1}), &exists));
    TF_RETURN_IF_ERROR(c->Temporary(values.dtype(), TensorShape({1}), &nan));
    TF_RETURN_IF_ERROR(
        c->Temporary(values.dtype(), TensorShape({entries, 1}), factors));
    dml_tensor end = Describe(limit);  // whose low bytes come first
    DML_RETURN_IF_FAILED(dml_fill(c->device(), &end, &rows));
    // Negative numbers are large unsigned ones.
    indices.type = indices.type == DML_INT64 ? DML_UINT64 : DML_UINT32;
    end.type = indices.type;
    end.sizes[0] = entries;
    end.strides[0] = 0;
    const dml_tensor mask = Describe(exists, {entries});
    const dml_tensor* const compared[] = {&indices, &end};
    DML_RETURN_IF_FAILED(dml_elementwise(c->device(), DML_LESS, compared, 2,
                                         &mask, /*parameters=*/nullptr));
    TF_RETURN_IF_ERROR(FillNan(c, nan));
    const Tensor column = Reshaped(values, factors->shape());
    return c->Elementwise(DML_SELECT, {&exists, &column, &nan}, *factors);
  }

  static Status FillNan(KernelContext* c, const Tensor& scalar) {
    const dml_tensor y = Describe(scalar);
    const uint64 bits = scalar.dtype() == DT_DOUBLE  ? 0x7ff8000000000000
                        : scalar.dtype() == DT_FLOAT ? 0x7fc00000
                                                     : 0x7e00;
    DML_RETURN_IF_FAILED(dml_fill(c->device(), &y, &bits));
    return Status::OK();
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
