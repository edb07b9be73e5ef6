// y[i] = x[i] in another type, without gaps in either.
//
// Floats go to integers toward zero. What is out of range, and NaN, gives what
// x86 CPUs give: the lowest int32 or int64; 8- and 16-bit types and uint32 take
// the low bits of the next signed type that holds them. float64 goes to float16
// by way of float32.
#version 460
#include "dml.glsl"
#include "math.glsl"

DML_PARAMETERS_BEGIN
  TBuffer x;
  UBuffer y;
  uint count;
DML_PARAMETERS_END

#if T_IS_FLOAT
#ifndef T_f64
#define IS_NAN(v) dml_is_nan(v)
#else
#define IS_NAN(v) ((unpackDouble2x32(v).y & 0x7fffffffu) > 0x7ff00000u)
#endif
int to_int(T_compute v) {
  return v > T_compute(-2147483649.0lf) && v < T_compute(2147483648.0lf) &&
                 !IS_NAN(v)
             ? int(v)
             : int(0x80000000u);
}
int64_t to_long(T_compute v) {
  return v >= T_compute(-9223372036854775808.0lf) &&
                 v < T_compute(9223372036854775808.0lf) && !IS_NAN(v)
             ? int64_t(v)
             : int64_t(1) << 63;
}
uint64_t to_ulong(T_compute v) {
  if (v >= T_compute(9223372036854775808.0lf) &&
      v < T_compute(18446744073709551616.0lf)) {
    return uint64_t(v);
  }
  return uint64_t(to_long(v));
}
#endif

void store(uint i, T_compute v) {
#if U_IS_BOOL && T_IS_FLOAT && !defined(T_f64)
  U_store(p.y, i, floatBitsToUint(v) & 0x7fffffffu);
#elif U_IS_FLOAT || !T_IS_FLOAT || U_IS_BOOL
  U_store(p.y, i, v);
#elif defined(U_u64)
  U_store(p.y, i, to_ulong(v));
#elif defined(U_i64) || defined(U_u32)
  U_store(p.y, i, to_long(v));
#else
  U_store(p.y, i, to_int(v));
#endif
}

void main() {
  const uint width = gl_WorkGroupSize.x;
  uint first = dml_group() * (4 * width) + gl_LocalInvocationID.x;
  for (uint k = 0; k < 4; ++k) {
    uint i = first + k * width;
    if (i < p.count) store(i, T_load(p.x, i));
  }
}
