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

// Adds to `offset` that of the element whose row-major number is `number`, in
// the first `rank` dimensions of a StridedIndex, with strides in an array. In
// loops, `rank` is to be a specialization constant, and both are to be held in
// variables (DML_HOLD_INDEX).
#define DML_ADD_OFFSET(offset, number, rank, index, strides)           \
  {                                                                    \
    uint dml_rest = number;                                            \
    for (int d = int(rank) - 1; d > 0; --d) {                          \
      const uint dml_next = dml_fast_divide(                           \
          dml_rest, (index).multipliers[d], (index).shifts[d]);        \
      offset += int(dml_rest - dml_next * (index).sizes[d]) * strides[d]; \
      dml_rest = dml_next;                                             \
    }                                                                  \
    offset += int(dml_rest) * strides[0];                              \
  }

// Some drivers read a parameter block in memory anew at each use: for loops,
// the first `rank` dimensions of an index or of strides go into variables.
#define DML_HOLD_INDEX(held, index, rank)      \
  for (int d = 0; d < int(rank); ++d) {        \
    held.sizes[d] = (index).sizes[d];          \
    held.multipliers[d] = (index).multipliers[d]; \
    held.shifts[d] = (index).shifts[d];        \
  }
#define DML_HOLD_STRIDES(held, strides, rank) \
  for (int d = 0; d < int(rank); ++d) held[d] = strides[d];

#endif  // DML_STRIDED_GLSL_
