// Elements of each type in words of memory. By the type's name:
//   dml_read_f32(number, i), dml_write_f32(number, i, v)   element i of a buffer;
//       of types below 4 bytes dml_read_f16(number, low, i) and so on, where the
//       buffer begins `low` bytes above the start of a word
//   dml_read4_f32(number, i), dml_write4_f32(number, i, v)   elements i to i + 3,
//       of a buffer that begins at the start of a word
// Values are as the build's T_storage here, which has no types below 4 bytes.
#ifndef DML_ELEMENTS_GLSL_
#define DML_ELEMENTS_GLSL_

#include "doubles.glsl"
#include "float16.glsl"
#include "functions.glsl"
#include "words.glsl"

// ---- Whole words -----------------------------------------------------------

#define DML_ELEMENT(name, type, words, size, decode, encode)             \
  type dml_read_##name(const uint number, const uint i) {                \
    return decode(dml_load##words(number, i * size));                    \
  }                                                                      \
  void dml_write_##name(const uint number, const uint i, const type v) { \
    dml_store##words(number, i * size, encode(v));                       \
  }
#define DML_ELEMENT4(name, type, words, size, decode, encode)             \
  type dml_read4_##name(const uint number, const uint i) {                \
    return decode(dml_load##words(number, i * size));                     \
  }                                                                       \
  void dml_write4_##name(const uint number, const uint i, const type v) { \
    dml_store##words(number, i * size, encode(v));                        \
  }

dvec2 dml_doubles(const uvec4 v) {
  return dvec2(packDouble2x32(v.xy), packDouble2x32(v.zw));
}
uvec4 dml_words_of_doubles(const dvec2 v) {
  return uvec4(unpackDouble2x32(v.x), unpackDouble2x32(v.y));
}

DML_ELEMENT(u32, uint, 1, 4u, uint, uint)
DML_ELEMENT(i32, int, 1, 4u, int, uint)
DML_ELEMENT(f32, float, 1, 4u, uintBitsToFloat, floatBitsToUint)
DML_ELEMENT(u64, uint64_t, 2, 8u, dml_pack_ulong, dml_unpack_ulong)
DML_ELEMENT(i64, int64_t, 2, 8u, dml_pack_long, dml_unpack_long)
DML_ELEMENT(f64, double, 2, 8u, packDouble2x32, unpackDouble2x32)
DML_ELEMENT(c64, vec2, 2, 8u, uintBitsToFloat, floatBitsToUint)
DML_ELEMENT(c128, dvec2, 4, 16u, dml_doubles, dml_words_of_doubles)
DML_ELEMENT(u128, uvec4, 4, 16u, uvec4, uvec4)
DML_ELEMENT4(u32, uvec4, 4, 4u, uvec4, uvec4)
DML_ELEMENT4(i32, ivec4, 4, 4u, ivec4, uvec4)
DML_ELEMENT4(f32, vec4, 4, 4u, uintBitsToFloat, floatBitsToUint)

// Four of 8 bytes: two by two.
#define DML_ELEMENT4_LONG(name, type, pack, unpack)                       \
  type dml_read4_##name(const uint number, const uint i) {                \
    const uvec4 a = dml_load4(number, i * 8u);                            \
    const uvec4 b = dml_load4(number, i * 8u + 16u);                      \
    return type(pack(a.xy), pack(a.zw), pack(b.xy), pack(b.zw));          \
  }                                                                       \
  void dml_write4_##name(const uint number, const uint i, const type v) { \
    dml_store4(number, i * 8u, uvec4(unpack(v.x), unpack(v.y)));          \
    dml_store4(number, i * 8u + 16u, uvec4(unpack(v.z), unpack(v.w)));    \
  }
DML_ELEMENT4_LONG(u64, u64vec4, dml_pack_ulong, dml_unpack_ulong)
DML_ELEMENT4_LONG(i64, i64vec4, dml_pack_long, dml_unpack_long)
DML_ELEMENT4_LONG(f64, f64vec4, packDouble2x32, unpackDouble2x32)

// ---- Parts of words ----------------------------------------------------------

// The part at a byte's place, above which may be others.
uint dml_load_part(const uint number, const uint at) {
  return dml_load1(number, at & ~3u) >> ((at & 3u) * 8u);
}
// Other invocations may store the other parts of the word. `ones` has the bits
// of a part.
void dml_store_part(const uint number, const uint at, const uint ones,
                    const uint v) {
  const uint shift = (at & 3u) * 8u;
  dml_and(number, at & ~3u, ~(ones << shift));
  dml_or(number, at & ~3u, (v & ones) << shift);
}

#define DML_ELEMENT_PART(name, type, size, ones, decode, encode)             \
  type dml_read_##name(const uint number, const uint low, const uint i) { \
    return decode(dml_load_part(number, low + i * size));            \
  }                                                                  \
  void dml_write_##name(const uint number, const uint low,           \
                        const uint i, const type v) {                \
    dml_store_part(number, low + i * size, ones, encode(v));         \
  }

uint dml_decode_byte(const uint v) { return v & 0xffu; }
int dml_decode_signed_byte(const uint v) { return int(v << 24) >> 24; }
uint dml_decode_short(const uint v) { return v & 0xffffu; }
int dml_decode_signed_short(const uint v) { return int(v << 16) >> 16; }
float dml_decode_float16(const uint v) { return unpackHalf2x16(v).x; }

DML_ELEMENT_PART(u8, uint, 1u, 0xffu, dml_decode_byte, uint)
DML_ELEMENT_PART(bool, uint, 1u, 0xffu, dml_decode_byte, uint)
DML_ELEMENT_PART(i8, int, 1u, 0xffu, dml_decode_signed_byte, uint)
DML_ELEMENT_PART(u16, uint, 2u, 0xffffu, dml_decode_short, uint)
DML_ELEMENT_PART(i16, int, 2u, 0xffffu, dml_decode_signed_short, uint)
DML_ELEMENT_PART(f16, float, 2u, 0xffffu, dml_decode_float16, dml_float16_bits)

// Four of one byte are a word, four of two bytes two words.
uvec4 dml_decode_u8(const uint v) {
  return uvec4(v, v >> 8, v >> 16, v >> 24) & 0xffu;
}
uint dml_encode_u8(const uvec4 v) {
  return (v.x & 0xffu) | (v.y & 0xffu) << 8 | (v.z & 0xffu) << 16 | v.w << 24;
}
ivec4 dml_decode_i8(const uint v) {
  return ivec4(v << 24, v << 16, v << 8, v) >> 24;
}
uint dml_encode_i8(const ivec4 v) { return dml_encode_u8(uvec4(v)); }
uvec4 dml_decode_u16(const uvec2 v) {
  return uvec4(v.x & 0xffffu, v.x >> 16, v.y & 0xffffu, v.y >> 16);
}
uvec2 dml_encode_u16(const uvec4 v) {
  return uvec2((v.x & 0xffffu) | v.y << 16, (v.z & 0xffffu) | v.w << 16);
}
ivec4 dml_decode_i16(const uvec2 v) {
  return ivec4(v.x << 16, v.x, v.y << 16, v.y) >> 16;
}
uvec2 dml_encode_i16(const ivec4 v) { return dml_encode_u16(uvec4(v)); }
vec4 dml_decode_f16(const uvec2 v) {
  return vec4(unpackHalf2x16(v.x), unpackHalf2x16(v.y));
}
uvec2 dml_encode_f16(const vec4 v) { return dml_encode_u16(dml_float16_bits4(v)); }

DML_ELEMENT4(u8, uvec4, 1, 1u, dml_decode_u8, dml_encode_u8)
DML_ELEMENT4(bool, uvec4, 1, 1u, dml_decode_u8, dml_encode_u8)
DML_ELEMENT4(i8, ivec4, 1, 1u, dml_decode_i8, dml_encode_i8)
DML_ELEMENT4(u16, uvec4, 2, 2u, dml_decode_u16, dml_encode_u16)
DML_ELEMENT4(i16, ivec4, 2, 2u, dml_decode_i16, dml_encode_i16)
DML_ELEMENT4(f16, vec4, 2, 2u, dml_decode_f16, dml_encode_f16)

#endif  // DML_ELEMENTS_GLSL_
