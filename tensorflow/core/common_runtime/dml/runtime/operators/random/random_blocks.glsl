// Random numbers of T, by blocks of what one Philox counter gives: 4 numbers,
// of int64 and float64 2. DISTRIBUTION is a dml_random_distribution. Include after
// the parameters, among them `y`, `count`, `low` and `range`.
#ifndef DML_RANDOM_BLOCKS_GLSL_
#define DML_RANDOM_BLOCKS_GLSL_

#include "random_numbers.glsl"

#ifdef T_f64
const uint BLOCK = 2;
const uint RESERVED = 128;
#define Block dvec2

dvec2 truncated_normals(uvec4 counter, uvec2 key) {
  dvec2 made = dvec2(0.0lf);
  uint found = 0;
  for (uint n = 0; n < RESERVED; ++n) {
    dvec2 pair =
        box_muller(dml_philox(dml_philox_advance(counter, n), key));
    for (int m = 0; m < 2; ++m) {
      if (dml_magnitude(pair[m]) < 2.0lf) {
        made[found] = pair[m];
        if (++found == BLOCK) return made;
      }
    }
  }
  return made;
}

#elif T_IS_FLOAT
const uint BLOCK = 4;
// Counters that a block of truncated normals has for itself.
const uint RESERVED = 256;
#define Block vec4

vec4 truncated_normals(uvec4 counter, uvec2 key) {
  vec4 made = vec4(0.0);
  uint found = 0;
  for (uint n = 0; n < RESERVED; ++n) {
    uvec4 bits = dml_philox(dml_philox_advance(counter, n), key);
    for (int k = 0; k < 2; ++k) {
      vec2 pair = k == 0 ? box_muller(bits.x, bits.y)
                         : box_muller(bits.z, bits.w);
      for (int m = 0; m < 2; ++m) {
        if (abs(pair[m]) < 2.0) {
          made[found] = pair[m];
          if (++found == 4) return made;
        }
      }
    }
  }
  return made;
}

// A number of Gumbel's distribution: -log(e), where e is exponential, and so
// -log(1 - u) of a uniform u in (0, 1). Here u has 64 bits; where it is near 1,
// 1 - u has them all, so that e is exact in both tails.
float gumbel(uint high, uint low) {
  const bool upper = high >= 0x80000000u;
  if (upper) {
    high = ~high;
    low = ~low;
  }
  float small = (float(high) + (float(low) + 0.5) * 2.3283064e-10) * 2.3283064e-10;
  return -dml_log(upper ? -dml_log(small) : -dml_log1p(-small));
}

vec4 gumbels(uvec4 counter, uvec2 key) {
  uvec4 first = dml_philox(counter, key);
  uvec4 second = dml_philox(dml_philox_advance(counter, 1), key);
  return vec4(gumbel(first.x, first.y), gumbel(first.z, first.w),
              gumbel(second.x, second.y), gumbel(second.z, second.w));
}

#elif T_SIZE == 4
const uint BLOCK = 4;
#define Block ivec4
Block make_block(uint block, uvec4 counter, uvec2 key) {
  uvec4 bits = dml_philox(dml_philox_advance(counter, block), key);
  if (DISTRIBUTION == DML_RANDOM_FULL_INT) return ivec4(bits);
  return ivec4(p.low[0] + bits % p.range[0]);
}

#else
const uint BLOCK = 2;
#define Block i64vec2
Block make_block(uint block, uvec4 counter, uvec2 key) {
  uvec4 bits = dml_philox(dml_philox_advance(counter, block), key);
  uint64_t a = uint64_t(bits.y) << 32 | uint64_t(bits.x);
  uint64_t b = uint64_t(bits.w) << 32 | uint64_t(bits.z);
  if (DISTRIBUTION == DML_RANDOM_FULL_INT) return i64vec2(a, b);
  uint64_t low = uint64_t(p.low[1]) << 32 | uint64_t(p.low[0]);
  uint64_t range = uint64_t(p.range[1]) << 32 | uint64_t(p.range[0]);
  return i64vec2(int64_t(low + a % range), int64_t(low + b % range));
}
#endif

#if T_IS_FLOAT
Block make_block(uint block, uvec4 counter, uvec2 key) {
  if (DISTRIBUTION == DML_RANDOM_TRUNCATED_NORMAL) {
    return truncated_normals(
        dml_philox_advance(counter, uint64_t(block) * RESERVED), key);
  }
#ifndef T_f64
  if (DISTRIBUTION == DML_RANDOM_GUMBEL) {
    return gumbels(dml_philox_advance(counter, uint64_t(block) * 2), key);
  }
#endif
  uvec4 bits = dml_philox(dml_philox_advance(counter, block), key);
#ifdef T_f64
  if (DISTRIBUTION == DML_RANDOM_NORMAL) return box_muller(bits);
  return dvec2(unit(bits.x, bits.y), unit(bits.z, bits.w));
#else
  if (DISTRIBUTION == DML_RANDOM_NORMAL) {
    return vec4(box_muller(bits.x, bits.y), box_muller(bits.z, bits.w));
  }
#ifdef T_f16
  return dml_units_of_float16(bits);
#else
  return dml_units(bits);
#endif
#endif
}
#endif

// Writes this invocation's block of p.y.
void draw_block(uvec4 counter, uvec2 key) {
  uint block = dml_global();
  uint first = block * BLOCK;
  if (first >= p.count) return;
  const uint last = min(first + BLOCK, p.count);
  Block made = make_block(block, counter, key);
  for (uint i = first; i < last; ++i) T_store(p.y, i, made[i - first]);
}

#endif  // DML_RANDOM_BLOCKS_GLSL_
