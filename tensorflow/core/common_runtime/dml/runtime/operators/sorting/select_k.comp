// The few largest elements of each row, in order: each lane keeps a sorted list of
// the best that it meets, and the lanes of a row agree on the next best, one
// after the other. Nothing is sorted that is not asked for.
//
// Long rows, where they are few, go in two passes: the first leaves the best of
// each of `splits` parts as positions, [rows, splits, k]; the second takes the
// best of these candidates.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "all_reduce.glsl"

// A lane's list: at least k.
layout(constant_id = 1) const uint LIST = 1;

DML_PARAMETERS_BEGIN
  TBuffer x;
  WordBuffer candidates;
  WordBuffer found;  // with several splits
  TBuffer values;    // else
  IntBuffer indices;
  uint rows;
  uint n;               // elements, or candidates, of a row
  uint k;
  uint has_candidates;  // else all elements are
  uint splits;
  uint chunk;
  uint lanes;
  uint lane_stride;
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

DML_SHARED const uint kLongestList = 16;

struct Best {
  KEY key;
  uint at;
};

Best earlier(Best a, Best b) {
  if (before(b.key, b.at, a.key, a.at)) return b;
  return a;
}

DML_ALL_REDUCE(best_of_lanes, tree, Best, earlier)

void main() {
  const uint lanes = p.lanes;
  const uint lane = lane_of(lanes, p.lane_stride);
  const uint splits = p.splits;
  const uint block = dml_group() / splits;
  const uint part = dml_group() - block * splits;
  const uint row = block * (kGroupSize / lanes) + slot_of(lanes, p.lane_stride);
  const bool inside = row < p.rows;
  const uint k = p.k;
  const int origin = p.x_offset + int(row) * p.x_row;
  const int column = p.x_column;

  Best list[kLongestList];
  for (uint i = 0; i < LIST; ++i) list[i] = Best(KEY(0), kNone);
  if (inside) {
    const uint n = p.n;
    const uint end = min((part + 1) * p.chunk, n);
    const bool has_candidates = p.has_candidates != 0;
    for (uint i = part * p.chunk + lane; i < end; i += lanes) {
      uint at = i;
      if (has_candidates) {
        at = word_load(p.candidates, row * n + i);
        if (at == kNone) continue;
      }
      Best next = Best(key_of(T_load(p.x, origin + int(at) * column)), at);
      const Best last = list[LIST - 1];
      if (!before(next.key, next.at, last.key, last.at)) continue;
      // What it comes before moves on by one.
      for (uint place = 0; place < LIST; ++place) {
        const Best there = list[place];
        if (before(next.key, next.at, there.key, there.at)) {
          list[place] = next;
          next = there;
        }
      }
    }
  }

  for (uint place = 0; place < k; ++place) {
    const Best best = best_of_lanes(list[0], lanes, p.lane_stride);
    if (best.at == list[0].at) {
      for (uint i = 0; i + 1 < LIST; ++i) list[i] = list[i + 1];
      list[LIST - 1] = Best(KEY(0), kNone);
    }
    if (!inside || lane != 0) continue;
    if (splits > 1) {
      word_store(p.found, (row * splits + part) * k + place, best.at);
      continue;
    }
    T_store(p.values,
            p.values_offset + int(row) * p.values_row +
                int(place) * p.values_column,
            T_load(p.x, origin + int(best.at) * column));
    int_store(p.indices,
              p.indices_offset + int(row) * p.indices_row +
                  int(place) * p.indices_column,
              int(best.at));
  }
}
