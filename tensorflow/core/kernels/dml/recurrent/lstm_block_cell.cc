// LSTMBlockCell and its gradient: a step of an LSTM.
#include "tensorflow/core/kernels/dml/recurrent/block_cell.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/zeros.h"

namespace tensorflow {
namespace dml {
namespace {

// The first inputs of both ops: x, cs_prev, h_prev, w, wci, wcf, wco, b.
struct Sizes {
  int64 rows, inputs, units;
};

Status FindSizes(KernelContext* c, bool use_peephole, Sizes* sizes) {
  for (const int i : {0, 1}) {
    if (c->Input(i).dims() == 2) continue;
    return errors::InvalidArgument(i == 0 ? "x" : "cs_prev", " must be 2D");
  }
  *sizes = {c->Input(0).dim_size(0), c->Input(0).dim_size(1),
            c->Input(1).dim_size(1)};
  const int64 rows = sizes->rows, units = sizes->units;
  TF_RETURN_IF_ERROR(CheckSizes("cs_prev", c->Input(1), {rows, units}));
  TF_RETURN_IF_ERROR(CheckSizes("h_prev", c->Input(2), {rows, units}));
  TF_RETURN_IF_ERROR(
      CheckSizes("w", c->Input(3), {sizes->inputs + units, 4 * units}));
  const char* const peepholes[] = {"wci", "wcf", "wco"};
  for (int i = 0; use_peephole && i < 3; ++i) {
    TF_RETURN_IF_ERROR(CheckSizes(peepholes[i], c->Input(4 + i), {units}));
  }
  return CheckSizes("b", c->Input(7), {4 * units});
}

// Input `index` if there are peepholes.
dml_tensor Peephole(KernelContext* c, bool use_peephole, int index) {
  return use_peephole ? Describe(c->Input(index)) : dml_tensor{};
}

// Outputs: i, cs, f, o, ci, co, h.
class LstmBlockCell {
 public:
  explicit LstmBlockCell(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("forget_bias", &forget_bias_));
    OP_REQUIRES_OK(c, c->GetAttr("cell_clip", &cell_clip_));
    OP_REQUIRES_OK(c, c->GetAttr("use_peephole", &use_peephole_));
  }

  Status Compute(KernelContext* c) {
    Sizes sizes;
    TF_RETURN_IF_ERROR(FindSizes(c, use_peephole_, &sizes));
    const TensorShape state({sizes.rows, sizes.units});
    Tensor gates;
    TF_RETURN_IF_ERROR(c->Temporary(c->Input(0).dtype(),
                                    TensorShape({sizes.rows, 4 * sizes.units}),
                                    &gates));
    std::vector<dml_tensor> tensors = {Describe(gates), Describe(c->Input(7)),
                                       Describe(c->Input(1))};
    for (int i = 4; i < 7; ++i) {
      tensors.push_back(Peephole(c, use_peephole_, i));
    }
    for (int i = 0; i < 7; ++i) {
      Tensor* output;
      TF_RETURN_IF_ERROR(c->Output(i, state, &output));
      tensors.push_back(Describe(*output));
    }
    if (state.num_elements() == 0) return OkStatus();
    TF_RETURN_IF_ERROR(MultiplyBoth(c, Describe(c->Input(0)),
                                    Describe(c->Input(2)),
                                    Describe(c->Input(3)), tensors[0]));
    return RunBlockCell(c, DML_LSTM_BLOCK,
                        use_peephole_ ? DML_BLOCK_PEEPHOLE : 0, tensors,
                        forget_bias_, cell_clip_);
  }

 private:
  float forget_bias_;
  float cell_clip_;
  bool use_peephole_;
};

// Inputs after b: i, cs, f, o, ci, co, cs_grad, h_grad. Outputs: cs_prev_grad,
// dicfo (of the gates), wci_grad, wcf_grad, wco_grad. What the CPU computes:
// CUDA's kernel adds the peepholes' share of cs_prev_grad twice.
class LstmBlockCellGrad {
 public:
  explicit LstmBlockCellGrad(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("use_peephole", &use_peephole_));
  }

  Status Compute(KernelContext* c) {
    Sizes sizes;
    TF_RETURN_IF_ERROR(FindSizes(c, use_peephole_, &sizes));
    const TensorShape state({sizes.rows, sizes.units});
    const char* const names[] = {"i",  "cs", "f",       "o",
                                 "ci", "co", "cs_grad", "h_grad"};
    for (int i = 0; i < 8; ++i) {
      TF_RETURN_IF_ERROR(
          CheckSizes(names[i], c->Input(8 + i), {sizes.rows, sizes.units}));
    }
    Tensor *before, *gates, terms;
    Tensor* weights[3];
    TF_RETURN_IF_ERROR(c->Output(0, state, &before));
    TF_RETURN_IF_ERROR(
        c->Output(1, TensorShape({sizes.rows, 4 * sizes.units}), &gates));
    for (int i = 0; i < 3; ++i) {
      TF_RETURN_IF_ERROR(
          c->Output(2 + i, c->Input(4 + i).shape(), &weights[i]));
      if (!use_peephole_ || state.num_elements() == 0) {
        TF_RETURN_IF_ERROR(FillZero(c, *weights[i]));
      }
    }
    if (state.num_elements() == 0) return OkStatus();
    std::vector<dml_tensor> tensors = {Describe(c->Input(1))};
    for (int i = 4; i < 7; ++i) {
      tensors.push_back(Peephole(c, use_peephole_, i));
    }
    for (int i = 8; i < 15; ++i) tensors.push_back(Describe(c->Input(i)));
    tensors.push_back(dml_tensor{});  // no step came later
    tensors.push_back(Describe(c->Input(15)));
    tensors.push_back(Describe(*gates));
    tensors.push_back(Describe(*before));
    if (!use_peephole_) {
      tensors.push_back(dml_tensor{});
      return RunBlockCell(c, DML_LSTM_BLOCK_GRADIENT, 0, tensors);
    }
    TF_RETURN_IF_ERROR(c->Temporary(
        gates->dtype(), TensorShape({sizes.rows, 3 * sizes.units}), &terms));
    tensors.push_back(Describe(terms));
    TF_RETURN_IF_ERROR(
        RunBlockCell(c, DML_LSTM_BLOCK_GRADIENT, DML_BLOCK_PEEPHOLE, tensors));
    for (int i = 0; i < 3; ++i) {
      // Every third run of `units` columns.
      const int64 bytes = DataTypeSize(terms.dtype());
      dml_tensor columns = tensors.back();
      columns.data += i * sizes.units * bytes;
      columns.sizes[1] = sizes.units;
      const dml_tensor sums = Describe(*weights[i], {1, sizes.units});
      DML_RETURN_IF_FAILED(
          dml_reduce(c->device(), DML_REDUCE_SUM, &columns, &sums, 1.0));
    }
    return OkStatus();
  }

 private:
  bool use_peephole_;
};

const Kernels kKernels({
    Row("LSTMBlockCell").Types("T", kFloats).Make<LstmBlockCell>(),
    Row("LSTMBlockCellGrad").Types("T", kFloats).Make<LstmBlockCellGrad>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
