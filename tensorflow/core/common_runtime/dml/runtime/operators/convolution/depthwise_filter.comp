#version 450
// Gradient of a depthwise filter. A work group takes TILE_N output channels,
// up to TILE_K taps, and a part of the positions, which TILE_M lanes a channel
// share; the lanes' sums are added up through shared memory. The terms are
// those of convolution_parameters.glsl. With more than one part, sums go to
// `partial` [part, output channel, tap].
// Groups: parts * runs of taps * tiles of channels.
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "convolution_parameters.glsl"

DML_SHARED const uint MOST_TAPS_A_RUN = 9;
const uint TAPS_A_RUN = TILE_K;
shared T_compute lane_sums[TILE_M * TILE_N];

// Held: see walk_begin().
DML_HELD(TBuffer, x_data);
DML_HELD(TBuffer, y_data);

void main() {
  walk_begin(0);
  uint channels = p.groups * p.y_channels;
  uint taps = walk_tap_count();
  uint tap_runs = (taps + TAPS_A_RUN - 1) / TAPS_A_RUN;
  uint first_tap = dml_group() / p.tiles_n % tap_runs * TAPS_A_RUN;
  uint part = dml_group() / p.tiles_n / tap_runs;
  if (part >= p.parts) return;

  uint thread = gl_LocalInvocationIndex;
  uint lane = C_ORDER == 0 ? thread / TILE_N : thread % TILE_M;
  uint local_channel = C_ORDER == 0 ? thread % TILE_N : thread / TILE_M;
  uint channel = dml_group() % p.tiles_n * TILE_N + local_channel;
  bool present = channel < channels;
  channel = min(channel, channels - 1);
  int group = int(channel / p.y_channels);
  int y_channel = int(channel % p.y_channels);
  int x_base = p.x_offset + group * p.x_group;
  int y_base = group * p.y_group + y_channel * p.y_channel;

  T_compute sum[MOST_TAPS_A_RUN];
  [[unroll]] for (uint t = 0; t < TAPS_A_RUN; ++t) sum[t] = T_compute(0);
  DML_HOLD(x_data, p.x);
  DML_HOLD(y_data, p.y);
  uint positions = walk_positions();
  uint end = min((part + 1) * p.depth_a_part, positions);
  for (uint i = part * p.depth_a_part + lane; i < end; i += TILE_M) {
    uvec4 at = walk_position(i);
    ivec4 x_at = walk_x_of_position(at);
    T_compute dy = T_load(y_data, y_base + walk_y_of_position(at));
    [[unroll]] for (uint t = 0; t < TAPS_A_RUN; ++t) {
      ivec4 meet = x_at + walk_x_of_tap(walk_tap(min(first_tap + t, taps - 1)));
      bool inside = walk_inside(meet.yzw);
      T_compute v = T_load(x_data, inside ? x_base + meet.x : x_base);
      sum[t] += dy * (inside ? v : T_compute(0));
    }
  }

  uint slot = local_channel * TILE_M + lane;
  [[unroll]] for (uint t = 0; t < TAPS_A_RUN; ++t) {
    lane_sums[slot] = sum[t];
    barrier();
    for (uint half_ = TILE_M / 2; half_ > 0; half_ /= 2) {
      if (lane < half_) lane_sums[slot] += lane_sums[slot + half_];
      barrier();
    }
    uint tap = first_tap + t;
    if (lane == 0 && present && tap < taps) {
      T_compute v = lane_sums[slot];
      if (p.parts > 1) {
        partial_store(p.partial, (part * channels + channel) * taps + tap, v);
      } else {
        T_store(p.w, walk_w_of_tap(walk_tap(tap)) + group * p.w_group +
                         y_channel * p.w_y_channel, v);
      }
    }
    barrier();
  }
}
