// Qr, SelfAdjointEigV2 and Svd.
#include <algorithm>

#include "tensorflow/core/kernels/dml/linear_algebra/matrix_kernel.h"

namespace tensorflow {
namespace dml {
namespace {

// Output `index`: vectors or matrices, one for each matrix of the input.
Status BatchOutput(KernelContext* c, int index,
                   std::initializer_list<int64> sizes, dml_tensor* described) {
  TensorShape shape = BatchShape(c->Input(0));
  for (const int64 size : sizes) shape.AddDim(size);
  Tensor* output;
  TF_RETURN_IF_ERROR(c->Output(index, shape, &output));
  Dims dims = {AsMatrices(c->Input(0))[0]};
  for (const int64 size : sizes) dims.push_back(size);
  *described = Describe(*output, dims);
  return OkStatus();
}

// What an op gives that was not asked to compute vectors.
Status NoVectors(KernelContext* c, int index) {
  Tensor* output;
  return c->Output(index, TensorShape({0}), &output);
}

class Qr {
 public:
  static constexpr DeviceLimit kLimit = {2048, 512, 32};

  explicit Qr(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("full_matrices", &full_));
  }

  Status Compute(KernelContext* c) {
    TF_RETURN_IF_ERROR(CheckMatrices(c));
    const Dims sizes = AsMatrices(c->Input(0));
    const int64 k = full_ ? sizes[1] : std::min(sizes[1], sizes[2]);
    const dml_tensor a = Describe(c->Input(0), sizes);
    dml_tensor q, r;
    TF_RETURN_IF_ERROR(BatchOutput(c, 0, {sizes[1], k}, &q));
    TF_RETURN_IF_ERROR(BatchOutput(c, 1, {k, sizes[2]}, &r));
    DML_RETURN_IF_FAILED(dml_qr(c->device(), &a, &q, &r));
    return OkStatus();
  }

 private:
  bool full_ = false;
};

constexpr DeviceLimit Qr::kLimit;

class SelfAdjointEig {
 public:
  static constexpr DeviceLimit kLimit = {1024, 512, 8};

  explicit SelfAdjointEig(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("compute_v", &vectors_));
  }

  Status Compute(KernelContext* c) {
    TF_RETURN_IF_ERROR(CheckSquareMatrices(c));
    const Dims sizes = AsMatrices(c->Input(0));
    const dml_tensor a = Describe(c->Input(0), sizes);
    dml_tensor values, vectors;
    TF_RETURN_IF_ERROR(BatchOutput(c, 0, {sizes[1]}, &values));
    TF_RETURN_IF_ERROR(vectors_
                           ? BatchOutput(c, 1, {sizes[1], sizes[1]}, &vectors)
                           : NoVectors(c, 1));
    DML_RETURN_IF_FAILED(dml_self_adjoint_eigen(c->device(), &a, &values,
                                                vectors_ ? &vectors : nullptr));
    return OkStatus();
  }

 private:
  bool vectors_ = true;
};

constexpr DeviceLimit SelfAdjointEig::kLimit;

class Svd {
 public:
  static constexpr DeviceLimit kLimit = {1024, 512, 8};

  explicit Svd(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("compute_uv", &vectors_));
    OP_REQUIRES_OK(c, c->GetAttr("full_matrices", &full_));
  }

  Status Compute(KernelContext* c) {
    TF_RETURN_IF_ERROR(CheckMatrices(c));
    const Dims sizes = AsMatrices(c->Input(0));
    const int64 k = std::min(sizes[1], sizes[2]);
    const dml_tensor a = Describe(c->Input(0), sizes);
    dml_tensor s, u, v;
    TF_RETURN_IF_ERROR(BatchOutput(c, 0, {k}, &s));
    if (vectors_) {
      TF_RETURN_IF_ERROR(
          BatchOutput(c, 1, {sizes[1], full_ ? sizes[1] : k}, &u));
      TF_RETURN_IF_ERROR(
          BatchOutput(c, 2, {sizes[2], full_ ? sizes[2] : k}, &v));
    } else {
      TF_RETURN_IF_ERROR(NoVectors(c, 1));
      TF_RETURN_IF_ERROR(NoVectors(c, 2));
    }
    DML_RETURN_IF_FAILED(dml_svd(c->device(), &a, &s, vectors_ ? &u : nullptr,
                                 vectors_ ? &v : nullptr));
    return OkStatus();
  }

 private:
  bool vectors_ = true;
  bool full_ = false;
};

constexpr DeviceLimit Svd::kLimit;

const Kernels kKernels({
    MatrixRow("Qr").MakeKernel<MatrixKernel<Qr>>(),
    MatrixRow("SelfAdjointEigV2").MakeKernel<MatrixKernel<SelfAdjointEig>>(),
    MatrixRow("Svd").MakeKernel<MatrixKernel<Svd>>(),
    // The name in old graphs.
    MatrixRow("BatchSvd").MakeKernel<MatrixKernel<Svd>>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
