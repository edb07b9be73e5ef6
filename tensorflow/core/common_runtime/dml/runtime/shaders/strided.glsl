// Walking strided tensors by the number of an element in row-major order.
//
// Mirrors operators/strided.h. A program's parameters hold StridedIndex, and
// per tensor an offset and the strides of the dimensions, in elements; RANK, a
// specialization constant, is how many of the 8 dimensions are in use.
// Division by a size is a multiplication: numbers are below 2^31.
#ifndef DML_STRIDED_GLSL_
#define DML_STRIDED_GLSL_

#define DML_STRIDED_INDEX \
  uint sizes[8];          \
  uint multipliers[8];    \
  uint shifts[8];

uint dml_fast_divide(uint n, uint multiplier, uint shift) {
  uint high, low;
  umulExtended(n, multiplier, high, low);
  return (high + n) >> shift;
}

// Takes the coordinate in dimension d, d > 0, off `rest`.
#define DML_NEXT_COORDINATE(coordinate, rest, d)                             \
  uint dml_quotient =                                                        \
      dml_fast_divide(rest, p.multipliers[d], p.shifts[d]);                  \
  uint coordinate = rest - dml_quotient * p.sizes[d];                        \
  rest = dml_quotient;

#endif  // DML_STRIDED_GLSL_
