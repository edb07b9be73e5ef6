// out[i] = op(x[i], y[i], z[i]): the body of elementwise.comp (no gaps) and of
// elementwise_strided.comp. A variant defines what it takes:
//   DML_UNARY     x of T to T            DML_COMPARE   x, y of T to bool
//   DML_BINARY    x, y of T to T         DML_CLASSIFY  x of T to bool
//   DML_TERNARY   x, y, z of T to T      DML_CHOOSE    bool x, y, z of T to T
//   DML_PART      x of T to its part     DML_COMPOSE   x, y, parts of T, to T
// Each invocation makes 4 elements at a time: consecutive ones, four an access,
// where VECTORS, else a group's width apart, so that neighbours in the group
// touch neighbours in memory. Strided tensors are taken by vectors where
// the last dimension is a multiple of 4 and steps by 1, or by 0 in an input: an
// index serves 4 elements then. Complex and 16-byte elements are vectors
// themselves, and are not taken 4 at a time.
// Include after the parameters, which follow elementwise_types.glsl.
#include "elementwise_ops.glsl"

struct Offsets {
  uint x, y, z, result;
};

Offsets offsets_of(uint i) {
#ifdef DML_STRIDED
  uint at[4];
  for (int t = 0; t <= DML_INPUTS; ++t) at[t] = uint(p.offsets[t]);
  uint rest = i;
  for (int d = int(RANK) - 1; d > 0; --d) {
    DML_NEXT_COORDINATE(coordinate, rest, d)
    for (int t = 0; t <= DML_INPUTS; ++t) {
      at[t] += coordinate * uint(p.strides[t][d]);
    }
  }
  for (int t = 0; t <= DML_INPUTS; ++t) at[t] += rest * uint(p.strides[t][0]);
#if DML_INPUTS == 1
  return Offsets(at[0], 0, 0, at[1]);
#elif DML_INPUTS == 2
  return Offsets(at[0], at[1], 0, at[2]);
#else
  return Offsets(at[0], at[1], at[2], at[3]);
#endif
#else
  return Offsets((SCALARS & 1u) != 0u ? 0 : i, (SCALARS & 2u) != 0u ? 0 : i,
                 (SCALARS & 4u) != 0u ? 0 : i, i);
#endif
}

// Elements `first` + k * `step`, k < 4, as far as there are any.
void make_four(uint first, uint step) {
  X_compute x[4];
  Y_compute y[4];
  T_compute z[4];
  uint at[4];
#ifdef DML_STRIDED
  const bool whole = VECTORS;
#else
  const bool whole = VECTORS && first + 4 <= p.count;
#endif
#ifndef DML_SINGLE
  if (whole) {
    const Offsets offsets = offsets_of(first);
    at[0] = offsets.result;
    X_compute4 xs;
    if ((SCALARS & 1u) != 0u) {
      xs = X_compute4(X_load(p.x, offsets.x));
    } else {
      xs = X_load4(p.x, offsets.x);
    }
    for (int k = 0; k < 4; ++k) x[k] = xs[k];
#if DML_INPUTS > 1
    T_compute4 ys;
    if ((SCALARS & 2u) != 0u) {
      ys = T_compute4(T_load(p.y, offsets.y));
    } else {
      ys = T_load4(p.y, offsets.y);
    }
    for (int k = 0; k < 4; ++k) y[k] = ys[k];
#endif
#if DML_INPUTS > 2
    T_compute4 zs;
    if ((SCALARS & 4u) != 0u) {
      zs = T_compute4(T_load(p.z, offsets.z));
    } else {
      zs = T_load4(p.z, offsets.z);
    }
    for (int k = 0; k < 4; ++k) z[k] = zs[k];
#endif
  } else
#endif
  {
    for (int k = 0; k < 4; ++k) {
      uint i = first + k * step;
      if (i >= p.count) break;
      Offsets offsets = offsets_of(i);
      x[k] = X_load(p.x, offsets.x);
#if DML_INPUTS > 1
      y[k] = Y_load(p.y, offsets.y);
#endif
#if DML_INPUTS > 2
      z[k] = T_load(p.z, offsets.z);
#endif
      at[k] = offsets.result;
    }
  }

  O_compute made[4];
  for (int k = 0; k < 4; ++k) {
    if (first + k * step >= p.count) break;
#if DML_INPUTS == 1
    made[k] = dml_apply(x[k]);
#elif DML_INPUTS == 2
    made[k] = dml_apply(x[k], y[k]);
#else
    made[k] = dml_apply(x[k], y[k], z[k]);
#endif
  }

#ifndef DML_SINGLE
  if (whole) {
    O_store4(p.result, at[0], made);
    return;
  }
#endif
  for (int k = 0; k < 4; ++k) {
    if (first + k * step >= p.count) break;
    O_store(p.result, at[k], made[k]);
  }
}

// Small types take more vectors, so that each invocation moves 16 bytes.
const uint ROUNDS = T_SIZE >= 4 ? 1 : 4 / T_SIZE;

void main() {
  const uint width = gl_WorkGroupSize.x;
  uint group_first = dml_group() * (4 * ROUNDS * width);
  for (uint round = 0; round < ROUNDS; ++round) {
    uint first = group_first + round * 4 * width;
    if (VECTORS) {
      first += 4 * gl_LocalInvocationID.x;
    } else {
      first += gl_LocalInvocationID.x;
    }
    if (first >= p.count) return;
    make_four(first, VECTORS ? 1 : width);
  }
}
