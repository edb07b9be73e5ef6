// Solves a x = b for matrices of at most kBlock rows in one launch, by elimination
// with row exchanges in shared memory. A group takes kLanes columns of b, an
// invocation each; all groups of a matrix factor it.
#version 460
#include "dml.glsl"
#include "field.glsl"
#include "matrix_block.glsl"

layout(constant_id = 1) const bool CONJUGATE = false;  // of a
layout(constant_id = 2) const bool INVERT = false;     // b is the identity

DML_PARAMETERS_BEGIN
  TBuffer a;           // [batch, n, n]
  TBuffer b;           // [batch, n, columns]
  TBuffer x;           // the same
  IntBuffer singular;  // [batch]
  uint batch;
  uint n;
  uint columns;
  uint tiles;  // of kLanes columns, one a group
  int a_strides[3];
  int b_strides[3];
  int x_strides[3];
  int singular_stride;
  int offsets[4];  // of a, b, x and singular
DML_PARAMETERS_END

shared T_compute block[kBlock * kBlockPitch];
shared T_compute values[kBlock * kLanes];
shared T_compute multiples[kBlock];

void load(uint matrix, uint column) {
  const uint me = gl_LocalInvocationID.x;
  for (uint e = me; e < p.n * kBlock; e += kLanes) {
    const uint r = e / kBlock;
    const uint c = e - r * kBlock;
    if (c >= p.n) continue;
    const T_compute value =
        T_load(p.a, p.offsets[0] + int(matrix) * p.a_strides[0] +
                        int(r) * p.a_strides[1] + int(c) * p.a_strides[2]);
    block[r * kBlockPitch + c] = CONJUGATE ? field_conjugate(value) : value;
  }
  for (uint r = 0; r < p.n; ++r) {
    T_compute value = T_compute(0);
    if (INVERT) {
      if (r == column) value = field_of(FIELD_part(1));
    } else if (column < p.columns) {
      value = T_load(p.b, p.offsets[1] + int(matrix) * p.b_strides[0] +
                              int(r) * p.b_strides[1] +
                              int(column) * p.b_strides[2]);
    }
    values[r * kLanes + me] = value;
  }
  barrier();
}

// The row of the largest element of column j from row j on. All invocations find
// the same.
uint pivot_of(uint j) {
  uint pivot = j;
  FIELD_part largest = FIELD_part(-1);
  for (uint r = j; r < p.n; ++r) {
    const FIELD_part size = field_abs(block[r * kBlockPitch + j]);
    if (size > largest) {
      largest = size;
      pivot = r;
    }
  }
  return pivot;
}

void exchange(uint j, uint pivot) {
  const uint me = gl_LocalInvocationID.x;
  for (uint c = me; c < p.n; c += kLanes) {
    const T_compute value = block[j * kBlockPitch + c];
    block[j * kBlockPitch + c] = block[pivot * kBlockPitch + c];
    block[pivot * kBlockPitch + c] = value;
  }
  const T_compute value = values[j * kLanes + me];
  values[j * kLanes + me] = values[pivot * kLanes + me];
  values[pivot * kLanes + me] = value;
}

void eliminate(uint j) {
  const uint me = gl_LocalInvocationID.x;
  const uint rest = p.n - j - 1;
  for (uint e = me; e < rest * kBlock; e += kLanes) {
    const uint r = j + 1 + e / kBlock;
    const uint c = e % kBlock;
    if (c <= j || c >= p.n) continue;
    const T_compute value =
        block[r * kBlockPitch + c] -
        field_multiply(multiples[r], block[j * kBlockPitch + c]);
    block[r * kBlockPitch + c] = value;
  }
  for (uint r = j + 1; r < p.n; ++r) {
    const T_compute value =
        values[r * kLanes + me] -
        field_multiply(multiples[r], values[j * kLanes + me]);
    values[r * kLanes + me] = value;
  }
}

void main() {
  const uint me = gl_LocalInvocationID.x;
  const uint matrix = dml_group() / p.tiles;
  const uint tile = dml_group() - matrix * p.tiles;
  if (matrix >= p.batch) return;
  const uint column = tile * kLanes + me;
  load(matrix, column);
  bool singular = false;
  for (uint j = 0; j < p.n; ++j) {
    const uint pivot = pivot_of(j);
    barrier();
    exchange(j, pivot);
    barrier();
    const T_compute diagonal = block[j * kBlockPitch + j];
    const FIELD_part size = field_abs(diagonal);
    singular = singular || !(size > FIELD_part(0));
    for (uint r = me; r < p.n; r += kLanes) {
      if (r <= j) continue;
      // Below a pivot of zero are zeros.
      multiples[r] = size == FIELD_part(0)
                         ? T_compute(0)
                         : field_divide(block[r * kBlockPitch + j], diagonal);
    }
    barrier();
    eliminate(j);
    barrier();
  }
  if (tile == 0 && me == 0) {
    int_store(p.singular, p.offsets[3] + int(matrix) * p.singular_stride,
              singular ? 1 : 0);
  }
  if (column >= p.columns) return;
  for (uint i = p.n; i > 0; --i) {
    const uint r = i - 1;
    T_compute value = values[r * kLanes + me];
    for (uint k = i; k < p.n; ++k) {
      value -= field_multiply(block[r * kBlockPitch + k], values[k * kLanes + me]);
    }
    value = field_divide(value, block[r * kBlockPitch + r]);
    values[r * kLanes + me] = value;
    T_store(p.x, p.offsets[2] + int(matrix) * p.x_strides[0] +
                     int(r) * p.x_strides[1] + int(column) * p.x_strides[2],
            value);
  }
}
