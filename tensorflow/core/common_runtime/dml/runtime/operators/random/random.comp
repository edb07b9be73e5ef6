// Random numbers of T, by blocks of what one Philox counter gives: 4 numbers,
// of int64 and float64 2. DISTRIBUTION is a dml_random_distribution.
#version 460
#include "dml.glsl"
#include "math_t.glsl"
#include "philox.glsl"

layout(constant_id = 1) const uint DISTRIBUTION = 0;

DML_PARAMETERS_BEGIN
  TBuffer y;
  uint count;
  uint counter[4];
  uint key[2];
  uint low[2];    // of integers: low word first
  uint range[2];  // high - low
DML_PARAMETERS_END

#ifdef T_f64
const uint BLOCK = 2;
const uint RESERVED = 128;
#define Block dvec2

// [0, 1) by 52 bits.
double unit(uint high, uint low) {
  return packDouble2x32(uvec2(low, 0x3ff00000u | (high & 0xfffffu))) - 1.0lf;
}

// Two normals of four numbers.
dvec2 box_muller(uvec4 bits) {
  double u = max(unit(bits.x, bits.y), 1e-7lf);
  double radius = sqrt(-2.0lf * dml_log(u));
  return radius * dml_sin_cos(2.0lf * DML_PI * unit(bits.z, bits.w));
}

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

// [0, 1) by 23 bits.
float unit(uint bits) {
  return uintBitsToFloat(0x3f800000u | (bits & 0x7fffffu)) - 1.0;
}

// Two normals of two numbers.
vec2 box_muller(uint a, uint b) {
  float u = max(unit(a), 1e-7);
  float radius = sqrt(-2.0 * dml_log(u));
  // 2 pi times the other number, rounded once.
  float turn = unit(b);
  vec2 angle = dml_two_product(turn, 6.28318548);
  return radius * dml_sin_cos(angle.x + (angle.y - turn * 1.74845553e-7));
}

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
  return ivec4(p.low[0] + bits % p.range[0]);
}

#else
const uint BLOCK = 2;
#define Block i64vec2
Block make_block(uint block, uvec4 counter, uvec2 key) {
  uvec4 bits = dml_philox(dml_philox_advance(counter, block), key);
  uint64_t low = uint64_t(p.low[1]) << 32 | uint64_t(p.low[0]);
  uint64_t range = uint64_t(p.range[1]) << 32 | uint64_t(p.range[0]);
  uint64_t a = uint64_t(bits.y) << 32 | uint64_t(bits.x);
  uint64_t b = uint64_t(bits.w) << 32 | uint64_t(bits.z);
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
  bits <<= 13;  // the 10 bits that float16 keeps are the lowest 10 of a number
#endif
  return vec4(unit(bits.x), unit(bits.y), unit(bits.z), unit(bits.w));
#endif
}
#endif

void main() {
  uint block = dml_global();
  uint first = block * BLOCK;
  if (first >= p.count) return;
  uvec4 counter =
      uvec4(p.counter[0], p.counter[1], p.counter[2], p.counter[3]);
  uvec2 key = uvec2(p.key[0], p.key[1]);
  const uint last = min(first + BLOCK, p.count);
  Block made = make_block(block, counter, key);
  for (uint i = first; i < last; ++i) T_store(p.y, i, made[i - first]);
}
