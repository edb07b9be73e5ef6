// Morphological dilation: the largest sum of a window's elements and its taps,
// or, if WHERE, the tap that gives it: the first of equal ones.
#version 460
#include "dml.glsl"
#include "dilation.glsl"
#include "math_t.glsl"

layout(constant_id = 1) const bool WHERE = false;

DML_PARAMETERS_BEGIN
  TBuffer x;
  TBuffer taps;
  TBuffer y;
  IntBuffer places;  // [as y]: window row * window width + window column
  uint total;
  DilationGeometry g;
DML_PARAMETERS_END

// The lowest number, which sums must exceed.
#if defined(T_f64)
const double LOWEST = -1.7976931348623157e308LF;
#elif defined(T_f16)
const float LOWEST = -65504.0;
#else
const float LOWEST = -3.402823466e38;
#endif

void main() {
  const uint o = dml_global();
  if (o >= p.total) return;
  const uint c = o % p.g.depth;
  uint rest = o / p.g.depth;
  const uint column = rest % p.g.outputs[1];
  rest /= p.g.outputs[1];
  const uint row = rest % p.g.outputs[0];
  const uint image = rest / p.g.outputs[0];

  T_compute best = LOWEST;
  int place = NO_TAP;
  for (uint i = 0; i < p.g.window[0]; ++i) {
    const int from_row =
        int(row) * p.g.stride[0] + int(i) * p.g.rate[0] - p.g.pad[0];
    if (from_row < 0 || from_row >= int(p.g.inputs[0])) continue;
    for (uint j = 0; j < p.g.window[1]; ++j) {
      const int from_column =
          int(column) * p.g.stride[1] + int(j) * p.g.rate[1] - p.g.pad[1];
      if (from_column < 0 || from_column >= int(p.g.inputs[1])) continue;
      const uint from = (image * p.g.inputs[0] + uint(from_row)) *
                            p.g.inputs[1] + uint(from_column);
      const uint tap = i * p.g.window[1] + j;
      // Rounded as the result is: what is equal then is equal here.
      T_compute sum = T_load(p.x, from * p.g.depth + c) +
                      T_load(p.taps, tap * p.g.depth + c);
#ifdef T_f16
      sum = dml_round_to_float16(sum);
#endif
      if (!dml_is_nan(sum) && sum > best) {
        best = sum;
        place = int(tap);
      }
    }
  }
  if (WHERE) {
    int_store(p.places, o, place);
  } else {
    T_store(p.y, o, best);
  }
}
