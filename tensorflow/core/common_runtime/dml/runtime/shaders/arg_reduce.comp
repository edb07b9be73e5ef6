// Index of the first extreme element along one axis. NaN is passed over.
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
  WordBuffer y;
  int x_offset;
  int y_offset;
  uint outputs;
  uint count;
  int stride;  // of the axis, in x
  uint lanes;
  uint lane_stride;
  uint words;  // in an index
  uint kept_rank;
  uint kept_sizes[DML_MAX_RANK];
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
  const uint o =
      dml_group() * (kGroupSize / lanes) + slot_of(lanes, p.lane_stride);
  const bool inside = o < p.outputs;

  Candidate best =
      Candidate(OPERATION == DML_ARG_MAX ? T_LOWEST : T_HIGHEST, kNone);
  if (inside) {
    int origin = p.x_offset;
    DML_ADD_OFFSET(origin, o, p.kept_rank, p.kept_sizes, p.kept_x_strides)
    for (uint i = lane; i < p.count; i += lanes) {
      best = better(
          best, Candidate(T_load(p.x, origin + int(i) * p.stride), i));
    }
  }
  best = best_of_lanes(best, lanes, p.lane_stride);

  if (!inside || lane != 0) return;
  int offset = p.y_offset;
  DML_ADD_OFFSET(offset, o, p.kept_rank, p.kept_sizes, p.kept_y_strides)
  offset *= int(p.words);
  p.y.at[offset] = best.index == kNone ? 0 : best.index;
  if (p.words == 2) p.y.at[offset + 1] = 0;
}
