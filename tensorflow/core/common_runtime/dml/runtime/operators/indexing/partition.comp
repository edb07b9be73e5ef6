// The numbers of x's elements by their values, in two steps over blocks of x, a
// group a block:
//   COUNT  how many of the block have which value
//   ORDER  writes the block's numbers behind those of smaller values, and of
//          the same value in the blocks before; the first group also writes
//          where each value's end
// Values are taken by chunks of as many as shared memory holds, and a launch
// takes some of the chunks.
#version 460
#include "dml.glsl"
#include "group_size.glsl"

DML_SHARED const uint COUNT = 0;
DML_SHARED const uint ORDER = 1;
layout(constant_id = 1) const uint STEP = COUNT;

DML_PARAMETERS_BEGIN
  IntBuffer x;
  WordBuffer counts;  // [blocks, values]
  IntBuffer ends;     // ORDER: [values]; known before the launch's first
  IntBuffer order;    // ORDER: [count]
  uint count;
  uint values;
  uint first_value;  // of the launch: the first, and behind the last
  uint end_value;
  uint block;  // elements of one
  uint blocks;
  int x_offset;
  int x_stride;
DML_PARAMETERS_END

const uint kEach = 4;  // values of a chunk for each invocation
DML_SHARED const uint kChunk = 1024;
const uint kNone = 0xffffffffu;

// Of each value in the chunk. COUNT: how many the block has; ORDER: where the
// next of them goes.
shared uint next[kChunk];
shared uint totals[kChunk];      // in all blocks
shared uint sums[kGroupSize];    // of an invocation's values, then of all until
shared uint tile[kGroupSize];    // values of as many elements

// Which of the chunk's values element i has, or kNone.
uint value_of(uint i, uint chunk, uint width) {
  // Negative numbers are large ones.
  const uint value =
      uint(int_load(p.x, p.x_offset + int(i) * p.x_stride)) - chunk;
  return value < width ? value : kNone;
}

void count_values(uint group, uint chunk, uint width, uint first, uint end) {
  const uint me = gl_LocalInvocationID.x;
  for (uint v = me; v < width; v += kGroupSize) next[v] = 0;
  barrier();
  for (uint i = first + me; i < end; i += kGroupSize) {
    const uint value = value_of(i, chunk, width);
    if (value != kNone) atomicAdd(next[value], 1);
  }
  barrier();
  for (uint v = me; v < width; v += kGroupSize) {
    word_store(p.counts, group * p.values + chunk + v, next[v]);
  }
}

// Fills `next`; returns how many elements have a value up to the chunk's last.
// before: up to the last of the chunk before.
uint find_places(uint group, uint chunk, uint width, uint before) {
  const uint me = gl_LocalInvocationID.x;
  for (uint v = me; v < kChunk; v += kGroupSize) {
    uint earlier = 0, total = 0;
    if (v < width) {
      for (uint b = 0; b < p.blocks; ++b) {
        const uint found = word_load(p.counts, b * p.values + chunk + v);
        if (b < group) earlier += found;
        total += found;
      }
    }
    next[v] = earlier;
    totals[v] = total;
  }
  barrier();
  uint mine = 0;
  for (uint k = 0; k < kEach; ++k) mine += totals[me * kEach + k];
  sums[me] = mine;
  barrier();
  for (uint distance = 1; distance < kGroupSize; distance *= 2) {
    const uint more = me >= distance ? sums[me - distance] : 0;
    barrier();
    sums[me] += more;
    barrier();
  }
  uint start = before + sums[me] - mine;
  for (uint k = 0; k < kEach; ++k) {
    const uint v = me * kEach + k;
    next[v] += start;
    start += totals[v];
    if (group == 0 && v < width) int_store(p.ends, chunk + v, int(start));
  }
  return before + sums[kGroupSize - 1];
}

// Whether one of the tile's elements has `value`, and on which side of `me`.
void compare_element(uint other, uint me, uint value, inout uint rank,
                     inout uint later) {
  const bool equal = tile[other] == value;
  rank += equal && other < me ? 1 : 0;
  later += equal && other > me ? 1 : 0;
}

void compare_tile(uint other, uint me, uint value, inout uint rank,
                  inout uint later) {
  compare_element(other, me, value, rank, later);
  compare_element(other + 1, me, value, rank, later);
  compare_element(other + 2, me, value, rank, later);
  compare_element(other + 3, me, value, rank, later);
}

void write_order(uint chunk, uint width, uint first, uint end) {
  const uint me = gl_LocalInvocationID.x;
  for (uint at = first; at < end; at += kGroupSize) {
    const uint value =
        at + me < end ? value_of(at + me, chunk, width) : kNone;
    tile[me] = value;
    barrier();  // and `next` is what the tile before left
    uint rank = 0;   // elements before this one in the tile, of its value
    uint later = 0;  // and behind it
    // Eight at once: there is a limit to an invocation's iterations.
    for (uint other = 0; other < kGroupSize; other += 8) {
      compare_tile(other, me, value, rank, later);
      compare_tile(other + 4, me, value, rank, later);
    }
    if (value != kNone) {
      const uint place = next[value] + rank;
      // Beyond: x has changed meanwhile.
      if (place < p.count) int_store(p.order, place, int(at + me));
    }
    barrier();
    if (value != kNone && later == 0) next[value] += rank + 1;
  }
}

void main() {
  const uint group = dml_group();
  if (group >= p.blocks) return;
  const uint first = group * p.block;
  const uint end = min(first + p.block, p.count);
  uint before = 0;
  if (STEP == ORDER && p.first_value > 0) {
    before = uint(int_load(p.ends, p.first_value - 1));
  }
  for (uint chunk = p.first_value; chunk < p.end_value; chunk += kChunk) {
    const uint width = min(kChunk, p.end_value - chunk);
    if (STEP == COUNT) {
      count_values(group, chunk, width, first, end);
    } else {
      before = find_places(group, chunk, width, before);
      write_order(chunk, width, first, end);
    }
    barrier();
  }
}
