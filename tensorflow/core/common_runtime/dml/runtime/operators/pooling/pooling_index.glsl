// Functions of pooling.glsl that need the parameters.
#ifndef DML_POOLING_INDEX_GLSL_
#define DML_POOLING_INDEX_GLSL_

#define TRIPLE(a) ivec3((a)[0], (a)[1], (a)[2])

// Offset of an element of a PooledTensor.
#define DML_POOLING_OFFSET(tensor, n, c, at)                     \
  ((tensor).offset + ((n) * (tensor).strides[0] +                \
   (c) * (tensor).strides[1] + (at).x * (tensor).strides[2] +    \
   (at).y * (tensor).strides[3] + (at).z * (tensor).strides[4]))

// The element with this number, where neighbours in number are neighbours in
// memory; `size` is the tensor's in space.
Element element(uint number, uvec3 size) {
  Element e;
  uint rest = number;
  uint c = 0;
  if (p.g.channels_last != 0) {
    const uint next =
        dml_fast_divide(rest, p.g.channel_multiplier, p.g.channel_shift);
    c = rest - next * p.g.channels;
    rest = next;
  }
  const uint row = dml_fast_divide(rest, p.g.multipliers[2], p.g.shifts[2]);
  e.at.z = int(rest - row * size.z);
  const uint plane = dml_fast_divide(row, p.g.multipliers[1], p.g.shifts[1]);
  e.at.y = int(row - plane * size.y);
  const uint volume = dml_fast_divide(plane, p.g.multipliers[0], p.g.shifts[0]);
  e.at.x = int(plane - volume * size.x);
  uint n = volume;
  if (p.g.channels_last == 0) {
    n = dml_fast_divide(volume, p.g.channel_multiplier, p.g.channel_shift);
    c = volume - n * p.g.channels;
  }
  e.n = int(n);
  e.c = int(c);
  return e;
}

// The inputs in the window of an output; empty when all of it is padding.
Box window_of(ivec3 at) {
  const ivec3 begin = at * TRIPLE(p.g.stride) - TRIPLE(p.g.pad_before);
  return Box(max(begin, ivec3(0)),
             min(begin + TRIPLE(p.g.window), TRIPLE(p.g.input_size)));
}

// Each of three numbers, none negative, divided by its stride.
ivec3 by_stride(ivec3 at) {
  for (int d = 0; d < 3; ++d) {
    at[d] = int(dml_fast_divide(uint(at[d]), p.g.stride_multipliers[d],
                                p.g.stride_shifts[d]));
  }
  return at;
}

// The outputs whose windows hold an input.
Box windows_over(ivec3 at) {
  const ivec3 padded = at + TRIPLE(p.g.pad_before);
  const ivec3 stride = TRIPLE(p.g.stride);
  // ceil((padded - window + 1) / stride), 0 where that is negative.
  const ivec3 begin =
      by_stride(max(padded - TRIPLE(p.g.window) + stride, ivec3(0)));
  return Box(begin, min(by_stride(padded) + 1, TRIPLE(p.g.output_size)));
}

// The number of a place in the input's space; kNoPlace is none's.
const uint kNoPlace = 0xffffffffu;

uint place_in_space(ivec3 at) {
  return uint((at.x * p.g.input_size[1] + at.y) * p.g.input_size[2] + at.z);
}

// for (ivec3 at : box), the last coordinate fastest.
#define DML_FOR_EACH(at, box)                                          \
  for (ivec3 at = (box).begin; at.x < (box).end.x; ++at.x)             \
    for (at.y = (box).begin.y; at.y < (box).end.y; ++at.y)             \
      for (at.z = (box).begin.z; at.z < (box).end.z; ++at.z)

#endif  // DML_POOLING_INDEX_GLSL_
