#version 450
// Depthwise convolution, forward and backward data: groups of one channel of
// the input and `multiplier` of the output. An invocation computes four
// neighbouring positions of one channel, so that each filter value serves four
// times. The terms are those of convolution_parameters.glsl; the multiplier is
// whichever of x_channels and y_channels is not 1.
// CLIPPED: only taps that meet the image are visited, where most do not.
// Groups: phases * ceil(positions / 4 * channels / invocations).
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "convolution_parameters.glsl"
#include "products/epilogue.glsl"

DML_SHARED const uint POSITIONS_A_RUN = 4;
const bool CLIPPED = TILE_K != 1;

// Held: see walk_begin().
DML_HELD(TBuffer, x_data);
DML_HELD(TBuffer, w_data);
DML_HELD(TBuffer, y_data);

// Where the invocation's positions start to meet x, and what they have added up.
ivec4 x_at[POSITIONS_A_RUN];
T_compute sum[POSITIONS_A_RUN];

void add_tap(ivec3 tap, int x_base, int w_base) {
  ivec4 x_tap = walk_x_of_tap(tap);
  T_compute w = T_load(w_data, w_base + walk_w_of_tap(tap));
  [[unroll]] for (uint r = 0; r < POSITIONS_A_RUN; ++r) {
    ivec4 meet = x_at[r] + x_tap;
    bool inside = walk_inside(meet.yzw);
    T_compute v = T_load(x_data, inside ? x_base + meet.x : x_base);
    sum[r] += w * (inside ? v : T_compute(0));
  }
}

// Of a dimension's taps those that meet x, of so many elements, from the first of
// some positions or from the last: half open.
uvec2 taps_inside(int first, int last, int x_size, int tap_step, uint taps) {
  int step = abs(tap_step);
  // How far taps have to come, and how far they may go.
  int nearest = tap_step > 0 ? -last : first - (x_size - 1);
  int farthest = tap_step > 0 ? x_size - 1 - first : last;
  if (farthest < 0) return uvec2(0);
  return uvec2(nearest > 0 ? (nearest + step - 1) / step : 0,
               min(taps, uint(farthest / step) + 1));
}

void main() {
  uint phases = DIRECTION == BACKWARD_DATA
                    ? uint(p.stride.x * p.stride.y * p.stride.z) : 1;
  uint groups_a_phase = p.tiles_m;
  uint phase = dml_group() / groups_a_phase;
  if (phase >= phases) return;
  walk_begin(phase);

  uint channels = p.groups * p.y_channels;
  uint runs = (walk_count.z + POSITIONS_A_RUN - 1) / POSITIONS_A_RUN;
  uint lines = p.batch * walk_count.x * walk_count.y;
  uint item = dml_group() % groups_a_phase * gl_WorkGroupSize.x +
              gl_LocalInvocationID.x;
  if (item >= lines * runs * channels) return;
  // Neighbouring invocations take what neighbours in memory: channels
  // (C_ORDER 0) or runs.
  uint channel, line, run;
  if (C_ORDER == 0) {
    channel = item % channels;
    run = item / channels % runs;
    line = item / channels / runs;
  } else {
    run = item % runs;
    line = item / runs % (walk_count.x * walk_count.y);
    channel = item / runs / (walk_count.x * walk_count.y);
    line += channel / channels * (walk_count.x * walk_count.y);
    channel %= channels;
  }
  uvec4 at;
  at.w = run * POSITIONS_A_RUN;
  at.z = line % walk_count.y;
  at.y = line / walk_count.y % walk_count.x;
  at.x = line / walk_count.y / walk_count.x;
  int group = int(channel / p.y_channels);
  int y_channel = int(channel % p.y_channels);
  int w_at = group * p.w_group + y_channel * p.w_y_channel;
  int x_first = p.x_offset + group * p.x_group;

  [[unroll]] for (uint r = 0; r < POSITIONS_A_RUN; ++r) {
    x_at[r] = walk_x_of_position(at + uvec4(0, 0, 0, r));
    sum[r] = T_compute(0);
  }
  DML_HOLD(x_data, p.x);
  DML_HOLD(w_data, p.w);
  uint taps = walk_tap_count();
  uvec2 planes, rows, columns;
  if (CLIPPED) {
    ivec3 first = x_at[0].yzw;
    ivec3 last = x_at[POSITIONS_A_RUN - 1].yzw;
    ivec3 size = ivec3(walk_x_size);
    ivec3 step = walk_tap_step;
    planes = taps_inside(first.x, last.x, size.x, step.x, walk_taps.x);
    rows = taps_inside(first.y, last.y, size.y, step.y, walk_taps.y);
    columns = taps_inside(first.z, last.z, size.z, step.z, walk_taps.z);
  }
  for (uint c = 0; c < walk_x_channels; ++c) {
    int x_base = x_first + int(c) * walk_x_channel;
    int w_base = w_at + int(c) * walk_w_x_channel;
    if (!CLIPPED) {
      for (uint t = 0; t < taps; ++t) add_tap(walk_tap(t), x_base, w_base);
      continue;
    }
    for (uint i = planes.x; i < planes.y; ++i) {
      for (uint j = rows.x; j < rows.y; ++j) {
        for (uint k = columns.x; k < columns.y; ++k) {
          add_tap(ivec3(i, j, k), x_base, w_base);
        }
      }
    }
  }

  int y_at = walk_y_of_position(at) + group * p.y_group +
             y_channel * p.y_channel;
  T_compute bias = T_compute(0);
  if (p.has_bias != 0) {
    bias = T_load(p.bias, p.bias_offset + int(channel) * p.bias_stride);
  }
  DML_HOLD(y_data, p.y);
  uint activation = p.activation;
  [[unroll]] for (uint r = 0; r < POSITIONS_A_RUN; ++r) {
    if (at.w + r < walk_count.z) {
      T_store(y_data, y_at + int(r) * walk_y_step.z,
              epilogue_activate(sum[r] + bias, activation));
    }
  }
}
