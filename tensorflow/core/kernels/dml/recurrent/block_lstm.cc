// BlockLSTM and its gradient, versions 1 and 2: an LSTM over all steps, which
// keeps every gate. Version 2 has its gates in another order and no forget
// bias.
#include <algorithm>
#include <vector>

#include "tensorflow/core/kernels/dml/recurrent/block_cell.h"
#include "tensorflow/core/kernels/dml/recurrent/matrices.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/zeros.h"

namespace tensorflow {
namespace dml {
namespace {

// The first inputs of all: seq_len_max (host), x, cs_prev, h_prev, w, wci, wcf,
// wco, b.
enum Input { kLength, kX, kCsPrev, kHPrev, kW, kWci, kWcf, kWco, kB };

struct Sizes {
  int64 steps;   // of x
  int64 length;  // steps that are computed
  int64 rows, inputs, units;

  int64 states() const { return rows * units; }  // elements of a step
};

Status FindSizes(KernelContext* c, Sizes* sizes) {
  if (c->Input(kX).dims() != 3) return errors::InvalidArgument("x must be 3D");
  if (c->Input(kCsPrev).dims() != 2) {
    return errors::InvalidArgument("cs_prev must be 2D");
  }
  const TensorShape& x = c->Input(kX).shape();
  const int64 rows = x.dim_size(1), units = c->Input(kCsPrev).dim_size(1);
  *sizes = {x.dim_size(0), 0, rows, x.dim_size(2), units};
  TF_RETURN_IF_ERROR(CheckSizes("cs_prev", c->Input(kCsPrev), {rows, units}));
  TF_RETURN_IF_ERROR(CheckSizes("h_prev", c->Input(kHPrev), {rows, units}));
  TF_RETURN_IF_ERROR(
      CheckSizes("w", c->Input(kW), {sizes->inputs + units, 4 * units}));
  TF_RETURN_IF_ERROR(CheckSizes("wci", c->Input(kWci), {units}));
  TF_RETURN_IF_ERROR(CheckSizes("wcf", c->Input(kWcf), {units}));
  TF_RETURN_IF_ERROR(CheckSizes("wco", c->Input(kWco), {units}));
  TF_RETURN_IF_ERROR(CheckSizes("b", c->Input(kB), {4 * units}));
  TF_RETURN_IF_ERROR(c->HostInteger(kLength, &sizes->length));
  if (sizes->length > sizes->steps) {
    return errors::InvalidArgument("seq_len_max is ", sizes->length,
                                   ", but x has ", sizes->steps, " steps only");
  }
  sizes->length = std::max<int64>(sizes->length, 0);
  return OkStatus();
}

class BlockLstmBase {
 protected:
  BlockLstmBase(OpKernelConstruction* c, uint32 flags) : flags_(flags) {
    bool use_peephole = false;
    OP_REQUIRES_OK(c, c->GetAttr("use_peephole", &use_peephole));
    if (use_peephole) flags_ |= DML_BLOCK_PEEPHOLE;
  }

  bool use_peephole() const { return (flags_ & DML_BLOCK_PEEPHOLE) != 0; }

  // wci, wcf, wco, or what stands for none.
  void AddPeepholes(KernelContext* c, std::vector<dml_tensor>* tensors) const {
    for (const int i : {kWci, kWcf, kWco}) {
      tensors->push_back(use_peephole() ? Describe(c->Input(i)) : dml_tensor{});
    }
  }

  // A step of a tensor [steps, rows, columns].
  static dml_tensor Step(const Sizes& sizes, const Tensor& tensor, int64 step,
                         int64 gates = 1) {
    const int64 columns = gates * sizes.units;
    return Matrix(tensor, step * sizes.rows * columns, sizes.rows, columns);
  }
  // The state before a step: `first` or that of the step before.
  static dml_tensor Before(const Sizes& sizes, const Tensor& first,
                           const Tensor& states, int64 step) {
    return step == 0 ? Describe(first) : Step(sizes, states, step - 1);
  }

  uint32 flags_;
};

// Outputs: i, cs, f, o, ci, co, h; steps from seq_len_max on are 0.
class BlockLstm : BlockLstmBase {
 public:
  BlockLstm(OpKernelConstruction* c, uint32 flags) : BlockLstmBase(c, flags) {
    OP_REQUIRES_OK(c, c->GetAttr("cell_clip", &cell_clip_));
    if (!c->HasAttr("forget_bias")) return;
    OP_REQUIRES_OK(c, c->GetAttr("forget_bias", &forget_bias_));
  }

  Status Compute(KernelContext* c) {
    Sizes sizes;
    TF_RETURN_IF_ERROR(FindSizes(c, &sizes));
    const TensorShape shape({sizes.steps, sizes.rows, sizes.units});
    Tensor* outputs[7];
    for (int i = 0; i < 7; ++i) {
      TF_RETURN_IF_ERROR(c->Output(i, shape, &outputs[i]));
      if (sizes.length < sizes.steps) {
        TF_RETURN_IF_ERROR(
            FillZero(c, outputs[i]->Slice(sizes.length, sizes.steps)));
      }
    }
    const int64 all_rows = sizes.length * sizes.rows;
    if (all_rows * sizes.units == 0) return OkStatus();
    const Tensor &x = c->Input(kX), &h = *outputs[6], &cs = *outputs[1];
    Tensor products;
    TF_RETURN_IF_ERROR(c->Temporary(
        x.dtype(), TensorShape({all_rows, 4 * sizes.units}), &products));
    const dml_tensor w = Describe(c->Input(kW));
    // What the inputs give, of all steps at once.
    TF_RETURN_IF_ERROR(MultiplyMatrices(c, Matrix(x, 0, all_rows, sizes.inputs),
                                        RowRange(w, 0, sizes.inputs),
                                        Describe(products), 0));
    const dml_tensor w_h = RowRange(w, sizes.inputs, sizes.units);
    for (int64 t = 0; t < sizes.length; ++t) {
      const dml_tensor gates = Step(sizes, products, t, 4);
      TF_RETURN_IF_ERROR(MultiplyMatrices(
          c, Before(sizes, c->Input(kHPrev), h, t), w_h, gates, 1));
      std::vector<dml_tensor> tensors = {
          gates, Describe(c->Input(kB)),
          Before(sizes, c->Input(kCsPrev), cs, t)};
      AddPeepholes(c, &tensors);
      for (const Tensor* output : outputs) {
        tensors.push_back(Step(sizes, *output, t));
      }
      TF_RETURN_IF_ERROR(RunBlockCell(c, DML_LSTM_BLOCK, flags_, tensors,
                                      forget_bias_, cell_clip_));
    }
    return OkStatus();
  }

 private:
  float forget_bias_ = 0;
  float cell_clip_;
};

// Inputs after b: i, cs, f, o, ci, co, h, cs_grad, h_grad. Outputs: x_grad,
// cs_prev_grad, h_prev_grad, w_grad, wci_grad, wcf_grad, wco_grad, b_grad.
class BlockLstmGrad : BlockLstmBase {
 public:
  BlockLstmGrad(OpKernelConstruction* c, uint32 flags)
      : BlockLstmBase(c, flags) {}

  Status Compute(KernelContext* c) {
    Sizes sizes;
    TF_RETURN_IF_ERROR(FindSizes(c, &sizes));
    const char* const names[] = {"i",  "cs", "f",       "o",     "ci",
                                 "co", "h",  "cs_grad", "h_grad"};
    for (int i = 0; i < 9; ++i) {
      TF_RETURN_IF_ERROR(CheckSizes(names[i], c->Input(kFirstState + i),
                                    {sizes.steps, sizes.rows, sizes.units}));
    }
    Tensor* outputs[8];
    for (int i = 0; i < 8; ++i) {
      TF_RETURN_IF_ERROR(c->Output(i, c->Input(1 + i).shape(), &outputs[i]));
    }
    if (sizes.length * sizes.states() == 0) {
      for (const Tensor* output : outputs) {
        TF_RETURN_IF_ERROR(FillZero(c, *output));
      }
      return OkStatus();
    }
    const DataType type = c->Input(kX).dtype();
    const int64 all_rows = sizes.length * sizes.rows;
    Tensor gates, terms;
    TF_RETURN_IF_ERROR(
        c->Temporary(type, TensorShape({all_rows, 4 * sizes.units}), &gates));
    if (use_peephole()) {
      TF_RETURN_IF_ERROR(
          c->Temporary(type, TensorShape({all_rows, 3 * sizes.units}), &terms));
    }
    TF_RETURN_IF_ERROR(
        WalkBack(c, sizes, gates, terms, *outputs[1], *outputs[2]));
    TF_RETURN_IF_ERROR(GradientsOfInput(c, sizes, gates, *outputs[0]));
    TF_RETURN_IF_ERROR(GradientsOfWeights(c, sizes, gates, *outputs[3]));
    for (int i = 0; i < 3; ++i) {
      const Tensor& gradient = *outputs[4 + i];
      TF_RETURN_IF_ERROR(use_peephole()
                             ? SumRows(c, terms, i * sizes.units, gradient)
                             : FillZero(c, gradient));
    }
    return SumRows(c, gates, 0, *outputs[7]);
  }

 private:
  static constexpr int kFirstState = 9;

  // Steps in reverse order: gradients of the gates and of the first states.
  Status WalkBack(KernelContext* c, const Sizes& sizes, const Tensor& gates,
                  const Tensor& terms, const Tensor& cs_prev_grad,
                  const Tensor& h_prev_grad) {
    const auto state = [c](int index) -> const Tensor& {
      return c->Input(kFirstState + index);
    };
    // The outputs' gradients, to which each step adds that of what it took from
    // the step before.
    Tensor h_grads;
    TF_RETURN_IF_ERROR(c->Temporary(gates.dtype(), state(8).shape(), &h_grads));
    TF_RETURN_IF_ERROR(c->CopyTensor(state(8), h_grads));
    const dml_tensor w_h =
        Transposed(RowRange(Describe(c->Input(kW)), sizes.inputs, sizes.units));
    const dml_tensor cs_grad = Describe(cs_prev_grad);
    for (int64 t = sizes.length - 1; t >= 0; --t) {
      const bool last = t == sizes.length - 1;
      std::vector<dml_tensor> tensors = {
          Before(sizes, c->Input(kCsPrev), state(1), t)};
      AddPeepholes(c, &tensors);
      for (int i = 0; i < 6; ++i) {
        tensors.push_back(Step(sizes, state(i), t));
      }
      tensors.push_back(Step(sizes, state(7), t));
      tensors.push_back(last ? dml_tensor{} : cs_grad);
      tensors.push_back(Step(sizes, h_grads, t));
      const dml_tensor gates_grad = Step(sizes, gates, t, 4);
      tensors.push_back(gates_grad);
      tensors.push_back(cs_grad);
      tensors.push_back(use_peephole() ? Step(sizes, terms, t, 3)
                                       : dml_tensor{});
      TF_RETURN_IF_ERROR(RunBlockCell(c, DML_LSTM_BLOCK_GRADIENT,
                                      last ? flags_ : flags_ | DML_BLOCK_LATER,
                                      tensors));
      TF_RETURN_IF_ERROR(MultiplyMatrices(
          c, gates_grad, w_h,
          t == 0 ? Describe(h_prev_grad) : Step(sizes, h_grads, t - 1),
          t == 0 ? 0 : 1));
    }
    return OkStatus();
  }

  static Status GradientsOfInput(KernelContext* c, const Sizes& sizes,
                                 const Tensor& gates, const Tensor& x_grad) {
    if (x_grad.NumElements() == 0) return OkStatus();
    if (sizes.length < sizes.steps) {
      TF_RETURN_IF_ERROR(FillZero(c, x_grad.Slice(sizes.length, sizes.steps)));
    }
    return MultiplyMatrices(
        c, Describe(gates),
        Transposed(RowRange(Describe(c->Input(kW)), 0, sizes.inputs)),
        Matrix(x_grad, 0, sizes.length * sizes.rows, sizes.inputs), 0);
  }

  static Status GradientsOfWeights(KernelContext* c, const Sizes& sizes,
                                   const Tensor& gates, const Tensor& w_grad) {
    const dml_tensor gradient = Describe(w_grad), all = Describe(gates);
    const int64 rows = sizes.rows, later = (sizes.length - 1) * rows;
    if (sizes.inputs > 0) {
      const dml_tensor x = Matrix(c->Input(kX), 0, later + rows, sizes.inputs);
      TF_RETURN_IF_ERROR(MultiplyMatrices(
          c, Transposed(x), all, RowRange(gradient, 0, sizes.inputs), 0));
    }
    const dml_tensor of_h = RowRange(gradient, sizes.inputs, sizes.units);
    TF_RETURN_IF_ERROR(MultiplyMatrices(c,
                                        Transposed(Describe(c->Input(kHPrev))),
                                        RowRange(all, 0, rows), of_h, 0));
    if (later == 0) return OkStatus();
    const dml_tensor h =
        Matrix(c->Input(kFirstState + 6), 0, later, sizes.units);
    return MultiplyMatrices(c, Transposed(h), RowRange(all, rows, later), of_h,
                            1);
  }

  // sums = the sums of the columns from `first` on, of a matrix.
  static Status SumRows(KernelContext* c, const Tensor& matrix, int64 first,
                        const Tensor& sums) {
    const int64 count = sums.NumElements();
    const dml_tensor columns =
        Matrix(matrix, first, matrix.dim_size(0), count, matrix.dim_size(1));
    const dml_tensor to = Describe(sums, {1, count});
    DML_RETURN_IF_FAILED(
        dml_reduce(c->device(), DML_REDUCE_SUM, &columns, &to, 1.0));
    return OkStatus();
  }
};

template <typename Body>
Row BlockRow(const char* name, uint32 flags) {
  return Row(name).Types("T", kFloats).Host({"seq_len_max"}).Make<Body>(flags);
}

const Kernels kKernels({
    BlockRow<BlockLstm>("BlockLSTM", 0),
    BlockRow<BlockLstm>("BlockLSTMV2", DML_BLOCK_IFCO),
    BlockRow<BlockLstmGrad>("BlockLSTMGrad", 0),
    BlockRow<BlockLstmGrad>("BlockLSTMGradV2", DML_BLOCK_IFCO),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
