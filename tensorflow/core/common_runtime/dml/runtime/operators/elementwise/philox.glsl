// Philox 4x32-10: J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random
// numbers: as easy as 1, 2, 3", 2011.
#ifndef DML_PHILOX_GLSL_
#define DML_PHILOX_GLSL_

// counter + n, as numbers of 128 bits, low word first.
uvec4 dml_philox_skip(uvec4 counter, uint n) {
  uint carry;
  counter.x = uaddCarry(counter.x, n, carry);
  uint next = carry;
  counter.y = uaddCarry(counter.y, next, carry);
  next = carry;
  counter.z = uaddCarry(counter.z, next, carry);
  counter.w += carry;
  return counter;
}

uvec4 dml_philox_advance(uvec4 counter, uint64_t n) {
  uint carry;
  counter.x = uaddCarry(counter.x, uint(n), carry);
  uint next = carry;
  counter.y = uaddCarry(counter.y, next, carry);
  next = carry;
  uint high = uint(n >> 32);
  counter.y = uaddCarry(counter.y, high, carry);
  next += carry;
  counter.z = uaddCarry(counter.z, next, carry);
  counter.w += carry;
  return counter;
}

uvec4 dml_philox(uvec4 counter, uvec2 key) {
  for (int round = 0; round < 10; ++round) {
    uint high0, low0, high1, low1;
    umulExtended(0xd2511f53u, counter.x, high0, low0);
    umulExtended(0xcd9e8d57u, counter.z, high1, low1);
    counter = uvec4(high1 ^ counter.y ^ key.x, low1,
                    high0 ^ counter.w ^ key.y, low0);
    key += uvec2(0x9e3779b9u, 0xbb67ae85u);
  }
  return counter;
}

// [0, 1) by 23 bits.
float dml_unit(uint bits) {
  return uintBitsToFloat(0x3f800000u | (bits & 0x7fffffu)) - 1.0;
}
vec4 dml_units(uvec4 bits) {
  return vec4(dml_unit(bits.x), dml_unit(bits.y), dml_unit(bits.z),
              dml_unit(bits.w));
}
// By the 10 bits that float16 keeps: the lowest 10 of a number.
vec4 dml_units_of_float16(uvec4 bits) { return dml_units(bits << 13); }

#endif  // DML_PHILOX_GLSL_
