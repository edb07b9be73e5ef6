// Normal numbers between bounds, a mean and a deviation for each batch of them, by
// rejection: C. P. Robert, "Simulation of truncated normal variables", 1995. Each
// has RESERVED counters for itself. NaN where the parameters make no distribution,
// or where nothing was accepted.
#version 460
#include "dml.glsl"
#include "random_numbers.glsl"

DML_PARAMETERS_BEGIN
  TBuffer y;
  TBuffer means;
  TBuffer deviations;
  TBuffer lows;
  TBuffer highs;
  uint count;
  uint batch;   // numbers of a batch
  uint varies;  // bit i: parameter i has a number for each batch, else one
  uint counter[4];
  uint key[2];
DML_PARAMETERS_END

const uint RESERVED = 500;

// Of parameter `bit`, in batch `at`.
#define NUMBER_AT(buffer, bit, at) \
  T_load(buffer, (p.varies >> (bit) & 1u) != 0u ? (at) : 0u)

#ifdef T_f64
const uint PAIRS = 1;  // of numbers that a counter gives
#define Pair dvec2
dvec2 units(uvec4 bits, uint) {
  return dvec2(unit(bits.x, bits.y), unit(bits.z, bits.w));
}
dvec2 normals(uvec4 bits, uint) { return box_muller(bits); }
#else
const uint PAIRS = 2;
#define Pair vec2
vec2 units(uvec4 bits, uint pair) {
  return pair == 0 ? vec2(dml_unit(bits.x), dml_unit(bits.y))
                   : vec2(dml_unit(bits.z), dml_unit(bits.w));
}
vec2 normals(uvec4 bits, uint pair) {
  return pair == 0 ? box_muller(bits.x, bits.y) : box_muller(bits.z, bits.w);
}
#endif

// Of mean 0 and deviation 1, low < high, low finite.
T_compute draw(T_compute low, T_compute high, uvec4 counter, uvec2 key) {
  const T_compute zero = T_compute(0), half_one = T_compute(0.5);
  const T_compute two = T_compute(2);
  const T_compute inside = T_compute(1.25);  // so far, normals are mostly taken
  const bool by_normals = (low < -inside && high >= zero) ||
                          (high > inside && low <= zero);
  // Where a uniform proposal is taken more often than an exponential one.
  const T_compute root = sqrt(low * low + T_compute(4));
  const T_compute cutoff =
      two * dml_exp(half_one + low * (low - root) / T_compute(4)) / (low + root);
  const bool by_uniforms = high - low < cutoff;
  const T_compute least = low < zero ? zero : low * low;
  const T_compute alpha = half_one * (low + root);
  for (uint n = 0; n < RESERVED; ++n) {
    const uvec4 bits = dml_philox(dml_philox_advance(counter, n), key);
    for (uint pair = 0; pair < PAIRS; ++pair) {
      if (by_normals) {
        const Pair z = normals(bits, pair);
        for (int k = 0; k < 2; ++k) {
          if (z[k] >= low && z[k] <= high) return z[k];
        }
        continue;
      }
      const Pair u = units(bits, pair);
      T_compute z, chance;
      if (by_uniforms) {
        z = low + u.x * (high - low);
        chance = dml_exp(half_one * (least - z * z));
      } else {
        z = low - dml_log(T_compute(1) - u.x) / alpha;
        chance = dml_exp(-half_one * (z - alpha) * (z - alpha));
      }
      if (u.y <= chance && z <= high) return z;
    }
  }
  return dml_nan();
}

void main() {
  const uint i = dml_global();
  if (i >= p.count) return;
  const uint at = i / p.batch;
  const T_compute mean = NUMBER_AT(p.means, 0, at);
  T_compute deviation = NUMBER_AT(p.deviations, 1, at);
  T_compute low = NUMBER_AT(p.lows, 2, at);
  T_compute high = NUMBER_AT(p.highs, 3, at);
  const bool valid = deviation > T_compute(0) && low < high &&
                     (dml_is_finite(low) || dml_is_finite(high));
  // From the bound that is nearer to the mean, mirrored if that is the upper one.
  if (dml_is_inf(low) || high < mean) {
    const T_compute other = low;
    low = high;
    high = other;
    deviation = -deviation;
  }
  T_compute made = dml_nan();
  if (valid) {
    const uvec4 counter =
        uvec4(p.counter[0], p.counter[1], p.counter[2], p.counter[3]);
    made = draw((low - mean) / deviation, (high - mean) / deviation,
                dml_philox_advance(counter, uint64_t(i) * RESERVED),
                uvec2(p.key[0], p.key[1]));
    made = made * deviation + mean;
  }
  T_store(p.y, i, made);
}
