// A pass of a radix sort of keys by one of their bytes, in segments of `count`
// keys. Equal bytes keep their order, so passes from the lowest byte on sort.
//   COUNT  a group counts each byte's value among its keys: counts [segments,
//          kGroupSize values, groups], whose running sums are where they begin
//   PLACE  a group moves its keys there, and where in their segment they were
// A group takes its keys a group's width at a time; which invocations have a
// value stands in bit masks, so that each knows how many do before it.
#version 460
#include "dml.glsl"
#include "group_size.glsl"

DML_SHARED const uint COUNT = 0;
DML_SHARED const uint PLACE = 1;
layout(constant_id = 1) const uint STEP = COUNT;

DML_SHARED const uint kKeysOfGroup = 2048;

DML_PARAMETERS_BEGIN
  WordBuffer keys;
  WordBuffer positions;  // unless keys are where they were
  WordBuffer counts;
  WordBuffer to_keys;
  WordBuffer to_positions;
  uint segments;
  uint count;   // of a segment
  uint groups;  // of a segment
  uint shift;   // of the byte
  uint has_positions;
DML_PARAMETERS_END

const uint WORDS = kGroupSize / 32;

shared uint counted[kGroupSize];  // by value; PLACE: where the next one goes
shared uint masks[WORDS * kGroupSize];  // [word][value]

uint value_of(uint key) { return (key >> p.shift) & (kGroupSize - 1); }

// `to_counts`: of the first value. The group's keys are [first, end).
void count_values(uint to_counts, uint first, uint end) {
  const uint me = gl_LocalInvocationID.x;
  counted[me] = 0;
  barrier();
  for (uint i = first + me; i < end; i += kGroupSize) {
    atomicAdd(counted[value_of(word_load(p.keys, i))], 1u);
  }
  barrier();
  word_store(p.counts, to_counts + me * p.groups, counted[me]);
}

void place(uint from_counts, uint origin, uint first, uint end) {
  const uint me = gl_LocalInvocationID.x;
  counted[me] = word_load(p.counts, from_counts + me * p.groups);
  for (uint chunk = first; chunk < end; chunk += kGroupSize) {
    for (uint word = 0; word < WORDS; ++word) masks[word * kGroupSize + me] = 0;
    barrier();
    const uint i = chunk + me;
    const bool inside = i < end;
    uint key = 0;
    uint value = 0;
    if (inside) {
      key = word_load(p.keys, i);
      value = value_of(key);
      atomicOr(masks[me / 32 * kGroupSize + value], 1u << (me % 32));
    }
    barrier();
    if (inside) {
      const uint mine = masks[me / 32 * kGroupSize + value];
      uint to = counted[value] + uint(bitCount(mine & ((1u << (me % 32)) - 1)));
      for (uint word = 0; word < me / 32; ++word) {
        to += uint(bitCount(masks[word * kGroupSize + value]));
      }
      word_store(p.to_keys, to, key);
      word_store(
          p.to_positions, to,
          p.has_positions != 0 ? word_load(p.positions, i) : i - origin);
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
  const uint segment = dml_group() / p.groups;
  if (segment >= p.segments) return;
  const uint group = dml_group() - segment * p.groups;
  const uint origin = segment * p.count;
  const uint first = origin + group * kKeysOfGroup;
  const uint end = min(first + kKeysOfGroup, origin + p.count);
  const uint counts = segment * kGroupSize * p.groups + group;
  if (STEP == COUNT) {
    count_values(counts, first, end);
  } else {
    place(counts, origin, first, end);
  }
}
