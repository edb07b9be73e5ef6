/* Steps of optimizers, and clipping of gradients. */
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_OPTIMIZERS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_OPTIMIZERS_H_

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The tensors of a step, in this order: slots and gradient have the variable's
 * sizes, the others are rank 0 on the device. All of one type, float.
 * Contiguous. */
typedef enum dml_optimizer DML_ENUM {
  DML_SGD = 0,              /* var | lr | grad */
  DML_MOMENTUM = 1,         /* var accum | lr | grad | momentum; nesterov */
  DML_ADAGRAD = 2,          /* var accum | lr | grad; update_slots */
  DML_ADAM = 3,             /* var m v | beta1_power beta2_power lr beta1 beta2
                               epsilon | grad; nesterov */
  DML_RMSPROP = 4,          /* var ms mom | lr rho momentum epsilon | grad */
  DML_CENTERED_RMSPROP = 5, /* var mg ms mom | lr rho momentum epsilon | grad */
  DML_ADADELTA = 6,         /* var accum accum_update | lr rho epsilon | grad */
  DML_ADAGRAD_V2 = 7,       /* var accum | lr epsilon | grad; update_slots */
  DML_FTRL = 8,             /* var accum linear | grad | lr l1 l2 lr_power */
  DML_FTRL_V2 = 9, /* var accum linear | grad | lr l1 l2 l2_shrinkage lr_power
                    */
  DML_PROXIMAL_SGD = 10,     /* var | lr l1 l2 | grad */
  DML_PROXIMAL_ADAGRAD = 11, /* var accum | lr l1 l2 | grad */
  DML_ADAMAX = 12,     /* var m v | beta1_power lr beta1 beta2 epsilon | grad */
  DML_ADD_SIGN = 13,   /* var m | lr alpha sign_decay beta | grad */
  DML_POWER_SIGN = 14, /* var m | lr logbase sign_decay beta | grad */
  DML_ADAGRAD_DA = 15, /* var accum squared_accum | grad | lr l1 l2
                          global_step, which is int64 */
  DML_KERAS_MOMENTUM = 16, /* var velocity | lr | grad | momentum; nesterov.
                              The velocity holds steps, not gradients. */
  DML_AMSGRAD = 17 /* var m v vhat | beta1_power beta2_power lr beta1 beta2
                      epsilon | grad */
} dml_optimizer;

/* One step, in place. `tensors` are those that the optimizer's comment lists,
 * and use_nesterov and update_slots are for the optimizers whose comment names
 * them. */
DML_EXPORT dml_code dml_apply_optimizer(dml_device* device,
                                        dml_optimizer optimizer,
                                        const dml_tensor* const* tensors,
                                        uint32_t tensor_count,
                                        int32_t use_nesterov,
                                        int32_t update_slots);

/* The same step, on row indices[i] of the variable and its slots, all [rows,
 * inner], with row i of the gradient [count, inner], for each i in order.
 * indices: [count], int32 or int64; those out of range are skipped.
 * Deterministic: a row whose index is repeated steps as often, in order. Not
 * for SGD (scatter its steps), the Adam family and the sign optimizers. */
DML_EXPORT dml_code dml_apply_optimizer_to_rows(
    dml_device* device, dml_optimizer optimizer,
    const dml_tensor* const* tensors, uint32_t tensor_count,
    const dml_tensor* indices, int32_t use_nesterov, int32_t update_slots);

/* outputs[i] = inputs[i] * scale, where
 *   norm = the square root of the sum of the squares of all inputs' elements
 *   scale = clip_norm * min(1 / norm, 1 / clip_norm), or NaN if norm is not
 *     finite
 * float32, contiguous; outputs have the sizes of inputs, and may be them;
 * clip_norm and norm: rank 0. Squares are added in parts of 16384 elements, or
 * of a 1024th of all where that is more. A work group takes a part: each lane
 * adds every 256th vector of four, then a tree the lanes; the parts' sums are
 * added likewise. So up to 16 million elements go through at most 56 additions
 * each, and norm, for which errors count half, is within 15 units in the last
 * place of the exact one; in practice within 1. Two launches for each 16
 * inputs, where launches are merged. */
DML_EXPORT dml_code dml_clip_by_global_norm(
    dml_device* device, const dml_tensor* const* inputs, uint32_t input_count,
    const dml_tensor* clip_norm, const dml_tensor* const* outputs,
    uint32_t output_count, const dml_tensor* norm);

#ifdef __cplusplus
}
#endif

#endif
