// Rounding to the numbers that an integer type of few bits has on a range.
#ifndef DML_ELEMENTWISE_QUANTIZE_GLSL_
#define DML_ELEMENTWISE_QUANTIZE_GLSL_

bool has_flag(uint mode, uint flag) { return (mode & flag) != 0u; }

// `mode` holds the number of bits and a sum of dml_quantize_flags.
T_compute quantize_dequantize(T_compute x, T_compute low, T_compute high,
                              uint mode) {
  const T_compute zero = T_compute(0), one = T_compute(1);
  const int bits = int(mode & uint(DML_QUANTIZE_BITS));
  const bool has_sign = has_flag(mode, DML_QUANTIZE_SIGNED);
  const T_compute count = dml_scale(one, has_sign ? bits - 1 : bits);
  const T_compute least =
      has_sign ? (has_flag(mode, DML_QUANTIZE_NARROW) ? one - count : -count)
               : zero;
  const T_compute most = count - one;
  const T_compute from_low = least * low > zero ? least / low : T_LARGEST;
  const T_compute from_high = most * high > zero ? most / high : T_LARGEST;
  // 0 stays 0: one end of the range makes the scale, the other follows.
  T_compute scale, inverse;
  if (from_low < from_high) {
    scale = from_low;
    inverse = low / least;
    high = most * inverse;
  } else {
    scale = from_high;
    inverse = high / most;
    low = least * inverse;
  }
  if (has_flag(mode, DML_QUANTIZE_CLAMP) && !dml_is_nan(x)) {
    x = max(min(x, high), low);
  }
  precise T_compute scaled = x * scale;
  scaled = has_flag(mode, DML_QUANTIZE_HALF_UP)
               ? floor(scaled + T_compute(0.5))
               : dml_round_even(scaled);
  return scaled * inverse;
}

#endif  // DML_ELEMENTWISE_QUANTIZE_GLSL_
