// The parameters of every convolution program, and the walk of positions and
// filter taps that turns all directions into one.
//
// Three tensors: x, read at moving coordinates; y, whose positions are
// enumerated; w, the filter. Forward: x input, y output. Backward data: x
// output gradient, y input gradient. Backward filter: x input, y output
// gradient, and w is written.
//
// A position q and a tap t meet x at coordinate start + q * step + t *
// tap_step, in each spatial dimension. For backward data with strides this
// holds only among positions that are equal modulo the stride: those are a
// phase, a dense problem of its own with every stride-th tap or so. A phase
// may have no taps: its gradient is zero.
//
// Three spatial dimensions, leading ones of size 1 where the convolution has
// fewer.
#include "products/tile_config.glsl"

DML_PARAMETERS_BEGIN
  TBuffer x;
  TBuffer w;
  TBuffer y;
  TBuffer bias;
  PartialBuffer partial;
  uint batch, groups;
  uint x_channels, y_channels;  // in a group
  uvec3 x_size, y_size, taps;
  ivec3 stride, dilation, pad;
  int x_offset, x_batch, x_group, x_channel;
  ivec3 x_space;
  int y_offset, y_batch, y_group, y_channel;
  ivec3 y_space;
  int w_offset, w_group, w_x_channel, w_y_channel;
  ivec3 w_tap;
  int bias_offset, bias_stride;
  uint tiles_m, tiles_n, parts, depth_a_part;
  uint has_bias, activation;
DML_PARAMETERS_END

DML_SHARED const uint FORWARD = 0;
DML_SHARED const uint BACKWARD_DATA = 1;
DML_SHARED const uint BACKWARD_FILTER = 2;
layout(constant_id = 11) const uint DIRECTION = 0;

// The walk of this group's phase: how many positions and taps, where they start
// and step, and where y and w begin and step.
uvec3 walk_count, walk_taps;
ivec3 walk_start, walk_step, walk_tap_step;
ivec3 walk_y_step, walk_w_step;
int walk_y_base, walk_w_base;
// The parameters that the loops use, read once: some drivers read a parameter
// block in memory anew at each use.
uvec3 walk_x_size;
ivec3 walk_x_space;
uint walk_x_channels;
int walk_x_channel, walk_x_batch, walk_y_batch, walk_w_x_channel;

// The loops here keep what they found in a variable that is no counter: of a
// counter's value behind its loop vkd3d 2.1 makes the one of a step later.
int greatest_common_divisor(int a, int b) {
  int divisor = 1;
  for (int d = 2; d <= min(a, b); ++d) {
    if (a % d == 0 && b % d == 0) divisor = d;
  }
  return divisor;
}

// `phase` counts the residues of the three dimensions, the last one fastest.
void walk_begin(uint phase) {
  walk_x_size = p.x_size;
  walk_x_space = p.x_space;
  walk_x_channels = p.x_channels;
  walk_x_channel = p.x_channel;
  walk_x_batch = p.x_batch;
  walk_y_batch = p.y_batch;
  walk_w_x_channel = p.w_x_channel;
  walk_y_base = p.y_offset;
  walk_w_base = p.w_offset;
  if (DIRECTION != BACKWARD_DATA) {
    walk_count = p.y_size;
    walk_taps = p.taps;
    walk_start = -p.pad;
    walk_step = p.stride;
    walk_tap_step = p.dilation;
    walk_y_step = p.y_space;
    walk_w_step = p.w_tap;
    return;
  }
  for (int d = 2; d >= 0; --d) {
    int stride = p.stride[d];
    int residue = int(phase) % stride;
    phase /= uint(stride);
    // Positions q = first + i * stride, with q + pad = u * stride + residue.
    int first = (residue - p.pad[d] % stride + stride) % stride;
    int size = int(p.y_size[d]);
    walk_count[d] = uint(first < size ? (size - first - 1) / stride + 1 : 0);
    int u = (first + p.pad[d] - residue) / stride;
    // Taps t = tap + j * tap_stride, with t * dilation = v * stride + residue.
    int divisor = greatest_common_divisor(stride, p.dilation[d]);
    int tap_stride = stride / divisor;
    int tap = tap_stride;  // none
    for (int t = tap_stride - 1; t >= 0; --t) {
      if (t * p.dilation[d] % stride == residue) tap = t;
    }
    int taps = int(p.taps[d]);
    bool some = tap < tap_stride && tap < taps;
    walk_taps[d] = uint(some ? (taps - tap - 1) / tap_stride + 1 : 0);
    int v = some ? (tap * p.dilation[d] - residue) / stride : 0;
    walk_start[d] = u - v;
    walk_step[d] = 1;
    walk_tap_step[d] = -(p.dilation[d] / divisor);
    walk_y_base += first * p.y_space[d];
    walk_y_step[d] = stride * p.y_space[d];
    walk_w_base += tap * p.w_tap[d];
    walk_w_step[d] = tap_stride * p.w_tap[d];
  }
}

uint walk_positions() {
  return p.batch * walk_count.x * walk_count.y * walk_count.z;
}
uint walk_tap_count() { return walk_taps.x * walk_taps.y * walk_taps.z; }

int dot3(ivec3 a, ivec3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }

// Position i of the walk as (batch, q0, q1, q2).
uvec4 walk_position(uint i) {
  uvec4 at;
  at.w = i % walk_count.z;
  i /= walk_count.z;
  at.z = i % walk_count.y;
  i /= walk_count.y;
  at.y = i % walk_count.x;
  at.x = i / walk_count.x;
  return at;
}
ivec3 walk_tap(uint i) {
  return ivec3(i / (walk_taps.z * walk_taps.y), i / walk_taps.z % walk_taps.y,
               i % walk_taps.z);
}

// Offset in x (from its start) and coordinates, of a position and of a tap:
// their sums are those of the element where both meet.
ivec4 walk_x_of_position(uvec4 at) {
  ivec3 coordinate = walk_start + ivec3(at.yzw) * walk_step;
  return ivec4(int(at.x) * walk_x_batch + dot3(coordinate, walk_x_space), coordinate);
}
ivec4 walk_x_of_tap(ivec3 tap) {
  ivec3 delta = tap * walk_tap_step;
  return ivec4(dot3(delta, walk_x_space), delta);
}
bool walk_inside(ivec3 coordinate) {
  return all(lessThan(uvec3(coordinate), walk_x_size));
}
int walk_y_of_position(uvec4 at) {
  return walk_y_base + int(at.x) * walk_y_batch + dot3(ivec3(at.yzw), walk_y_step);
}
int walk_w_of_tap(ivec3 tap) { return walk_w_base + dot3(tap, walk_w_step); }
