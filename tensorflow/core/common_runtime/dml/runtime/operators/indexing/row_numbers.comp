// The rows that indices, or vectors of them, name: `none` where they name no row.
#version 460
#include "dml.glsl"
#include "index_vectors.glsl"

layout(constant_id = 1) const uint DEPTH = 1;

DML_PARAMETERS_BEGIN
  UBuffer indices;
  WordBuffer rows;
  uint count;
  uint none;
  int index_offset;
  int index_strides[2];
  uint sizes[DML_MAX_RANK];  // of the dimensions that vectors are places in
DML_PARAMETERS_END

void main() {
  const uint i = dml_global();
  if (i >= p.count) return;
  const int at = p.index_offset + int(i) * p.index_strides[0];
  uint number = p.none;
  if (DEPTH != 1) {
    uint row;
    bool inside;
    DML_ROW_OF_VECTOR(row, inside, p.indices, at, p.index_strides[1], DEPTH,
                      p.sizes)
    if (inside) number = row;
  } else {
    const U_compute row = U_load(p.indices, at);
    if (row >= U_compute(0) && row < U_compute(p.none)) number = uint(row);
  }
  word_store(p.rows, i, number);
}
