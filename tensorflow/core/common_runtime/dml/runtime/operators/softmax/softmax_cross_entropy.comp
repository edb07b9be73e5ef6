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
  uint classes;
  uint count;  // accesses of a row
  uint lanes;
  uint lane_stride;
  uint has_loss;
  uint has_backprop;
  // Offset, stride of rows, stride of accesses.
  int logits_at[3];
  int labels_at[3];
  int loss_at[3];
  int backprop_at[3];
DML_PARAMETERS_END

#include "softmax.glsl"

DML_HELD(TBuffer, logits);
DML_HELD(TBuffer, backprop);
int logits_row;
int logits_stride;
int backprop_row;
int backprop_stride;
bool has_backprop;
bool valid;  // the row's label
#ifdef SPARSE
uint label;  // of no class if it is not valid
#else
DML_HELD(TBuffer, labels);
int labels_row;
int labels_stride;
#endif

T_pack load(uint i) {
  T_pack x;
  DML_LOAD_ACCESS(ACCESS, logits, logits_row + int(i) * logits_stride, x)
  return x;
}

// What access i adds to the loss, and its gradient: `shifted` are its logits
// less the row's maximum, `powers` their powers.
T_compute finish(uint i, T_pack shifted, T_pack powers, T_compute sum,
                 T_compute log_sum) {
  T_pack targets;
#ifdef SPARSE
  [[unroll]] for (int k = 0; k < int(ITEMS); ++k) {
    DML_ITEM(targets, k) = T_compute(i * ITEMS + k == label);
  }
#else
  DML_LOAD_ACCESS(ACCESS, labels, labels_row + int(i) * labels_stride, targets)
#endif
  [[unroll]] for (int k = 0; k < int(ITEMS); ++k) {
    const T_compute target = DML_ITEM(targets, k);
    const T_compute loss = log_sum - DML_ITEM(shifted, k);
#ifdef SPARSE
    DML_ITEM(shifted, k) = target != 0 ? loss : T_compute(0);
#else
    DML_ITEM(shifted, k) = target * loss;
#endif
    DML_ITEM(powers, k) =
        valid ? DML_ITEM(powers, k) / sum - target : dml_nan();
  }
  if (has_backprop) {
    DML_STORE_ACCESS(ACCESS, backprop, backprop_row + int(i) * backprop_stride,
                     powers)
  }
  return sum_of_items(shifted);
}

void main() {
  DML_HOLD(logits, p.logits);
  DML_HOLD(backprop, p.backprop);
  const uint lanes = p.lanes;
  const uint lane = lane_of(lanes, p.lane_stride);
  const uint row =
      dml_group() * (kGroupSize / lanes) + slot_of(lanes, p.lane_stride);
  const bool inside = row < p.rows;
  const uint end = inside ? p.count : 0;
  logits_row = p.logits_at[0] + int(min(row, p.rows - 1)) * p.logits_at[1];
  logits_stride = p.logits_at[2];
  const int label_row = p.labels_at[0] + int(row) * p.labels_at[1];
  backprop_row = p.backprop_at[0] + int(row) * p.backprop_at[1];
  backprop_stride = p.backprop_at[2];
  has_backprop = p.has_backprop != 0;
#ifdef SPARSE
  const U_compute given = inside ? U_load(p.labels, label_row) : U_compute(0);
  valid = given >= U_compute(0) && given < U_compute(p.classes);
  label = valid ? uint(given) : ~0u;
#else
  DML_HOLD(labels, p.labels);
  labels_row = label_row;
  labels_stride = p.labels_at[2];
  valid = true;
#endif

  // Backprop may be the memory of the logits: each element is read before its
  // own lane overwrites it, and the loss needs no other lane's elements.
  T_compute loss = T_compute(0);
  if (HELD == 0) {
    T_compute highest, sum;
    read_row(lane, end, lanes, p.lane_stride, highest, sum);
    const T_compute log_sum = dml_log(sum);
    for (uint i = lane; i < end; i += lanes) {
      const T_pack shifted = shift_items(load(i), highest);
      loss += finish(i, shifted, exp_items(shifted), sum, log_sum);
    }
  } else {
    T_pack held[kMaxHeld];
    T_pack powers[kMaxHeld];
    T_compute highest = -dml_inf();
    [[unroll]] for (int h = 0; h < int(HELD); ++h) {
      held[h] = load_or_nothing(lane + h * lanes, end);
    }
    [[unroll]] for (int h = 0; h < int(HELD); ++h) {
      highest = maximum(highest, max_of_items(held[h]));
    }
    highest = max_of_row(highest, lanes, p.lane_stride);
    T_compute sum = T_compute(0);
    [[unroll]] for (int h = 0; h < int(HELD); ++h) {
      held[h] = shift_items(held[h], highest);
      powers[h] = exp_items(held[h]);
      sum += sum_of_items(powers[h]);
    }
    sum = sum_of_row(sum, lanes, p.lane_stride);
    const T_compute log_sum = dml_log(sum);
    [[unroll]] for (int h = 0; h < int(HELD); ++h) {
      const uint i = lane + h * lanes;
      if (i >= end) break;
      loss += finish(i, held[h], powers[h], sum, log_sum);
    }
  }
  loss = sum_of_row(loss, lanes, p.lane_stride);
  if (inside && lane == 0 && p.has_loss != 0) {
    T_store(p.loss, p.loss_at[0] + int(row) * p.loss_at[1],
            valid ? loss : dml_nan());
  }
}
