// The row of a sorted table of index vectors that each vector, less a start, is: the
// first of equal ones; -1 if none is. By bisection, one vector an invocation.
#version 460
#include "dml.glsl"

DML_PARAMETERS_BEGIN
  TBuffer vectors;  // [count, depth]
  TBuffer start;    // [depth]
  TBuffer table;    // [rows, depth]
  TBuffer found;    // [count]
  uint count;
  uint depth;
  uint rows;
DML_PARAMETERS_END

// Below 0 if row `row` comes before vector `i`, 0 if it is that.
int compare(uint row, uint i) {
  for (uint d = 0; d < p.depth; ++d) {
    const int64_t wanted =
        T_load(p.vectors, i * p.depth + d) - T_load(p.start, d);
    const int64_t here = T_load(p.table, row * p.depth + d);
    if (here != wanted) return here < wanted ? -1 : 1;
  }
  return 0;
}

void main() {
  const uint i = dml_global();
  if (i >= p.count) return;
  uint begin = 0, end = p.rows;
  while (begin < end) {
    const uint middle = begin + (end - begin) / 2u;
    if (compare(middle, i) < 0) {
      begin = middle + 1u;
    } else {
      end = middle;
    }
  }
  const bool is_there = begin < p.rows && compare(begin, i) == 0;
  T_store(p.found, i, is_there ? int64_t(begin) : int64_t(-1));
}
