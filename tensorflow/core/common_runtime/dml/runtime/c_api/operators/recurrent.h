/* Cells of recurrent layers. */
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_RECURRENT_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_RECURRENT_H_

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Gates, in their order in memory:
 *   RELU, TANH   h' = relu(a), tanh(a)
 *   LSTM         i, f, g, o: c' = sigmoid(f) c + sigmoid(i) tanh(g),
 *                h' = sigmoid(o) tanh(c')
 *   GRU          r, z, n: h' = (1 - z') n' + z' h, n' = tanh(n_x + r' n_h),
 *                r' = sigmoid(r_x + r_h), z' = sigmoid(z_x + z_h) */
typedef enum dml_cell DML_ENUM {
  DML_CELL_RELU = 0,
  DML_CELL_TANH = 1,
  DML_CELL_LSTM = 2,
  DML_CELL_GRU = 3
} dml_cell;

/* What follows the products in one step of a recurrent layer. All tensors are
 * float of one type, [batch, units] but for `gates` and `recurrent`, which are
 * [batch, gates * units].
 * gates: what the input gives to each gate, bias included, and for all but GRU
 * also what the hidden state gives; becomes the activated gates.
 * recurrent: GRU only: what the hidden state gives to each gate.
 * cell_before, cell_after: LSTM only.
 * lengths: null, or int32 [batch]: rows whose length is at most `time` keep
 * their states, leave their gates and give an output of 0.
 * Tensors that the cell has no use for may be null. What is written overlaps
 * nothing else. */
DML_EXPORT dml_code dml_recurrent_cell(
    dml_device* device, dml_cell cell, const dml_tensor* gates,
    DML_NULLABLE const dml_tensor* recurrent,
    DML_NULLABLE const dml_tensor* hidden_before,
    DML_NULLABLE const dml_tensor* cell_before,
    DML_NULLABLE const dml_tensor* lengths, int32_t time,
    DML_NULLABLE const dml_tensor* hidden,
    DML_NULLABLE const dml_tensor* cell_after, const dml_tensor* output);

/* Its gradient, from what the step left behind. hidden_gradient and, for LSTM,
 * cell_gradient come as those of the states after the step and become those of
 * the states before it, but for what goes through the products: that is
 * gates_gradient (for GRU: recurrent_gradient) times the weights, to be added.
 * hidden_before is for GRU only. */
DML_EXPORT dml_code dml_recurrent_cell_gradient(
    dml_device* device, dml_cell cell, const dml_tensor* gates,
    DML_NULLABLE const dml_tensor* recurrent,
    DML_NULLABLE const dml_tensor* hidden_before,
    DML_NULLABLE const dml_tensor* cell_before,
    DML_NULLABLE const dml_tensor* cell_after,
    DML_NULLABLE const dml_tensor* lengths, int32_t time,
    DML_NULLABLE const dml_tensor* output_gradient,
    const dml_tensor* hidden_gradient,
    DML_NULLABLE const dml_tensor* cell_gradient,
    DML_NULLABLE const dml_tensor* gates_gradient,
    DML_NULLABLE const dml_tensor* recurrent_gradient);

/* All steps of one direction of a recurrent layer. float of one type, and
 * contiguous, but for `output`:
 * gates [steps, batch, gates * units]: what the input gives to each gate, its
 * bias included; becomes the activated gates.
 * recurrent: GRU only, like gates: becomes what the hidden state gives to each
 * gate.
 * weights [gates * units, units], bias [gates * units]: of the hidden state.
 * hidden, and for LSTM cells, [steps + 1, batch, units]: the states in the
 * order of time. The first is given: at 0 or, if `reverse`, where the direction
 * goes from the last step to the first, at `steps`. The others are written.
 * lengths: as for dml_recurrent_cell(), but gates and recurrent become anything
 * where a sequence has ended.
 * output [steps, batch, units].
 * What is written overlaps nothing else. */
DML_EXPORT dml_code dml_recurrent_layer(
    dml_device* device, dml_cell cell, int32_t reverse, const dml_tensor* gates,
    DML_NULLABLE const dml_tensor* recurrent, const dml_tensor* weights,
    const dml_tensor* bias, const dml_tensor* hidden,
    DML_NULLABLE const dml_tensor* cells,
    DML_NULLABLE const dml_tensor* lengths, const dml_tensor* output);

/* Its gradient, from what it left behind. hidden_gradient and, for LSTM,
 * cell_gradient, [batch, units], come as those of the direction's last states
 * and become those of its first. gates_gradient and, for GRU,
 * recurrent_gradient are like gates, and written. hidden is for GRU only.
 * output_gradient is [steps, batch, units]. It, hidden_gradient and
 * cell_gradient need not be contiguous. */
DML_EXPORT dml_code dml_recurrent_layer_gradient(
    dml_device* device, dml_cell cell, int32_t reverse, const dml_tensor* gates,
    DML_NULLABLE const dml_tensor* recurrent, const dml_tensor* weights,
    DML_NULLABLE const dml_tensor* hidden, DML_NULLABLE const dml_tensor* cells,
    DML_NULLABLE const dml_tensor* lengths, const dml_tensor* output_gradient,
    const dml_tensor* hidden_gradient,
    DML_NULLABLE const dml_tensor* cell_gradient,
    const dml_tensor* gates_gradient,
    DML_NULLABLE const dml_tensor* recurrent_gradient);

/* A part of a step of the LSTM and GRU cells of TensorFlow's contrib.rnn, which
 * keep every gate for the gradient. Tensors in this order, read | written; all
 * float32 or float16, row-major: vectors [units], `gates` [rows, 4 * units]
 * (GRU: 2), the others [rows, units].
 * cs: the cell's state; wci, wcf, wco: peepholes' weights; ci: what enters the
 * cell; co: tanh(cs); h: the output. In a GRU r: reset, u: update, c: the
 * candidate. Gates start as products of input and output with weights. */
typedef enum dml_block_step DML_ENUM {
  /* gates bias[4 * units] cs_prev wci wcf wco | i cs f o ci co h */
  DML_LSTM_BLOCK = 0,
  /* cs_prev wci wcf wco i cs f o ci co cs_grad cs_grad_later h_grad |
   * gates_grad cs_prev_grad peephole_terms[rows, 3 * units], which summed up
   * over the rows are the gradients of wci, wcf and wco */
  DML_LSTM_BLOCK_GRADIENT = 1,
  /* gates bias[2 * units] h_prev | r u h_prev*r */
  DML_GRU_BLOCK_GATES = 2,
  /* product of h_prev*r and input, bias[units] h_prev u | c h */
  DML_GRU_BLOCK_OUTPUTS = 3,
  /* h_prev u c h_grad | c_grad gates_grad: of u only */
  DML_GRU_BLOCK_OUTPUT_GRADIENT = 4,
  /* h_prev r u h_grad (h_prev*r)_grad | gates_grad: of r only, h_prev_grad but
   * for what comes through the gates */
  DML_GRU_BLOCK_RESET_GRADIENT = 5
} dml_block_step;

typedef enum dml_block_flags DML_ENUM {
  DML_BLOCK_PEEPHOLE = 1, /* else wci, wcf, wco and peephole_terms are null */
  DML_BLOCK_IFCO = 2,     /* the order of an LSTM's gates; else i, ci, f, o */
  DML_BLOCK_LATER = 4     /* cs_grad_later is added to cs_grad; else null */
} dml_block_flags;

/* `flags`: a sum of dml_block_flags, for LSTMs. forget_bias is added to f;
 * states are clipped to +-cell_clip if that is above 0. What is written may be
 * a read tensor of the same sizes, and overlaps no other. */
DML_EXPORT dml_code dml_block_cell(dml_device* device, dml_block_step step,
                                   uint32_t flags,
                                   const dml_tensor* const* tensors,
                                   uint32_t tensor_count, double forget_bias,
                                   double cell_clip);

#ifdef __cplusplus
}
#endif

#endif
