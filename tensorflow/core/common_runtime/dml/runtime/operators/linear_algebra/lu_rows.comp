// What lu_panel.comp did to the rows of its columns, done to the columns to their
// right: an invocation a column. Its elements in the panel's rows become those of
// U, the others only change places.
#version 460
#include "dml.glsl"
#include "field.glsl"
#include "matrix_block.glsl"

DML_PARAMETERS_BEGIN
  TBuffer a;         // [batch, n, pitch]
  IntBuffer pivots;  // [batch, kBlock + 1]
  uint batch;
  uint n;
  uint pitch;
  uint first;
  uint tiles;  // of kLanes columns, one a group
DML_PARAMETERS_END

shared T_compute block[kBlock * kBlockPitch];  // L
shared T_compute values[kBlock * kLanes];
// Places are the panel's rows, and kBlock + i the row below that row i changed
// places with first.
shared uint pivots[kBlock];
shared uint places[kBlock];
shared uint origins[2 * kBlock];  // whose row a place gets

void find_origins(uint width) {
  const uint me = gl_LocalInvocationID.x;
  for (uint i = me; i < width; i += kLanes) {
    uint place = pivots[i] - p.first;
    if (place >= width) {
      place = kBlock + i;
      for (uint k = i; k > 0; --k) {
        if (pivots[k - 1] == pivots[i]) place = kBlock + k - 1;
      }
    }
    places[i] = place;
    origins[i] = p.first + i;
    origins[kBlock + i] = pivots[i];
  }
  barrier();
  if (me == 0) {
    for (uint i = 0; i < width; ++i) {
      const uint origin = origins[i];
      origins[i] = origins[places[i]];
      origins[places[i]] = origin;
    }
  }
  barrier();
}

void main() {
  const uint me = gl_LocalInvocationID.x;
  const uint matrix = dml_group() / p.tiles;
  const uint tile = dml_group() - matrix * p.tiles;
  if (matrix >= p.batch) return;
  const uint width = min(kBlock, p.n - p.first);
  const uint matrix_at = matrix * p.n * p.pitch;
  for (uint e = me; e < width * kBlock; e += kLanes) {
    const uint row = e / kBlock;
    const uint column = e - row * kBlock;
    if (column >= row) continue;
    block[row * kBlockPitch + column] = T_load(
        p.a, matrix_at + (p.first + row) * p.pitch + p.first + column);
  }
  for (uint i = me; i < width; i += kLanes) {
    pivots[i] = uint(int_load(p.pivots, matrix * (kBlock + 1) + i));
  }
  barrier();
  find_origins(width);

  const uint column = p.first + width + tile * kLanes + me;
  if (column >= p.pitch) return;
  const uint column_at = matrix_at + column;
  for (uint i = 0; i < width; ++i) {
    values[i * kLanes + me] = T_load(p.a, column_at + origins[i] * p.pitch);
  }
  // Rows below get rows of the panel, which are as they were so far.
  for (uint i = 0; i < width; ++i) {
    if (places[i] != kBlock + i) continue;
    const T_compute value =
        T_load(p.a, column_at + origins[kBlock + i] * p.pitch);
    T_store(p.a, column_at + pivots[i] * p.pitch, value);
  }
  for (uint i = 0; i < width; ++i) {
    T_compute value = values[i * kLanes + me];
    for (uint k = 0; k < i; ++k) {
      value -= field_multiply(block[i * kBlockPitch + k], values[k * kLanes + me]);
    }
    values[i * kLanes + me] = value;
    T_store(p.a, column_at + (p.first + i) * p.pitch, value);
  }
}
