// y[indices[i], j] = op(y[indices[i], j], updates[i, j]) for each i in order.
//
// Every element of y belongs to one invocation, which meets its updates in the
// order of i: no atomics, and the same bits every time. A group owns a block of
// rows and of columns. It reads the indices a group's width at a time, notes in
// a bit mask which of them are among its rows, and walks the set bits. Where
// there are fewer columns than invocations, LANES of them share a row's number
// modulo LANES.
#version 460
#include "dml.glsl"

layout(constant_id = 1) const uint OP = 0;  // a dml_scatter_op
const uint WIDTH = 256;                     // invocations

DML_PARAMETERS_BEGIN
  UBuffer indices;
  TBuffer updates;
  TBuffer y;
  uint count;
  uint rows;
  uint columns;
  uint groups;
  uint column_blocks;
  uint block_columns;  // columns that a group owns, at most WIDTH
  uint block_rows;     // rows that a group owns
  uint lanes;          // WIDTH / block_columns
  int index_stride;
  int update_strides[2];
  int y_strides[2];
  int index_offset;
  int update_offset;
  int y_offset;
DML_PARAMETERS_END

shared uint row_of[WIDTH];  // from the group's first row
shared uint mask[WIDTH / 32];

T_compute combine(T_compute old, T_compute update) {
  switch (OP) {
    case DML_SCATTER_ADD: return old + update;
    case DML_SCATTER_SUBTRACT: return old - update;
    case DML_SCATTER_MULTIPLY: return old * update;
#if T_IS_FLOAT
    case DML_SCATTER_DIVIDE: return old / update;
#else
    case DML_SCATTER_DIVIDE:
      if (update == T_compute(0)) return T_compute(0);
      if (update == T_compute(-1)) return T_compute(0) - old;
      return old / update;
#endif
    case DML_SCATTER_MINIMUM: return update < old ? update : old;
    case DML_SCATTER_MAXIMUM: return old < update ? update : old;
  }
  return update;
}

void main() {
  if (dml_group() >= p.groups) return;
  uint first_row = dml_group() / p.column_blocks * p.block_rows;
  uint last_row = min(first_row + p.block_rows, p.rows);
  uint first_column = dml_group() % p.column_blocks * p.block_columns;
  uint local = gl_LocalInvocationID.x;
  uint lane = local / p.block_columns;
  uint column = first_column + local % p.block_columns;
  bool works = lane < p.lanes && column < p.columns;

  for (uint chunk = 0; chunk < p.count; chunk += WIDTH) {
    if (local < WIDTH / 32) mask[local] = 0;
    barrier();
    uint i = chunk + local;
    if (i < p.count) {
      U_storage row = p.indices.at[p.index_offset + int(i) * p.index_stride];
      if (row >= U_storage(first_row) && row < U_storage(last_row)) {
        row_of[local] = uint(row) - first_row;
        atomicOr(mask[local / 32], 1u << (local % 32));
      }
    }
    barrier();
    for (uint word = 0; word < WIDTH / 32; ++word) {
      uint bits = works ? mask[word] : 0;
      while (bits != 0) {
        uint bit = uint(findLSB(bits));
        bits &= bits - 1;
        uint row = row_of[word * 32 + bit];
        if (row % p.lanes != lane) continue;
        int at = p.y_offset + int(first_row + row) * p.y_strides[0] +
                 int(column) * p.y_strides[1];
        int from = p.update_offset +
                   int(chunk + word * 32 + bit) * p.update_strides[0] +
                   int(column) * p.update_strides[1];
        T_store(p.y, at,
                combine(T_load(p.y, at), T_load(p.updates, from)));
      }
    }
    barrier();
  }
}
