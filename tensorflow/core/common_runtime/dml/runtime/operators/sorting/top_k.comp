// The k largest elements of each row, in order. Positions alone are moved; the
// elements are looked at where they are.
//   SORT   a group sorts 1024 elements, of one row or of several, in blocks of
//          `block` (a power of two): each block leaves its `keep` best
//   MERGE  two neighbouring lists of `keep` become one of `merged`: an element
//          goes to its place in its own list plus the number of the other's
//          elements that come before it
// until one list is left, of k positions, which the last launch writes as
// values and indices.
#version 460
#include "dml.glsl"

DML_SHARED const uint SORT = 0;
DML_SHARED const uint MERGE = 1;
layout(constant_id = 1) const uint STEP = SORT;
layout(constant_id = 2) const bool FINAL = false;

DML_PARAMETERS_BEGIN
  TBuffer x;
  WordBuffer from;    // MERGE: [rows, lists, keep] positions
  WordBuffer to;      // [rows, blocks or lists / 2 rounded up, keep or merged]
  TBuffer values;     // FINAL: [rows, k]
  IntBuffer indices;
  uint rows;
  uint n;
  uint block;
  uint blocks;        // of a row
  uint lists;         // of a row
  uint keep;
  uint merged;
  int x_offset;
  int x_row;
  int x_column;
  int values_offset;
  int values_row;
  int values_column;
  int indices_offset;
  int indices_row;
  int indices_column;
DML_PARAMETERS_END

#include "sort_keys.glsl"

DML_SHARED const uint kTile = 1024;
T_compute element(uint row, uint at) {
  return T_load(p.x, p.x_offset + int(row) * p.x_row + int(at) * p.x_column);
}

void put(uint row, uint list, uint lists, uint size, uint place, uint at) {
  if (FINAL) {
    T_store(p.values,
            p.values_offset + int(row) * p.values_row +
                int(place) * p.values_column,
            element(row, at));
    int_store(p.indices,
              p.indices_offset + int(row) * p.indices_row +
                  int(place) * p.indices_column,
              int(at));
  } else {
    word_store(p.to, (row * lists + list) * size + place, at);
  }
}

shared KEY keys[kTile];
shared uint positions[kTile];

void sort() {
  const uint me = gl_LocalInvocationID.x;
  const uint width = gl_WorkGroupSize.x;
  // The group's first block, counted over all rows.
  const uint first = dml_group() * (kTile / p.block);
  for (uint i = me; i < kTile; i += width) {
    const uint number = first + i / p.block;
    const uint row = number / p.blocks;
    const uint at = (number - row * p.blocks) * p.block + i % p.block;
    const bool inside = row < p.rows && at < p.n;
    positions[i] = inside ? at : kNone;
    keys[i] = inside ? key_of(element(row, at)) : KEY(0);
  }
  // Bitonic: runs of `size` alternate in direction until they are the blocks.
  for (uint size = 2; size <= p.block; size *= 2) {
    for (uint stride = size / 2; stride > 0; stride /= 2) {
      barrier();
      for (uint pair = me; pair < kTile / 2; pair += width) {
        const uint a = pair / stride * (2 * stride) + pair % stride;
        const uint b = a + stride;
        const bool forward = size == p.block || (a & size) == 0;
        const bool ordered =
            before(keys[a], positions[a], keys[b], positions[b]);
        if (ordered != forward) {
          const KEY key = keys[a];
          keys[a] = keys[b];
          keys[b] = key;
          const uint position = positions[a];
          positions[a] = positions[b];
          positions[b] = position;
        }
      }
    }
  }
  barrier();
  for (uint i = me; i < kTile; i += width) {
    const uint number = first + i / p.block;
    const uint row = number / p.blocks;
    const uint place = i % p.block;
    if (row < p.rows && place < p.keep) {
      const uint at = positions[i];
      // Short lists end with kNone.
      if (!FINAL || at != kNone) {
        put(row, number - row * p.blocks, p.blocks, p.keep, place, at);
      }
    }
  }
}

void merge() {
  const uint pairs = (p.lists + 1) / 2;
  const uint i = dml_global();
  const uint list = i / p.keep;  // counted over all rows
  const uint place = i - list * p.keep;
  const uint row = list / p.lists;
  if (row >= p.rows) return;
  const uint mine = list - row * p.lists;
  const uint at = word_load(p.from, i);
  const uint other = mine ^ 1;
  uint low = 0;
  if (other < p.lists) {
    // How many of the other list come before. Those that are kNone are ordered
    // by their list, so that every place gets one.
    const uint base = (list - mine + other) * p.keep;
    const KEY key = at == kNone ? KEY(0) : key_of(element(row, at));
    uint high = p.keep;
    while (low < high) {
      const uint middle = (low + high) / 2;
      const uint theirs = word_load(p.from, base + middle);
      bool earlier;
      if (theirs == kNone) {
        earlier = at == kNone && other < mine;
      } else {
        earlier = before(key_of(element(row, theirs)), theirs, key, at);
      }
      if (earlier) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
  }
  const uint to = place + low;
  if (to < p.merged && (!FINAL || at != kNone)) {
    put(row, mine / 2, pairs, p.merged, to, at);
  }
  // A list without a partner is filled up with kNone.
  if (!FINAL && other >= p.lists) {
    for (uint k = p.keep + place; k < p.merged; k += p.keep) {
      put(row, mine / 2, pairs, p.merged, k, kNone);
    }
  }
}

void main() {
  if (STEP == SORT) {
    sort();
  } else {
    merge();
  }
}
