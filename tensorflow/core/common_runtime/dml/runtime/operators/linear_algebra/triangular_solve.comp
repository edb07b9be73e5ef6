// Solves a x = b for lower triangular matrices a of at most kBlock rows, held in
// shared memory: an invocation a column, which walks its rows.
#version 460
#include "dml.glsl"
#include "field.glsl"
#include "matrix_block.glsl"

layout(constant_id = 1) const bool CONJUGATE = false;  // of a

// Whether `singular` is written, and what is there already.
DML_SHARED const uint NOTE_NOTHING = 0;
DML_SHARED const uint NOTE_FIRST = 1;
DML_SHARED const uint NOTE_MORE = 2;  // what earlier launches found

DML_PARAMETERS_BEGIN
  TBuffer a;           // [batch, n, n]
  TBuffer b;           // [batch, n, columns]
  TBuffer x;           // the same; may be b
  IntBuffer singular;  // [batch]
  uint batch;
  uint n;
  uint columns;
  uint tiles;  // of kLanes columns, one a group
  uint note;
  int a_strides[3];
  int b_strides[3];
  int x_strides[3];
  int singular_stride;
  int offsets[4];  // of a, b, x and singular
DML_PARAMETERS_END

shared T_compute block[kBlock * kBlockPitch];
shared T_compute values[kBlock * kLanes];

void load_block(uint matrix) {
  for (uint e = gl_LocalInvocationID.x; e < p.n * kBlock; e += kLanes) {
    const uint row = e / kBlock;
    const uint column = e - row * kBlock;
    if (column > row) continue;
    const T_compute value =
        T_load(p.a, p.offsets[0] + int(matrix) * p.a_strides[0] +
                        int(row) * p.a_strides[1] + int(column) * p.a_strides[2]);
    block[row * kBlockPitch + column] =
        CONJUGATE ? field_conjugate(value) : value;
  }
}

void note_zeros(uint matrix) {
  bool singular = false;
  for (uint i = 0; i < p.n; ++i) {
    const FIELD_part size = field_abs(block[i * kBlockPitch + i]);
    singular = singular || !(size > FIELD_part(0));
  }
  if (p.note == NOTE_MORE && !singular) return;
  int_store(p.singular, p.offsets[3] + int(matrix) * p.singular_stride,
            singular ? 1 : 0);
}

void main() {
  const uint me = gl_LocalInvocationID.x;
  const uint matrix = dml_group() / p.tiles;
  const uint tile = dml_group() - matrix * p.tiles;
  if (matrix >= p.batch) return;
  load_block(matrix);
  barrier();
  if (p.note != NOTE_NOTHING && tile == 0 && me == 0) note_zeros(matrix);

  const uint column = tile * kLanes + me;
  if (column >= p.columns) return;
  int b_at = p.offsets[1] + int(matrix) * p.b_strides[0] +
             int(column) * p.b_strides[2];
  int x_at = p.offsets[2] + int(matrix) * p.x_strides[0] +
             int(column) * p.x_strides[2];
  for (uint i = 0; i < p.n; ++i) {
    T_compute rest = T_load(p.b, b_at);
    for (uint k = 0; k < i; ++k) {
      rest -= field_multiply(block[i * kBlockPitch + k], values[k * kLanes + me]);
    }
    const T_compute value = field_divide(rest, block[i * kBlockPitch + i]);
    values[i * kLanes + me] = value;
    T_store(p.x, x_at, value);
    b_at += p.b_strides[1];
    x_at += p.x_strides[1];
  }
}
