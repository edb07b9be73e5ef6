// What the parameters of elementwise.comp and elementwise_strided.comp are of:
// which tensors an operation takes, and of which types.
//   X, Y   of the first and of the second input
//   O      of the output
// Include first, then declare the parameters, then include elementwise.glsl.
#include "dml.glsl"
#include "strided.glsl"
#include "vector.glsl"

layout(constant_id = 1) const uint OP = 0;  // a dml_elementwise_op
#if T_IS_COMPLEX || T_SIZE == 16
const bool VECTORS = false;
#define DML_SINGLE
#else
layout(constant_id = 2) const bool VECTORS = false;
#endif
// Bit i: input i is one element; with strides, one along the last dimension,
// which matters to vectors only.
layout(constant_id = 3) const uint SCALARS = 0;
#ifdef DML_STRIDED
layout(constant_id = 4) const uint RANK = 8;
#endif

#if defined(DML_UNARY) || defined(DML_CLASSIFY) || defined(DML_PART)
#define DML_INPUTS 1
#elif defined(DML_BINARY) || defined(DML_COMPARE) || defined(DML_COMPOSE)
#define DML_INPUTS 2
#else
#define DML_INPUTS 3
#endif

#if T_IS_COMPLEX
#include "complex.glsl"
#endif

// The first input and the output may be bool while the rest is T; parts of
// complex numbers are floats.
#ifdef DML_CHOOSE
#define X_compute int
#define X_compute4 ivec4
#define XBuffer ByteBuffer
#define XVector4 ByteVector4
#elif defined(DML_COMPOSE)
#define X_compute T_part
#define XBuffer TPartBuffer
#else
#define X_compute T_compute
#define X_compute4 T_compute4
#define XBuffer TBuffer
#define XVector4 TVector4
#endif
#ifdef DML_COMPOSE
#define Y_compute T_part
#define YBuffer TPartBuffer
#else
#define Y_compute T_compute
#define YBuffer TBuffer
#endif
#if defined(DML_COMPARE) || defined(DML_CLASSIFY)
#define O_compute bool
#define O_storage uint8_t
#define O_pack(a, b, c, d) u8vec4(uvec4(a, b, c, d))
#define OBuffer ByteBuffer
#define OVector4 ByteVector4
#elif defined(DML_PART)
#define O_compute T_part
#define O_storage T_part
#define OBuffer TPartBuffer
#elif T_IS_BOOL
#define O_compute T_compute
#define O_storage(v) uint8_t((v) != 0)
#define O_pack(a, b, c, d) \
  u8vec4(notEqual(ivec4(a, b, c, d), ivec4(0)))
#define OBuffer TBuffer
#define OVector4 TVector4
#else
#define O_compute T_compute
#define O_storage T_storage
#define O_pack(a, b, c, d) T_storage4(T_compute4(a, b, c, d))
#define OBuffer TBuffer
#define OVector4 TVector4
#endif
