// Rows by vectors of indices.
#ifndef DML_INDEX_VECTORS_GLSL_
#define DML_INDEX_VECTORS_GLSL_

// The row-major number, among `sizes`, of the place that `depth` indices from
// element `at` of the UBuffer b on name, `stride` elements apart; `inside`:
// whether all of them are in range.
#define DML_ROW_OF_VECTOR(row, inside, b, at, stride, depth, sizes)       \
  row = 0;                                                                \
  inside = true;                                                          \
  for (int d = 0; d < int(depth); ++d) {                                  \
    const U_compute dml_index = U_load(b, (at) + d * (stride));           \
    inside = inside && dml_index >= U_compute(0) &&                       \
             dml_index < U_compute(sizes[d]);                             \
    row = row * sizes[d] + uint(dml_index);                               \
  }

#endif  // DML_INDEX_VECTORS_GLSL_
