// Puts vectors, and their values, in the order of the values, a group a vector. Of
// equal values the first comes first; NaN counts as the largest.
#version 460
#include "dml.glsl"
#include "all_reduce.glsl"
#include "field.glsl"
#include "math_t.glsl"

layout(constant_id = 1) const bool ASCENDING = false;
// Whether vectors get the length 1.
layout(constant_id = 2) const bool NORMALIZE = false;

DML_PARAMETERS_BEGIN
  TBuffer values;  // [batch, n]; of complex numbers the real parts count
  TBuffer x;       // [batch, n, pitch], of which `extent` elements from `begin` on
  TBuffer sorted_values;  // [batch, n]
  TBuffer y;              // [batch, n, extent]
  uint batch;
  uint n;
  uint pitch;
  uint begin;
  uint extent;
  int value_strides[2];
  int y_strides[3];
  int offsets[2];  // of sorted_values and y
DML_PARAMETERS_END

struct Sums {
  uint before;      // vectors before this one
  FIELD_part norm;  // the square of its length
};

Sums add(Sums a, Sums b) {
  Sums sum;
  sum.before = a.before + b.before;
  sum.norm = a.norm + b.norm;
  return sum;
}

DML_ALL_REDUCE(sums_of, tree, Sums, add)

bool precedes(FIELD_part a, FIELD_part b, bool first) {
  const bool a_nan = dml_is_nan(a);
  const bool b_nan = dml_is_nan(b);
  if (a_nan || b_nan) {
    return a_nan == b_nan ? first : (ASCENDING ? b_nan : a_nan);
  }
  return ASCENDING ? a < b || (a == b && first) : a > b || (a == b && first);
}

void main() {
  const uint vector = dml_group();
  const uint matrix = vector / p.n;
  if (matrix >= p.batch) return;
  const uint number = vector - matrix * p.n;
  const uint me = gl_LocalInvocationID.x;
  const uint size = gl_WorkGroupSize.x;
  const T_compute whole_value = T_load(p.values, vector);
  const FIELD_part value = field_real(whole_value);
  Sums sums;
  sums.before = 0;
  sums.norm = FIELD_part(0);
  for (uint i = me; i < p.n; i += size) {
    const FIELD_part other = field_real(T_load(p.values, matrix * p.n + i));
    if (i != number && precedes(other, value, i < number)) ++sums.before;
  }
  const uint x_at = vector * p.pitch + p.begin;
  if (NORMALIZE) {
    for (uint i = me; i < p.extent; i += size) {
      sums.norm += field_norm(T_load(p.x, x_at + i));
    }
  }
  sums = sums_of(sums, size, 1);
  const int place = int(sums.before);
  if (me == 0) {
    T_store(p.sorted_values,
            p.offsets[0] + int(matrix) * p.value_strides[0] +
                place * p.value_strides[1],
            whole_value);
  }
  const FIELD_part norm = NORMALIZE ? sqrt(sums.norm) : FIELD_part(1);
  const int y_at = p.offsets[1] + int(matrix) * p.y_strides[0] +
                   place * p.y_strides[1];
  for (uint i = me; i < p.extent; i += size) {
    T_store(p.y, y_at + int(i) * p.y_strides[2], T_load(p.x, x_at + i) / norm);
  }
}
