// Copies parts to where they lie in a whole tensor or, with SPLIT, from there.
// All are rows: those of a part have `width` elements, and are the whole's rows
// of `pitch` elements from `begin` on. A group copies of one part. T is an
// unsigned type of the size of whatever lies together in all of them.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "strided.glsl"

layout(constant_id = 1) const bool SPLIT = false;

// With the whole, as many buffers as a launch has.
DML_SHARED const uint MAX_PARTS = 15;

DML_SHARED struct RowsOfPart {
  uint first_group;  // they take the parts in order
  uint count;        // elements
  uint begin;
  uint width;
  FastDivisor by_width;
};

DML_PARAMETERS_BEGIN
  TBuffer whole;
  TBuffer parts[15];
  uint part_count;
  uint pitch;
  RowsOfPart rows[15];
DML_PARAMETERS_END

#define DML_COPY_ROWS(b)                                                   \
  for (uint k = 0; k < 4; ++k) {                                           \
    const uint i = first + k * gl_WorkGroupSize.x;                         \
    if (i >= rows.count) return;                                           \
    const uint row = dml_fast_divide(i, rows.by_width.multiplier,          \
                                     rows.by_width.shift);                 \
    const uint at = row * p.pitch + rows.begin + (i - row * rows.width);   \
    if (SPLIT) {                                                           \
      T_store_raw(b, i, T_load_raw(p.whole, at));                          \
    } else {                                                               \
      T_store_raw(p.whole, at, T_load_raw(b, i));                          \
    }                                                                      \
  }
#define DML_COPY_PART(n) \
  if (part == n) DML_COPY_ROWS(p.parts[n])

void main() {
  const uint group = dml_group();
  uint part = 0;
  for (uint n = 1; n < p.part_count; ++n) {
    if (group >= p.rows[n].first_group) part = n;
  }
  const RowsOfPart rows = p.rows[part];
  const uint first = (group - rows.first_group) * (4 * gl_WorkGroupSize.x) +
                     gl_LocalInvocationID.x;
  DML_COPY_PART(0)
  DML_COPY_PART(1)
  DML_COPY_PART(2)
  DML_COPY_PART(3)
  DML_COPY_PART(4)
  DML_COPY_PART(5)
  DML_COPY_PART(6)
  DML_COPY_PART(7)
  DML_COPY_PART(8)
  DML_COPY_PART(9)
  DML_COPY_PART(10)
  DML_COPY_PART(11)
  DML_COPY_PART(12)
  DML_COPY_PART(13)
  DML_COPY_PART(14)
}
