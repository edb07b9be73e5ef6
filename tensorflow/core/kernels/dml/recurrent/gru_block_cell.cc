// GRUBlockCell and its gradient: a step of a GRU.
#include "tensorflow/core/kernels/dml/recurrent/block_cell.h"
#include "tensorflow/core/kernels/dml/recurrent/matrices.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/zeros.h"

namespace tensorflow {
namespace dml {
namespace {

// The first inputs of both ops: x, h_prev, w_ru, w_c, b_ru, b_c.
struct Sizes {
  int64 rows, inputs, units;
};

Status FindSizes(KernelContext* c, Sizes* sizes) {
  for (const int i : {0, 1}) {
    if (c->Input(i).dims() == 2) continue;
    return errors::InvalidArgument(i == 0 ? "x" : "h_prev", " must be 2D");
  }
  *sizes = {c->Input(0).dim_size(0), c->Input(0).dim_size(1),
            c->Input(1).dim_size(1)};
  const int64 both = sizes->inputs + sizes->units, units = sizes->units;
  TF_RETURN_IF_ERROR(CheckSizes("h_prev", c->Input(1), {sizes->rows, units}));
  TF_RETURN_IF_ERROR(CheckSizes("w_ru", c->Input(2), {both, 2 * units}));
  TF_RETURN_IF_ERROR(CheckSizes("w_c", c->Input(3), {both, units}));
  TF_RETURN_IF_ERROR(CheckSizes("b_ru", c->Input(4), {2 * units}));
  return CheckSizes("b_c", c->Input(5), {units});
}

// Outputs: r, u, c, h.
class GruBlockCell {
 public:
  explicit GruBlockCell(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    Sizes sizes;
    TF_RETURN_IF_ERROR(FindSizes(c, &sizes));
    const DataType type = c->Input(0).dtype();
    const TensorShape state({sizes.rows, sizes.units});
    Tensor* outputs[4];
    for (int i = 0; i < 4; ++i) {
      TF_RETURN_IF_ERROR(c->Output(i, state, &outputs[i]));
    }
    if (state.num_elements() == 0) return OkStatus();
    Tensor products, reset;
    TF_RETURN_IF_ERROR(c->Temporary(
        type, TensorShape({sizes.rows, 2 * sizes.units}), &products));
    TF_RETURN_IF_ERROR(c->Temporary(type, state, &reset));
    const dml_tensor x = Describe(c->Input(0)), h = Describe(c->Input(1));
    const dml_tensor gates = Describe(products), hr = Describe(reset);
    const dml_tensor r = Describe(*outputs[0]), u = Describe(*outputs[1]);
    TF_RETURN_IF_ERROR(MultiplyBoth(c, x, h, Describe(c->Input(2)), gates));
    TF_RETURN_IF_ERROR(
        RunBlockCell(c, DML_GRU_BLOCK_GATES, 0,
                     {gates, Describe(c->Input(4)), h, r, u, hr}));
    const dml_tensor product = Describe(products, {sizes.rows, sizes.units});
    TF_RETURN_IF_ERROR(MultiplyBoth(c, x, hr, Describe(c->Input(3)), product));
    return RunBlockCell(c, DML_GRU_BLOCK_OUTPUTS, 0,
                        {product, Describe(c->Input(5)), h, u,
                         Describe(*outputs[2]), Describe(*outputs[3])});
  }
};

// Inputs after b_c: r, u, c, d_h. Outputs: d_x, d_h_prev, d_c_bar,
// d_r_bar_u_bar, the latter two before their functions.
class GruBlockCellGrad {
 public:
  explicit GruBlockCellGrad(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    Sizes sizes;
    TF_RETURN_IF_ERROR(FindSizes(c, &sizes));
    const int64 units = sizes.units;
    const TensorShape state({sizes.rows, units});
    const char* const names[] = {"r", "u", "c", "d_h"};
    for (int i = 0; i < 4; ++i) {
      TF_RETURN_IF_ERROR(
          CheckSizes(names[i], c->Input(6 + i), {sizes.rows, units}));
    }
    Tensor *x_grad, *h_grad, *c_grad, *gates_grad, through_reset;
    TF_RETURN_IF_ERROR(c->Output(0, c->Input(0).shape(), &x_grad));
    TF_RETURN_IF_ERROR(c->Output(1, state, &h_grad));
    TF_RETURN_IF_ERROR(c->Output(2, state, &c_grad));
    TF_RETURN_IF_ERROR(
        c->Output(3, TensorShape({sizes.rows, 2 * units}), &gates_grad));
    if (state.num_elements() == 0) return FillZero(c, *x_grad);
    TF_RETURN_IF_ERROR(
        c->Temporary(c->Input(0).dtype(), state, &through_reset));
    const dml_tensor h = Describe(c->Input(1)), dh = Describe(c->Input(9));
    const dml_tensor r = Describe(c->Input(6)), u = Describe(c->Input(7));
    const dml_tensor w_ru = Describe(c->Input(2)), w_c = Describe(c->Input(3));
    const dml_tensor d_c = Describe(*c_grad), d_gates = Describe(*gates_grad);
    const dml_tensor dhr = Describe(through_reset), d_h = Describe(*h_grad);
    const auto of_h = [&](const dml_tensor& w) {
      return Transposed(RowRange(w, sizes.inputs, units));
    };
    const auto of_x = [&](const dml_tensor& w) {
      return Transposed(RowRange(w, 0, sizes.inputs));
    };
    TF_RETURN_IF_ERROR(
        RunBlockCell(c, DML_GRU_BLOCK_OUTPUT_GRADIENT, 0,
                     {h, u, Describe(c->Input(8)), dh, d_c, d_gates}));
    TF_RETURN_IF_ERROR(MultiplyMatrices(c, d_c, of_h(w_c), dhr, 0));
    TF_RETURN_IF_ERROR(RunBlockCell(c, DML_GRU_BLOCK_RESET_GRADIENT, 0,
                                    {h, r, u, dh, dhr, d_gates, d_h}));
    TF_RETURN_IF_ERROR(MultiplyMatrices(c, d_gates, of_h(w_ru), d_h, 1));
    if (sizes.inputs == 0) return OkStatus();
    const dml_tensor d_x = Describe(*x_grad);
    TF_RETURN_IF_ERROR(MultiplyMatrices(c, d_c, of_x(w_c), d_x, 0));
    return MultiplyMatrices(c, d_gates, of_x(w_ru), d_x, 1);
  }
};

const Kernels kKernels({
    Row("GRUBlockCell").Types("T", {DT_FLOAT}).Make<GruBlockCell>(),
    Row("GRUBlockCellGrad").Types("T", {DT_FLOAT}).Make<GruBlockCellGrad>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
