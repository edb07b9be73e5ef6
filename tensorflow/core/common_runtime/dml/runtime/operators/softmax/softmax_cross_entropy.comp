// Cross-entropy of the softmax of each row of logits with labels, and its
// gradient, in one pass:
//   loss = sum of labels * (log(sum) - (logits - max))
//   backprop = exp(logits - max) / sum - labels
// U: void for dense labels, which are probabilities of type T, as many as
// logits. SPARSE: one class number a row, of type U.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "all_reduce.glsl"
#include "math_t.glsl"
#include "softmax.glsl"

#ifdef SPARSE
#define LabelBuffer UBuffer
#else
#define LabelBuffer TBuffer
#endif

DML_PARAMETERS_BEGIN
  TBuffer logits;
  LabelBuffer labels;
  TBuffer loss;
  TBuffer backprop;
  uint rows;
  uint count;  // classes
  uint lanes;
  uint lane_stride;
  uint has_loss;
  uint has_backprop;
  // Offset, stride of rows, stride of classes.
  int logits_at[3];
  int labels_at[3];
  int loss_at[3];
  int backprop_at[3];
DML_PARAMETERS_END

void main() {
  const uint lanes = p.lanes;
  const uint lane = lane_of(lanes, p.lane_stride);
  const uint row =
      dml_group() * (kGroupSize / lanes) + slot_of(lanes, p.lane_stride);
  const bool inside = row < p.rows;
  const uint end = inside ? p.count : 0;
  const int x = p.logits_at[0] + int(row) * p.logits_at[1];
  const int x_stride = p.logits_at[2];
  const int label_row = p.labels_at[0] + int(row) * p.labels_at[1];
  const int out_row = p.backprop_at[0] + int(row) * p.backprop_at[1];

  T_compute highest = -dml_inf();
  for (uint i = lane; i < end; i += lanes) {
    highest = maximum(highest, T_load(p.logits, x + int(i) * x_stride));
  }
  highest = max_of_lanes(highest, lanes, p.lane_stride);

  T_compute sum = T_compute(0);
  for (uint i = lane; i < end; i += lanes) {
    sum += dml_exp(T_load(p.logits, x + int(i) * x_stride) - highest);
  }
  sum = sum_of_lanes(sum, lanes, p.lane_stride);
  const T_compute log_sum = dml_log(sum);

#ifdef SPARSE
  const int64_t label = inside ? int64_t(U_load(p.labels, label_row)) : 0;
  const bool valid = label >= 0 && label < int64_t(p.count);
#else
  const bool valid = true;
#endif

  // Backprop may be the memory of the logits: each element is read before its
  // own lane overwrites it, and the loss needs no other lane's elements.
  T_compute loss = T_compute(0);
  for (uint i = lane; i < end; i += lanes) {
    const T_compute shifted =
        T_load(p.logits, x + int(i) * x_stride) - highest;
#ifdef SPARSE
    const T_compute target = T_compute(int64_t(i) == label);
    if (target != 0) loss = log_sum - shifted;
#else
    const T_compute target =
        T_load(p.labels, label_row + int(i) * p.labels_at[2]);
    loss += target * (log_sum - shifted);
#endif
    if (p.has_backprop != 0) {
      T_store(p.backprop, out_row + int(i) * p.backprop_at[2],
              valid ? dml_exp(shifted) / sum - target : dml_nan());
    }
  }
  loss = sum_of_lanes(loss, lanes, p.lane_stride);
  if (inside && lane == 0 && p.has_loss != 0) {
    T_store(p.loss, p.loss_at[0] + int(row) * p.loss_at[1],
            valid ? loss : dml_nan());
  }
}
