// Walking strided tensors by the number of an element in row-major order.
//
// A program's parameters hold a StridedIndex `index`, and per tensor an offset
// and the strides of the dimensions, in elements; RANK, a specialization
// constant, is how many of the 8 dimensions are in use. The host's side is
// operators/strided.h.
#ifndef DML_STRIDED_GLSL_
#define DML_STRIDED_GLSL_

// Division of numbers below 2^31 by a fixed one, as a multiplication:
// n / d = (high word of n * multiplier + n) >> shift.
DML_SHARED struct FastDivisor {
  uint multiplier;
  uint shift;
};

// The sizes of a tensor's dimensions, as divisors.
DML_SHARED struct StridedIndex {
  uint sizes[DML_MAX_RANK];
  uint multipliers[DML_MAX_RANK];
  uint shifts[DML_MAX_RANK];
};

// The same of the last two dimensions of a tensor of rank 3.
DML_SHARED struct InnerIndex {
  uint sizes[2];
  uint multipliers[2];
  uint shifts[2];
};

uint dml_fast_divide(uint n, uint multiplier, uint shift) {
  uint high, low;
  umulExtended(n, multiplier, high, low);
  return (high + n) >> shift;
}

// Takes the coordinate in dimension d of the parameters' `index` off `rest`.
#define DML_NEXT_COORDINATE(coordinate, rest, d)                             \
  uint dml_quotient =                                                        \
      dml_fast_divide(rest, p.index.multipliers[d], p.index.shifts[d]);      \
  uint coordinate = rest - dml_quotient * p.index.sizes[d];                  \
  rest = dml_quotient;

#endif  // DML_STRIDED_GLSL_
