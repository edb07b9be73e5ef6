// The coordinates of the elements that are not zero, in row-major order:
//   COUNT  a group counts those of its block of elements
//   WRITE  a group writes the coordinates of those of its block, behind those
//          of the blocks before
// Between the two, the counts become where each block ends.
//
// T: an unsigned type of the elements' size. An element is zero if none of the
// bits of the mask is set, so that -0 is zero and NaN is not. Both halves of 16
// bytes have the mask.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "all_reduce.glsl"

DML_SHARED const uint COUNT = 0;
DML_SHARED const uint WRITE = 1;
layout(constant_id = 1) const uint STEP = COUNT;

DML_PARAMETERS_BEGIN
  TBuffer x;
  IntBuffer blocks;  // COUNT: how many; WRITE: in all until the block's end
  WordBuffer y;      // WRITE: [results, rank] int64
  uint count;
  uint results;
  uint mask_low;
  uint mask_high;
  int x_offset;
  uint contiguous;
  uint rank;
  StridedIndex index;
  int strides[DML_MAX_RANK];
DML_PARAMETERS_END

const uint kWords = DML_NONZERO_BLOCK / 32;
shared uint found[kWords];       // a bit an element of the block
shared uint before[kWords + 1];  // how many in the words before

bool is_nonzero(uint i) {
  int offset = p.x_offset;
  if (p.contiguous != 0) {
    offset += int(i);
  } else {
    DML_ADD_OFFSET(offset, i, p.rank, p.index, p.strides)
  }
  const T_storage bits = T_load_raw(p.x, offset);
#if T_SIZE == 16
  const uvec2 mask = uvec2(p.mask_low, p.mask_high);
  return (bits & mask.xyxy) != uvec4(0);
#elif T_SIZE == 8
  return (bits & (T_storage(p.mask_high) << 32 | T_storage(p.mask_low))) != 0;
#else
  return (uint(bits) & p.mask_low) != 0;
#endif
}

void write_coordinates(uint row, uint i) {
  for (int d = int(p.rank) - 1; d >= 0; --d) {
    const uint next =
        dml_fast_divide(i, p.index.multipliers[d], p.index.shifts[d]);
    const uint at = (row * p.rank + uint(d)) * 2;
    word_store(p.y, at, i - next * p.index.sizes[d]);
    word_store(p.y, at + 1, 0);
    i = next;
  }
}

void main() {
  const uint me = gl_LocalInvocationID.x;
  const uint group = dml_group();
  const uint first = group * DML_NONZERO_BLOCK;
  for (uint w = me; w < kWords; w += kGroupSize) found[w] = 0;
  barrier();
  for (uint e = me; e < DML_NONZERO_BLOCK; e += kGroupSize) {
    const uint i = first + e;
    if (i < p.count && is_nonzero(i)) atomicOr(found[e / 32], 1u << e % 32);
  }
  barrier();
  for (uint w = me; w <= kWords; w += kGroupSize) {
    uint sum = 0;
    for (uint k = 0; k < w; ++k) sum += bitCount(found[k]);
    before[w] = sum;
  }
  barrier();
  if (STEP == COUNT) {
    if (me == 0 && first < p.count) {
      int_store(p.blocks, group, int(before[kWords]));
    }
    return;
  }
  if (first >= p.count) return;
  const uint start = uint(int_load(p.blocks, group)) - before[kWords];
  for (uint e = me; e < DML_NONZERO_BLOCK; e += kGroupSize) {
    const uint word = found[e / 32];
    const uint bit = 1u << e % 32;
    const uint row = start + before[e / 32] + bitCount(word & (bit - 1));
    // Fewer rows than there are elements: the input changed meanwhile.
    if ((word & bit) != 0 && row < p.results) write_coordinates(row, first + e);
  }
}
