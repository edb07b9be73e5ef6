// Sums or products of all elements up to each one, along one axis; with
// LOG_SUM_EXP the logarithms of the sums of their exponentials.
//
// A group walks the elements of its slots (see all_reduce.glsl) in tiles of 8
// or 4 a lane: loads a tile so that neighbours read neighbours, scans it in shared
// memory, writes it, and carries its total over to the next tile. Long axes
// with few others are cut into `splits` parts, in three launches:
//   TOTALS  the total of each part, to scratch [splits, outputs]
//   PARTS   of these totals, along the splits, exclusively
//   PARTS   of each part, starting from what came before it
// Of short axes with many others, an invocation walks one whole: SHORT.
//
// T: the type of the elements. Scratch is float32 for float16, else T.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "all_reduce.glsl"
#if T_IS_COMPLEX
#include "complex.glsl"
#endif
#ifdef LOG_SUM_EXP
#include "math_t.glsl"
#if defined(T_f64)
const double kLog2 = 0.693147180559945309417232121458lf;
#define LOWEST packDouble2x32(uvec2(0xffffffffu, 0xffefffffu))
#elif defined(T_f16)
const float kLog2 = 0.693147181f;
#define LOWEST -65504.0f
#else
const float kLog2 = 0.693147181f;
#define LOWEST uintBitsToFloat(0xff7fffffu)
#endif
#endif

DML_SHARED const uint PARTS = 0;
DML_SHARED const uint TOTALS = 1;
DML_SHARED const uint SHORT = 2;
layout(constant_id = 1) const uint OPERATION = DML_SCAN_SUM;
layout(constant_id = 2) const uint STEP = PARTS;
layout(constant_id = 3) const bool EXCLUSIVE = false;

#if defined(T_f16)
#define CarryBuffer FloatBuffer
#define carry_load(b, i) float_load(b, i)
#define carry_store(b, i, v) float_store(b, i, v)
#else
#define CarryBuffer TBuffer
#define carry_load(b, i) T_load(b, i)
#define carry_store(b, i, v) T_store(b, i, v)
#endif

DML_PARAMETERS_BEGIN
  TBuffer x;
  CarryBuffer carries;
  TBuffer y;
  int x_offset;
  int y_offset;
  uint outputs;
  uint count;
  uint has_carries;
  uint splits;
  uint chunk;
  int x_stride;  // of the axis
  int y_stride;
  uint lanes;
  uint lane_stride;
  uint kept_rank;
  StridedIndex kept;
  int kept_x_strides[DML_MAX_RANK];
  int kept_y_strides[DML_MAX_RANK];
DML_PARAMETERS_END

// Elements of a lane in a tile: as many as shared memory has room for.
const uint kItems = T_SIZE == 16 ? 4 : 8;

T_compute combine(T_compute a, T_compute b) {
#ifdef LOG_SUM_EXP
  // Equal infinities have no difference.
  if (a == b) return a + kLog2;
  return max(a, b) + dml_log1p(dml_exp(-dml_magnitude(a - b)));
#elif T_IS_COMPLEX
  return OPERATION == DML_SCAN_SUM ? a + b : complex_multiply(a, b);
#else
  return OPERATION == DML_SCAN_SUM ? a + b : a * b;
#endif
}

DML_ALL_REDUCE(total_of_lanes, tree, T_compute, combine)

// Element e of slot s is tile[e * slots + s].
shared T_compute tile[kItems * kGroupSize];
shared T_compute lane_totals[kGroupSize];
shared T_compute block_totals[kGroupSize];

void main() {
#ifdef LOG_SUM_EXP
  const T_compute identity = LOWEST;
#elif T_IS_COMPLEX
  const T_compute identity =
      complex_of(T_part(OPERATION == DML_SCAN_SUM ? 0 : 1));
#else
  const T_compute identity = T_compute(OPERATION == DML_SCAN_SUM ? 0 : 1);
#endif
  const uint lanes = p.lanes;
  const uint slots = kGroupSize / lanes;
  const uint lane = lane_of(lanes, p.lane_stride);
  const uint slot = slot_of(lanes, p.lane_stride);
  const uint block = dml_group() / p.splits;
  const uint part = dml_group() - block * p.splits;
  const uint o = STEP == SHORT ? dml_global() : block * slots + slot;
  const bool inside = o < p.outputs;
  const uint begin = part * p.chunk;
  const uint end = min(begin + p.chunk, p.count);

  int from = p.x_offset;
  int to = p.y_offset;
  if (inside) {
    DML_ADD_OFFSET(from, o, p.kept_rank, p.kept, p.kept_x_strides)
    DML_ADD_OFFSET(to, o, p.kept_rank, p.kept, p.kept_y_strides)
  }

  if (STEP == SHORT) {
    if (!inside) return;
    const uint count = p.count;
    const int x_stride = p.x_stride;
    const int y_stride = p.y_stride;
    T_compute running = identity;
    for (uint i = 0; i < count; ++i) {
      const T_compute next = combine(running, T_load(p.x, from));
      T_store(p.y, to, EXCLUSIVE ? running : next);
      running = next;
      from += x_stride;
      to += y_stride;
    }
    return;
  }

  if (STEP == TOTALS) {
    T_compute total = identity;
    if (inside) {
      for (uint i = begin + lane; i < end; i += lanes) {
        total = combine(total, T_load(p.x, from + int(i) * p.x_stride));
      }
    }
    total = total_of_lanes(total, lanes, p.lane_stride);
    if (inside && lane == 0) {
      carry_store(p.carries, part * p.outputs + o, total);
    }
    return;
  }

  T_compute carry = identity;
  if (inside && p.has_carries != 0) {
    carry = carry_load(p.carries, part * p.outputs + o);
  }
  // All groups of a launch walk as many tiles, so that barriers are uniform.
  for (uint first = begin; first < begin + p.chunk; first += kItems * lanes) {
    for (uint k = 0; k < kItems; ++k) {
      const uint e = k * lanes + lane;
      const uint i = first + e;
      tile[e * slots + slot] = inside && i < end
          ? T_load(p.x, from + int(i) * p.x_stride)
          : identity;
    }
    barrier();
    T_compute mine = identity;
    for (uint k = 0; k < kItems; ++k) {
      mine = combine(mine, tile[(lane * kItems + k) * slots + slot]);
    }
    lane_totals[lane * slots + slot] = mine;
    barrier();
    // What comes before this lane: in its block of 16 lanes, then in the
    // blocks before.
    const uint my_block = lane / kRadix;
    T_compute before = identity;
    for (uint l = my_block * kRadix; l < lane; ++l) {
      before = combine(before, lane_totals[l * slots + slot]);
    }
    if (lane % kRadix == kRadix - 1 || lane == lanes - 1) {
      block_totals[my_block * slots + slot] = combine(before, mine);
    }
    barrier();
    T_compute running = carry;
    const uint blocks = (lanes + kRadix - 1) / kRadix;
    for (uint b = 0; b < blocks; ++b) {
      const T_compute total = block_totals[b * slots + slot];
      if (b < my_block) running = combine(running, total);
      carry = combine(carry, total);
    }
    running = combine(running, before);
    for (uint k = 0; k < kItems; ++k) {
      const uint at = (lane * kItems + k) * slots + slot;
      const T_compute next = combine(running, tile[at]);
      tile[at] = EXCLUSIVE ? running : next;
      running = next;
    }
    barrier();
    for (uint k = 0; k < kItems; ++k) {
      const uint e = k * lanes + lane;
      const uint i = first + e;
      if (inside && i < end) {
        T_store(p.y, to + int(i) * p.y_stride, tile[e * slots + slot]);
      }
    }
    barrier();
  }
}
