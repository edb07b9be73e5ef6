// The order of TopK: the largest first, of equal ones the first first.
#ifndef DML_SORT_KEYS_GLSL_
#define DML_SORT_KEYS_GLSL_

// Elements as numbers that compare as they do, NaN as the largest.
#if defined(T_f64)
#define KEY uint64_t
KEY key_of(double x) {
  if (x == 0) return KEY(1) << 63;
  const uvec2 words = unpackDouble2x32(x);
  const uint64_t bits = uint64_t(words.y) << 32 | words.x;
  const uint magnitude = words.y & 0x7fffffffu;
  if (magnitude > 0x7ff00000u || (magnitude == 0x7ff00000u && words.x != 0)) {
    return ~KEY(0);
  }
  return (words.y >> 31) != 0 ? ~bits : bits | KEY(1) << 63;
}
#elif T_IS_FLOAT
#define KEY uint
KEY key_of(float x) {
  const uint bits = floatBitsToUint(x);
  const uint magnitude = bits & 0x7fffffffu;
  if (magnitude == 0) return 0x80000000u;
  if (magnitude > 0x7f800000u) return 0xffffffffu;
  return bits == magnitude ? bits | 0x80000000u : ~bits;
}
#else
#define KEY T_compute
#define key_of(x) x
#endif

const uint kNone = 0xffffffffu;  // comes after all positions

bool before(KEY a, uint a_at, KEY b, uint b_at) {
  if (a_at == kNone || b_at == kNone) return a_at < b_at;
  return a > b || (a == b && a_at < b_at);
}

#endif  // DML_SORT_KEYS_GLSL_
