// What the softmax programs share: how a row's lanes hold it, and sums and
// maxima over lanes. Include after math_t.glsl and the parameters.
//
// A row of at most lanes * HELD accesses is held in variables, read once. Of a
// longer one (HELD = 0), the maximum and the sum are found together in one
// read, what is summed so far being scaled whenever the maximum grows.
#ifndef DML_SOFTMAX_GLSL_
#define DML_SOFTMAX_GLSL_

#include "packs.glsl"

// Packs are of one row: kAccessReduced.
layout(constant_id = 2) const uint ACCESS = kAccessSingle;
layout(constant_id = 3) const uint HELD = 0;
layout(constant_id = 4) const bool ALONE = false;  // a row has one lane

const uint ITEMS = ACCESS == kAccessSingle ? 1 : T_PACK;
DML_SHARED const uint kMaxHeld = 8;
// Accesses that long rows are read by: independent loads.
const uint kBlock = 4;

T_compute plus(T_compute a, T_compute b) { return a + b; }
// A NaN is passed over here; it makes the sum NaN, and so the whole row.
T_compute maximum(T_compute a, T_compute b) { return b > a ? b : a; }

DML_ALL_REDUCE(sum_of_lanes, sum_tree, T_compute, plus)
DML_ALL_REDUCE(max_of_lanes, max_tree, T_compute, maximum)

// Over the lanes of this invocation's row.
T_compute sum_of_row(T_compute mine, uint lanes, uint lane_stride) {
  return ALONE ? mine : sum_of_lanes(mine, lanes, lane_stride);
}
T_compute max_of_row(T_compute mine, uint lanes, uint lane_stride) {
  return ALONE ? mine : max_of_lanes(mine, lanes, lane_stride);
}

T_compute max_of_items(T_pack x) {
  if (ACCESS != kAccessSingle) {
    DML_FOLD(maximum, x)
  }
  return DML_ITEM(x, 0);
}

T_compute sum_of_items(T_pack x) {
  if (ACCESS != kAccessSingle) {
    DML_FOLD(plus, x)
  }
  return DML_ITEM(x, 0);
}

T_pack shift_items(T_pack x, T_compute highest) {
  [[unroll]] for (int k = 0; k < int(ITEMS); ++k) DML_ITEM(x, k) -= highest;
  return x;
}

T_pack exp_items(T_pack x) {
  [[unroll]] for (int k = 0; k < int(ITEMS); ++k) {
    DML_ITEM(x, k) = dml_exp(DML_ITEM(x, k));
  }
  return x;
}

// The program's: access i of the lane's row, or of the last row where the lane
// has none.
T_pack load(uint i);

// What is beyond the row adds nothing. Loads are not in branches, so that
// several are under way at once: they take the row's last access instead.
T_pack load_or_nothing(uint i, uint end) {
  T_pack x = load(min(i, max(p.count, 1) - 1));
  [[unroll]] for (int k = 0; k < int(ITEMS); ++k) {
    DML_ITEM(x, k) = i < end ? DML_ITEM(x, k) : -dml_inf();
  }
  return x;
}

// The row's maximum, and the sum of exp(x - maximum), of a row that isn't held.
void read_row(uint lane, uint end, uint lanes, uint lane_stride,
              out T_compute highest, out T_compute sum) {
  T_compute top = -dml_inf();
  sum = T_compute(0);
  for (uint i = lane; i < end; i += kBlock * lanes) {
    T_pack block[kBlock];
    T_compute block_top = top;
    [[unroll]] for (int b = 0; b < int(kBlock); ++b) {
      block[b] = load_or_nothing(i + b * lanes, end);
    }
    [[unroll]] for (int b = 0; b < int(kBlock); ++b) {
      block_top = maximum(block_top, max_of_items(block[b]));
    }
    // Nothing but -inf so far: no difference from it is a number.
    const T_compute shift = block_top == -dml_inf() ? T_compute(0) : block_top;
    if (block_top > top) sum *= dml_exp(top - shift);
    top = block_top;
    T_compute sums[kBlock];
    [[unroll]] for (int b = 0; b < int(kBlock); ++b) {
      sums[b] = sum_of_items(exp_items(shift_items(block[b], shift)));
    }
    sum += (sums[0] + sums[1]) + (sums[2] + sums[3]);
  }
  highest = max_of_row(top, lanes, lane_stride);
  // A lane without elements, or with nothing but -inf, has summed up nothing.
  if (top < highest) sum *= dml_exp(top - highest);
  sum = sum_of_row(sum, lanes, lane_stride);
}

#endif  // DML_SOFTMAX_GLSL_
