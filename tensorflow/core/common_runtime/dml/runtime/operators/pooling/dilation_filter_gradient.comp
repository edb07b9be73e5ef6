// Each tap sums the gradients of the outputs whose largest sum it is in, by the
// places that dilation.comp found. A group sums up a part of the pixels for
// some taps; `splits` parts go to sums [splits, taps, depth], unrounded.
#version 460
#include "dml.glsl"
#include "all_reduce.glsl"

#ifdef T_f64
#define SumBuffer TBuffer
#define sum_store(b, i, v) T_store(b, i, v)
#else
#define SumBuffer FloatBuffer
#define sum_store(b, i, v) float_store(b, i, v)
#endif

DML_PARAMETERS_BEGIN
  TBuffer dy;         // [pixels, depth]
  IntBuffer places;
  SumBuffer sums;
  uint results;       // taps * depth
  uint depth;
  uint pixels;
  uint splits;
  uint chunk;         // pixels of a part
  uint lanes;
  uint lane_stride;
DML_PARAMETERS_END

T_compute add(T_compute a, T_compute b) { return a + b; }
DML_ALL_REDUCE(add_lanes, tree, T_compute, add)

void main() {
  const uint lane = lane_of(p.lanes, p.lane_stride);
  const uint block = dml_group() / p.splits;
  const uint part = dml_group() - block * p.splits;
  const uint o = block * (kGroupSize / p.lanes) +
                 slot_of(p.lanes, p.lane_stride);
  const bool inside = o < p.results;
  const int tap = int(o / p.depth);
  const uint c = o % p.depth;

  T_compute sum = T_compute(0);
  const uint end = inside ? min((part + 1) * p.chunk, p.pixels) : 0;
  for (uint i = part * p.chunk + lane; i < end; i += p.lanes) {
    const uint from = i * p.depth + c;
    if (int_load(p.places, from) == tap) sum += T_load(p.dy, from);
  }
  sum = add_lanes(sum, p.lanes, p.lane_stride);
  if (inside && lane == 0) sum_store(p.sums, part * p.results + o, sum);
}
