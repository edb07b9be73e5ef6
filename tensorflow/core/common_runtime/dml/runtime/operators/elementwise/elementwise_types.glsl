// What the parameters of elementwise.comp and elementwise_strided.comp are of:
// which tensors an operation takes, and of which types.
//   X, Y   of the first and of the second input
//   O      of the output
// Include first, then declare the parameters, then include elementwise.glsl.
#include "dml.glsl"
#include "strided.glsl"

layout(constant_id = 1) const uint OP = 0;  // a dml_elementwise_op
#ifndef T_storage4
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

#if defined(DML_UNARY) || defined(DML_CLASSIFY) || defined(DML_COUNT) || \
    defined(DML_PART)
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
#define X_load(b, i) int(byte_load(b, i))
#define X_load4(b, i) ivec4(byte_load4(b, i))
#elif defined(DML_COMPOSE)
#define X_compute T_part
#define XBuffer TPartBuffer
#define X_load(b, i) T_part_load(b, i)
#else
#define X_compute T_compute
#define X_compute4 T_compute4
#define XBuffer TBuffer
#define X_load(b, i) T_load(b, i)
#define X_load4(b, i) T_load4(b, i)
#endif
#ifdef DML_COMPOSE
#define Y_compute T_part
#define YBuffer TPartBuffer
#define Y_load(b, i) T_part_load(b, i)
#else
#define Y_compute T_compute
#define YBuffer TBuffer
#define Y_load(b, i) T_load(b, i)
#endif
#if defined(DML_COMPARE) || defined(DML_CLASSIFY)
#define O_compute bool
#define OBuffer ByteBuffer
#define O_store(b, i, v) byte_store(b, i, v)
#define O_store4(b, i, v) byte_store4(b, i, uvec4(v[0], v[1], v[2], v[3]))
#elif defined(DML_COUNT)
#define O_compute uint
#define OBuffer ByteBuffer
#define O_store(b, i, v) byte_store(b, i, v)
#define O_store4(b, i, v) byte_store4(b, i, uvec4(v[0], v[1], v[2], v[3]))
#elif defined(DML_PART)
#define O_compute T_part
#define OBuffer TPartBuffer
#define O_store(b, i, v) T_part_store(b, i, v)
#else
#define O_compute T_compute
#define OBuffer TBuffer
#define O_store(b, i, v) T_store(b, i, v)
#define O_store4(b, i, v) T_store4(b, i, T_compute4(v[0], v[1], v[2], v[3]))
#endif
