// MatMul, _FusedMatMul and BatchMatMul in all its versions.
#include <vector>

#include "tensorflow/core/kernels/dml/fused_ops.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/views.h"
#include "tensorflow/core/util/matmul_bcast.h"

namespace tensorflow {
namespace dml {
namespace {

// Appends a matrix, `rows` by `columns` in memory, to a batch of them.
void AppendMatrix(dml_tensor* batch, int64 rows, int64 columns,
                  bool transpose) {
  const uint32_t rank = batch->rank;
  batch->sizes[rank] = transpose ? columns : rows;
  batch->strides[rank] = transpose ? 1 : columns;
  batch->sizes[rank + 1] = transpose ? rows : columns;
  batch->strides[rank + 1] = transpose ? columns : 1;
  batch->rank += 2;
}

// The matrices of `tensor` as a view of its batch dimensions alone, broadcast
// to `batch_sizes`.
View BatchView(const Tensor& tensor, gtl::ArraySlice<int64> batch_sizes) {
  View view = MakeView(tensor);
  view.sizes.resize(tensor.dims() - 2);
  view.strides.resize(tensor.dims() - 2);
  return Broadcast(view, batch_sizes);
}

// How an operand enters a product.
struct Use {
  bool transpose;
  bool conjugate;
};

// What follows a product: a bias of its columns (null for none), and an
// activation.
struct Epilogue {
  const Tensor* bias = nullptr;
  dml_activation activation = DML_ACTIVATION_NONE;
};

// c = a x b, where c's shape is settled. An epilogue is for matrices of floats.
Status Multiply(KernelContext* c, const Tensor& a, Use use_a, const Tensor& b,
                Use use_b, const Tensor& product,
                const Epilogue& epilogue = Epilogue()) {
  if (product.NumElements() == 0) return OkStatus();
  Dims batch_sizes;
  for (int d = 0; d < product.dims() - 2; ++d) {
    batch_sizes.push_back(product.dim_size(d));
  }
  const View batch_a = BatchView(a, batch_sizes);
  const View batch_b = BatchView(b, batch_sizes);
  const View batch_c = BatchView(product, batch_sizes);
  dml_tensor ta, tb, tc;
  TF_RETURN_IF_ERROR(
      ToDmlTensors({&batch_a, &batch_b, &batch_c}, {&ta, &tb, &tc}));
  if (tc.rank + 2 > DML_MAX_RANK) {
    return errors::Unimplemented(
        "The DML device multiplies matrices with up to ", DML_MAX_RANK - 2,
        " batch dimensions after merging, but these need ", tc.rank);
  }
  const auto append = [](dml_tensor* batch, const Tensor& tensor,
                         bool transpose) {
    AppendMatrix(batch, tensor.dim_size(tensor.dims() - 2),
                 tensor.dim_size(tensor.dims() - 1), transpose);
  };
  append(&ta, a, use_a.transpose);
  append(&tb, b, use_b.transpose);
  append(&tc, product, false);
  if (DataTypeIsComplex(product.dtype())) {
    DML_RETURN_IF_FAILED(dml_complex_gemm(c->device(), &ta, use_a.conjugate,
                                          &tb, use_b.conjugate, &tc));
    return OkStatus();
  }
  dml_tensor bias = tc;
  if (epilogue.bias != nullptr) {
    bias.data = Address(*epilogue.bias);
    bias.strides[bias.rank - 2] = 0;
    bias.strides[bias.rank - 1] = 1;
  }
  DML_RETURN_IF_FAILED(dml_gemm(c->device(), &ta, &tb, &tc, 1.0, 0.0,
                                epilogue.bias != nullptr ? &bias : nullptr,
                                epilogue.activation));
  return OkStatus();
}

class MatMul {
 public:
  // `fused`: with a bias, and maybe an activation.
  MatMul(OpKernelConstruction* c, bool fused) : fused_(fused) {
    OP_REQUIRES_OK(c, c->GetAttr("transpose_a", &transpose_a_));
    OP_REQUIRES_OK(c, c->GetAttr("transpose_b", &transpose_b_));
    if (!fused_) return;
    OP_REQUIRES_OK(c, ReadFusedOps(c, &ops_));
    OP_REQUIRES(c, !ops_.batch_norm,
                errors::Unimplemented(
                    "Fusion is not implemented: a product and a batch norm"));
  }

  Status Compute(KernelContext* c) {
    const Tensor& a = c->Input(0);
    const Tensor& b = c->Input(1);
    for (int i = 0; i < 2; ++i) {
      if (!TensorShapeUtils::IsMatrix(c->Input(i).shape())) {
        return errors::InvalidArgument(
            "In[", i, "] is not a matrix. Instead it has shape ",
            c->Input(i).shape().DebugString());
      }
    }
    if (a.dim_size(transpose_a_ ? 0 : 1) != b.dim_size(transpose_b_ ? 1 : 0)) {
      return errors::InvalidArgument(
          "Matrix size-incompatible: In[0]: ", a.shape().DebugString(),
          ", In[1]: ", b.shape().DebugString());
    }
    Tensor* product;
    TF_RETURN_IF_ERROR(
        c->Output(0,
                  TensorShape({a.dim_size(transpose_a_ ? 1 : 0),
                               b.dim_size(transpose_b_ ? 0 : 1)}),
                  &product));
    Epilogue epilogue;
    if (fused_) {
      TF_RETURN_IF_ERROR(CheckFusedArgument("_FusedMatMul", c->Input(2),
                                            product->dim_size(1)));
      epilogue.bias = &c->Input(2);
      epilogue.activation = ops_.activation;
    }
    TF_RETURN_IF_ERROR(Multiply(c, a, {transpose_a_, false}, b,
                                {transpose_b_, false}, *product, epilogue));
    return AddLeakyRelu(c, ops_, *product);
  }

 private:
  const bool fused_;
  FusedOps ops_;
  bool transpose_a_;
  bool transpose_b_;
};

class BatchMatMul {
 public:
  BatchMatMul(OpKernelConstruction* c, bool broadcast) : broadcast_(broadcast) {
    OP_REQUIRES_OK(c, c->GetAttr("adj_x", &adjoint_a_));
    OP_REQUIRES_OK(c, c->GetAttr("adj_y", &adjoint_b_));
  }

  Status Compute(KernelContext* c) {
    const Tensor& a = c->Input(0);
    const Tensor& b = c->Input(1);
    TF_RETURN_IF_ERROR(broadcast_ ? CheckRanks(a, b) : CheckSameBatch(a, b));
    const MatMulBCast batch(a.shape().dim_sizes(), b.shape().dim_sizes());
    if (!batch.IsValid()) {
      return errors::InvalidArgument(
          "In[0] and In[1] must have compatible batch dimensions: ",
          a.shape().DebugString(), " vs. ", b.shape().DebugString());
    }
    const int64 inner_a = a.dim_size(a.dims() - (adjoint_a_ ? 2 : 1));
    const int64 inner_b = b.dim_size(b.dims() - (adjoint_b_ ? 1 : 2));
    if (inner_a != inner_b) {
      return errors::InvalidArgument(
          "In[0] mismatch In[1] shape: ", inner_a, " vs. ", inner_b, ": ",
          a.shape().DebugString(), " ", b.shape().DebugString(), " ",
          adjoint_a_, " ", adjoint_b_);
    }
    TensorShape shape = batch.output_batch_shape();
    shape.AddDim(a.dim_size(a.dims() - (adjoint_a_ ? 1 : 2)));
    shape.AddDim(b.dim_size(b.dims() - (adjoint_b_ ? 2 : 1)));
    Tensor* product;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &product));
    return Multiply(c, a, {adjoint_a_, adjoint_a_}, b, {adjoint_b_, adjoint_b_},
                    *product);
  }

 private:
  static Status CheckRanks(const Tensor& a, const Tensor& b) {
    const Tensor* const inputs[] = {&a, &b};
    for (int i = 0; i < 2; ++i) {
      if (inputs[i]->dims() < 2) {
        return errors::InvalidArgument(
            "In[", i, "] ndims must be >= 2: ", inputs[i]->dims());
      }
    }
    return OkStatus();
  }

  static Status CheckSameBatch(const Tensor& a, const Tensor& b) {
    if (a.dims() != b.dims()) {
      return errors::InvalidArgument(
          "In[0] and In[1] has different ndims: ", a.shape().DebugString(),
          " vs. ", b.shape().DebugString());
    }
    if (a.dims() < 2) {
      return errors::InvalidArgument("In[0] and In[1] ndims must be >= 2: ",
                                     a.dims());
    }
    for (int d = 0; d < a.dims() - 2; ++d) {
      if (a.dim_size(d) != b.dim_size(d)) {
        return errors::InvalidArgument(
            "In[0].dim(", d, ") and In[1].dim(", d,
            ") must be the same: ", a.shape().DebugString(), " vs ",
            b.shape().DebugString());
      }
    }
    return OkStatus();
  }

  const bool broadcast_;
  bool adjoint_a_;
  bool adjoint_b_;
};

// All types that the ops' definitions allow: integers, too, which CUDA's build
// multiplies on the CPU.
const TypeList kMultiplied = {DT_FLOAT,     DT_HALF,       DT_DOUBLE,
                              DT_COMPLEX64, DT_COMPLEX128, DT_INT32};
const TypeList kMultipliedByMatMul = {DT_FLOAT,     DT_HALF,       DT_DOUBLE,
                                      DT_COMPLEX64, DT_COMPLEX128, DT_INT32,
                                      DT_INT64};

std::vector<Row> Rows() {
  std::vector<Row> rows = {
      Row("MatMul").Types("T", kMultipliedByMatMul).Make<MatMul>(false),
      Row("_FusedMatMul").Types("T", {DT_FLOAT}).Make<MatMul>(true),
      Row("BatchMatMul").Types("T", kMultiplied).Make<BatchMatMul>(false),
      Row("BatchMatMulV2").Types("T", kMultiplied).Make<BatchMatMul>(true),
  };
  // Its product may be of another type than the factors: not here.
  for (const DataType type : kMultiplied) {
    rows.push_back(Row("BatchMatMulV3")
                       .Types("Ta", {type})
                       .Types("Tb", {type})
                       .Types("Tout", {type})
                       .Make<BatchMatMul>(true));
  }
  return rows;
}

const Kernels kKernels(Rows());

}  // namespace
}  // namespace dml
}  // namespace tensorflow
