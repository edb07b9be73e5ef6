// Functions of GLSL that spirv-cross makes no HLSL of, by other means. What GLSL
// cannot say either gets its body from words.hlsl.
#ifndef DML_FUNCTIONS_GLSL_
#define DML_FUNCTIONS_GLSL_

double dml_pack_double(const uvec2 v) { return double(v.x) + double(v.y); }
uvec2 dml_unpack_double(const double v) { return uvec2(uint(v)); }
#define packDouble2x32 dml_pack_double
#define unpackDouble2x32 dml_unpack_double

uint64_t dml_pack_ulong(const uvec2 v) {
  return uint64_t(v.y) << 32 | uint64_t(v.x);
}
uvec2 dml_unpack_ulong(const uint64_t v) { return uvec2(uint(v), uint(v >> 32)); }
#define packUint2x32 dml_pack_ulong
#define unpackUint2x32 dml_unpack_ulong

int64_t dml_pack_long(const uvec2 v) { return int64_t(dml_pack_ulong(v)); }
int64_t dml_pack_long(const ivec2 v) { return dml_pack_long(uvec2(v)); }
uvec2 dml_unpack_long(const int64_t v) { return dml_unpack_ulong(uint64_t(v)); }
#define packInt2x32 dml_pack_long
#define unpackInt2x32(v) ivec2(dml_unpack_long(v))

uint dml_add_carry(const uint a, const uint b, out uint carry) {
  carry = uint(a + b < a);
  return a + b;
}
#define uaddCarry dml_add_carry

// By halves: 64-bit integers are not on every device.
void dml_multiply(const uint a, const uint b, out uint high, out uint low) {
  const uint a0 = a & 0xffffu, a1 = a >> 16, b0 = b & 0xffffu, b1 = b >> 16;
  const uint middle = a1 * b0 + (a0 * b0 >> 16);  // below 2^32
  const uint other = a0 * b1 + (middle & 0xffffu);
  high = a1 * b1 + (middle >> 16) + (other >> 16);
  low = a * b;
}
#define umulExtended dml_multiply

#endif  // DML_FUNCTIONS_GLSL_
