// TridiagonalMatMul and TridiagonalSolve. A matrix that can't be inverted is an
// error, which only the device can find: see read_back.h.
#include "tensorflow/core/kernels/dml/linear_algebra/matrix_kernel.h"

namespace tensorflow {
namespace dml {
namespace {

// Inputs: the diagonal above the main one, the main one and the one below, each
// a matrix of one row, and what they are multiplied with.
class TridiagonalMatMul {
 public:
  explicit TridiagonalMatMul(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    TF_RETURN_IF_ERROR(CheckMatrices(c));
    const Tensor& right = c->Input(3);
    const Dims sizes = AsMatrices(right);
    const char* const names[] = {"superdiagonal", "main diagonal",
                                 "subdiagonal"};
    dml_tensor diagonals[3];
    for (int i = 0; i < 3; ++i) {
      const Dims found = AsMatrices(c->Input(i));
      if (found[1] != 1 || found[2] != sizes[1]) {
        return errors::InvalidArgument(
            "Invalid ", names[i], " shape: ", c->Input(i).shape().DebugString(),
            " for a right-hand matrix of ", sizes[1], " rows");
      }
      diagonals[i] = Describe(c->Input(i), {sizes[0], sizes[1]});
    }
    Tensor* product;
    TF_RETURN_IF_ERROR(c->Output(0, right.shape(), &product));
    const dml_tensor x = Describe(right, sizes), y = Describe(*product, sizes);
    DML_RETURN_IF_FAILED(dml_tridiagonal_matmul(
        c->device(), &diagonals[0], &diagonals[1], &diagonals[2], &x, &y));
    return OkStatus();
  }
};

// Inputs: diagonals [..., 3, n], right-hand sides [..., n, columns]. Its value
// is whether a matrix is singular.
class TridiagonalSolve {
 public:
  explicit TridiagonalSolve(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("partial_pivoting", &pivoting_));
  }

  Status Measure(KernelContext* c, Readings* readings) {
    readings->value = Tensor(DT_INT32, TensorShape({0}));
    TF_RETURN_IF_ERROR(CheckMatrices(c));
    const Dims left = AsMatrices(c->Input(0));
    const Dims right = AsMatrices(c->Input(1));
    if (left[1] != 3) {
      return errors::InvalidArgument(
          "Expected diagonals to be provided as a matrix with 3 rows, got ",
          left[1], " rows.");
    }
    if (left[2] != right[1]) {
      return errors::InvalidArgument(
          "Expected the same number of left-hand sides and right-hand sides, "
          "got ",
          left[2], " and ", right[1], ".");
    }
    Tensor* solution;
    TF_RETURN_IF_ERROR(
        c->OutputOrForward({1}, 0, c->Input(1).shape(), &solution));
    if (left[0] == 0 || left[2] == 0) return OkStatus();
    Tensor singular;
    TF_RETURN_IF_ERROR(
        c->Temporary(DT_INT32, TensorShape({left[0]}), &singular));
    const dml_tensor a = Describe(c->Input(0), left),
                     b = Describe(c->Input(1), right),
                     x = Describe(*solution, right), found = Describe(singular);
    DML_RETURN_IF_FAILED(
        dml_tridiagonal_solve(c->device(), pivoting_, &a, &b, &x, &found));
    readings->value = singular;
    if (left[0] == 1) return OkStatus();
    TF_RETURN_IF_ERROR(
        c->Temporary(DT_INT32, TensorShape({1}), &readings->value));
    const dml_tensor any = Describe(readings->value);
    DML_RETURN_IF_FAILED(
        dml_reduce(c->device(), DML_REDUCE_MAX, &found, &any, 1.0));
    return OkStatus();
  }

  Status Finish(KernelContext* c, const Tensor& value, const Readings&) {
    if (value.NumElements() == 0 || value.flat<int32>()(0) == 0) {
      return OkStatus();
    }
    const string matrix =
        AsMatrices(c->Input(0))[0] == 1 ? "The matrix" : "One of the matrices";
    if (!pivoting_) {
      return errors::InvalidArgument(
          matrix, " is not invertible, or needs partial_pivoting = True");
    }
    return errors::InvalidArgument(matrix, " is not invertible.");
  }

 private:
  bool pivoting_ = true;
};

const TypeList kTypes = {DT_FLOAT, DT_DOUBLE, DT_COMPLEX64, DT_COMPLEX128};

const Kernels kKernels({
    Row("TridiagonalMatMul").Types("T", kTypes).Make<TridiagonalMatMul>(),
    Row("TridiagonalSolve")
        .Types("T", kTypes)
        .MakeKernel<ReadBackKernel<TridiagonalSolve>>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
