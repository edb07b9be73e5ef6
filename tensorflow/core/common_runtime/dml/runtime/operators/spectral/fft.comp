// Discrete Fourier transforms of lines that fit into shared memory, once or
// twice over: y[line, k] = sum over j of x[line, j] exp(-+2 pi i j k / n).
//
// A group holds `group_lines` lines and takes one factor r of n after another
// (Stockham's order: it needs no bit reversal). Before a pass, `done` is the
// product of the factors taken; output o of a line is then, with
// k = o modulo (done r) and j = o / (done r) * done + k modulo done,
//
//   sum over q < r of value[j + q n / r] exp(-+2 pi i q k / (done r))
//
// A line is one of [a, b, c]; the tensors' dimensions are [a, b, c, axis].
#version 460
#include "dml.glsl"
#include "complex.glsl"
#include "unit_root.glsl"

layout(constant_id = 1) const bool INVERSE = false;

DML_PARAMETERS_BEGIN
  TBuffer x;
  TBuffer y;
  uint n;  // of a line, at most FFT_ROOM
  uint lines;
  uint group_lines;  // at most FFT_ROOM / n
  uint groups;
  uint b_size;
  uint c_size;
  int x_strides[4];
  int y_strides[4];
  int x_offset;
  int y_offset;
  uint pass_count;
  uint radices[2];     // a byte a pass, the first pass in the lowest byte
  uint twiddle_order;  // results are times exp(-+2 pi i b k / twiddle_order), unless 0
  uint divisor;        // of results
DML_PARAMETERS_END

DML_SHARED const uint ROOM_BYTES = 8192;  // of the elements of a group's lines
const uint FFT_ROOM = ROOM_BYTES / T_SIZE;

shared T_compute fft_values[2 * FFT_ROOM];

T_compute fft_root(uint k, uint order) {
  T_compute root = unit_root(k, order);
  return INVERSE ? root : complex_conjugate(root);
}

T_compute fft_output(uint line, uint o, uint done, uint radix) {
  uint order = done * radix;
  uint k = o % order;
  uint from = line + o / order * done + k % done;
  uint step = p.n / radix;
  T_compute sum = fft_values[from];
  T_compute root = fft_root(k, order);
  T_compute power = root;
  for (uint q = 1; q < radix; ++q) {
    // A new root from time to time: products of roots add up their roundings.
    if (q % 8 == 0) power = fft_root(q * k % order, order);
    sum += complex_multiply(fft_values[from + q * step], power);
    power = complex_multiply(power, root);
  }
  return sum;
}

int fft_line_offset(uint line, int offset, int strides[4]) {
  uint c = line % p.c_size;
  uint rest = line / p.c_size;
  return offset + int(rest / p.b_size) * strides[0] +
         int(rest % p.b_size) * strides[1] + int(c) * strides[2];
}

// Invocations side by side take what lies side by side in memory: neighbours
// of a line, or the same place of neighbouring lines.
bool fft_across(int strides[4]) {
  return p.c_size > 1 && abs(strides[2]) < abs(strides[3]);
}

void main() {
  const uint width = gl_WorkGroupSize.x;
  if (dml_group() >= p.groups) return;
  uint first = dml_group() * p.group_lines;
  uint lines = min(p.group_lines, p.lines - first);
  uint count = lines * p.n;
  uint local = gl_LocalInvocationID.x;

  bool across = fft_across(p.x_strides);
  for (uint e = local; e < count; e += width) {
    uint line = across ? e % lines : e / p.n;
    uint j = across ? e / lines : e % p.n;
    fft_values[line * p.n + j] =
        T_load(p.x, fft_line_offset(first + line, p.x_offset, p.x_strides) +
                        int(j) * p.x_strides[3]);
  }
  barrier();

  uint from = 0;
  uint done = 1;
  for (uint pass = 0; pass < p.pass_count; ++pass) {
    uint radix = p.radices[pass / 4] >> (pass % 4 * 8) & 0xffu;
    uint to = FFT_ROOM - from;
    for (uint e = local; e < count; e += width) {
      uint o = e % p.n;
      fft_values[to + e] = fft_output(from + e - o, o, done, radix);
    }
    barrier();
    from = to;
    done *= radix;
  }

  across = fft_across(p.y_strides);
  for (uint e = local; e < count; e += width) {
    uint line = across ? e % lines : e / p.n;
    uint k = across ? e / lines : e % p.n;
    T_compute value = fft_values[from + line * p.n + k];
    if (p.twiddle_order != 0) {
      uint b = (first + line) / p.c_size % p.b_size;
      value = complex_multiply(value, fft_root(b * k, p.twiddle_order));
    }
    if (p.divisor != 1) value /= T_part(p.divisor);
    T_store(p.y,
            fft_line_offset(first + line, p.y_offset, p.y_strides) +
                int(k) * p.y_strides[3],
            value);
  }
}
