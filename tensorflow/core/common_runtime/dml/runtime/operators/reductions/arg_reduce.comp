// Index of the first extreme element along one axis. NaN is passed over.
//
// A long axis with few outputs goes in two passes: the first writes the index
// of the best element of each of `splits` parts to scratch, as [splits,
// outputs]; the second takes the best of these candidates.
//
// T: the input's type. The output is int32 or int64, written as words.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "all_reduce.glsl"
#include "limits.glsl"

layout(constant_id = 1) const uint OPERATION = DML_ARG_MAX;

DML_PARAMETERS_BEGIN
  TBuffer x;
  WordBuffer candidates;
  WordBuffer y;
  int x_offset;
  int y_offset;
  uint outputs;
  uint count;           // elements, or candidates, of an output
  uint has_candidates;  // else all elements are
  uint splits;
  uint chunk;
  int stride;  // of the axis, in x
  uint lanes;
  uint lane_stride;
  uint words;  // in an index
  uint kept_rank;
  StridedIndex kept;
  int kept_x_strides[DML_MAX_RANK];
  int kept_y_strides[DML_MAX_RANK];
DML_PARAMETERS_END

struct Candidate {
  T_compute value;
  uint index;
};
const uint kNone = 0xffffffffu;

Candidate better(Candidate a, Candidate b) {
  const bool wins =
      OPERATION == DML_ARG_MAX ? b.value > a.value : b.value < a.value;
  return wins || (b.value == a.value && b.index < a.index) ? b : a;
}

DML_ALL_REDUCE(best_of_lanes, tree, Candidate, better)

void main() {
  const uint lanes = p.lanes;
  const uint lane = lane_of(lanes, p.lane_stride);
  const uint block = dml_group() / p.splits;
  const uint part = dml_group() - block * p.splits;
  const uint o = block * (kGroupSize / lanes) + slot_of(lanes, p.lane_stride);
  const bool inside = o < p.outputs;

  Candidate best =
      Candidate(OPERATION == DML_ARG_MAX ? T_LOWEST : T_HIGHEST, kNone);
  if (inside) {
    int origin = p.x_offset;
    DML_ADD_OFFSET(origin, o, p.kept_rank, p.kept, p.kept_x_strides)
    const uint end = min((part + 1) * p.chunk, p.count);
    for (uint i = part * p.chunk + lane; i < end; i += lanes) {
      uint index = i;
      if (p.has_candidates != 0) {
        index = word_load(p.candidates, i * p.outputs + o);
        if (index == kNone) continue;
      }
      best = better(best, Candidate(T_load(p.x, origin + int(index) * p.stride),
                                    index));
    }
  }
  best = best_of_lanes(best, lanes, p.lane_stride);

  if (!inside || lane != 0) return;
  if (p.splits > 1) {
    word_store(p.y, part * p.outputs + o, best.index);
    return;
  }
  int offset = p.y_offset;
  DML_ADD_OFFSET(offset, o, p.kept_rank, p.kept, p.kept_y_strides)
  offset *= int(p.words);
  word_store(p.y, offset, best.index == kNone ? 0 : best.index);
  if (p.words == 2) word_store(p.y, offset + 1, 0);
}
