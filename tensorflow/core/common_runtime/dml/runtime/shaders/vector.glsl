// Four elements of T in one access: TVector4 is a buffer of T_storage4, whose
// address must be a multiple of what 4 elements take, or of 16. T_compute4 is
// what to convert them to at once: holding float16 in variables would ask for
// float16 arithmetic, which not every GPU has.
#ifndef DML_VECTOR_GLSL_
#define DML_VECTOR_GLSL_

#if defined(T_f32)
#define T_storage4 vec4
#define T_compute4 vec4
#elif defined(T_f16)
#define T_storage4 f16vec4
#define T_compute4 vec4
#elif defined(T_f64)
#define T_storage4 f64vec4
#define T_compute4 f64vec4
#elif defined(T_i8)
#define T_storage4 i8vec4
#define T_compute4 ivec4
#elif defined(T_i16)
#define T_storage4 i16vec4
#define T_compute4 ivec4
#elif defined(T_i32)
#define T_storage4 ivec4
#define T_compute4 ivec4
#elif defined(T_i64)
#define T_storage4 i64vec4
#define T_compute4 i64vec4
#elif defined(T_bool)
#define T_storage4 u8vec4
#define T_compute4 ivec4
#elif defined(T_u8)
#define T_storage4 u8vec4
#define T_compute4 uvec4
#elif defined(T_u16)
#define T_storage4 u16vec4
#define T_compute4 uvec4
#elif defined(T_u32)
#define T_storage4 uvec4
#define T_compute4 uvec4
#else
#define T_storage4 u64vec4
#define T_compute4 u64vec4
#endif

#if T_SIZE == 1
layout(buffer_reference, scalar, buffer_reference_align = 4) buffer TVector4 {
#elif T_SIZE == 2
layout(buffer_reference, scalar, buffer_reference_align = 8) buffer TVector4 {
#else
layout(buffer_reference, scalar, buffer_reference_align = 16) buffer TVector4 {
#endif
  T_storage4 at[];
};

// Bytes, such as the bool of a condition or of a comparison.
layout(buffer_reference, scalar, buffer_reference_align = 1) buffer ByteBuffer {
  uint8_t at[];
};
layout(buffer_reference, scalar, buffer_reference_align = 4) buffer ByteVector4 {
  u8vec4 at[];
};

#endif  // DML_VECTOR_GLSL_
