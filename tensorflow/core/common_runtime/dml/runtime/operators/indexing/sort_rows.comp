// A pass of a radix sort of row numbers by one of their bytes. Equal bytes keep
// their order, so passes from the lowest byte on sort.
//   COUNT  a group counts each byte's value among its numbers: counts
//          [kGroupSize values, groups], whose running sums are where they begin
//   PLACE  a group moves its numbers there, and which updates they are of
// A group takes its numbers a group's width at a time; which invocations have a
// value stands in bit masks, so that each knows how many do before it.
#version 460
#include "dml.glsl"
#include "group_size.glsl"

DML_SHARED const uint COUNT = 0;
DML_SHARED const uint PLACE = 1;
layout(constant_id = 1) const uint STEP = COUNT;

DML_SHARED const uint kNumbersOfGroup = 2048;

DML_PARAMETERS_BEGIN
  WordBuffer rows;
  WordBuffer positions;  // unless they are the numbers themselves
  WordBuffer counts;
  WordBuffer to_rows;
  WordBuffer to_positions;
  uint count;
  uint groups;
  uint shift;  // of the byte
  uint is_first;
DML_PARAMETERS_END

const uint WORDS = kGroupSize / 32;

shared uint counted[kGroupSize];  // by value; PLACE: where the next one goes
shared uint masks[WORDS * kGroupSize];  // [word][value]

uint value_of(uint row) { return (row >> p.shift) & (kGroupSize - 1); }

void count_values(uint first, uint end) {
  const uint me = gl_LocalInvocationID.x;
  counted[me] = 0;
  barrier();
  for (uint i = first + me; i < end; i += kGroupSize) {
    atomicAdd(counted[value_of(word_load(p.rows, i))], 1u);
  }
  barrier();
  word_store(p.counts, me * p.groups + dml_group(), counted[me]);
}

void place(uint first, uint end) {
  const uint me = gl_LocalInvocationID.x;
  counted[me] = word_load(p.counts, me * p.groups + dml_group());
  for (uint chunk = first; chunk < end; chunk += kGroupSize) {
    for (uint word = 0; word < WORDS; ++word) masks[word * kGroupSize + me] = 0;
    barrier();
    const uint i = chunk + me;
    const bool inside = i < end;
    uint row = 0;
    uint value = 0;
    if (inside) {
      row = word_load(p.rows, i);
      value = value_of(row);
      atomicOr(masks[me / 32 * kGroupSize + value], 1u << (me % 32));
    }
    barrier();
    if (inside) {
      const uint mine = masks[me / 32 * kGroupSize + value];
      uint to = counted[value] + uint(bitCount(mine & ((1u << (me % 32)) - 1)));
      for (uint word = 0; word < me / 32; ++word) {
        to += uint(bitCount(masks[word * kGroupSize + value]));
      }
      word_store(p.to_rows, to, row);
      word_store(p.to_positions, to,
                 p.is_first != 0 ? i : word_load(p.positions, i));
    }
    barrier();
    uint found = 0;
    for (uint word = 0; word < WORDS; ++word) {
      found += uint(bitCount(masks[word * kGroupSize + me]));
    }
    counted[me] += found;
  }
}

void main() {
  if (dml_group() >= p.groups) return;
  const uint first = dml_group() * kNumbersOfGroup;
  const uint end = min(first + kNumbersOfGroup, p.count);
  if (STEP == COUNT) {
    count_values(first, end);
  } else {
    place(first, end);
  }
}
