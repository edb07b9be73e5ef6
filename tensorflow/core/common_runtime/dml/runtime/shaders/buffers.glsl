// Buffers and the parameter block: the only file that knows how they reach a
// program (in Vulkan, by address), so another API has one file to replace.
// dml.glsl includes it. buffer_check.py, which the build runs, refuses programs
// that touch a buffer in any other way than by what stands here.
//
// Parameters. Buffers first, then 4-byte constants; a program whose block may
// exceed 128 bytes says #define DML_PARAMETERS_IN_MEMORY before it includes
// dml.glsl:
//   DML_PARAMETERS_BEGIN
//     TBuffer x;
//     TBuffer y;
//     uint count;
//   DML_PARAMETERS_END
// and reads p.x, p.count. The C++ struct of the constants is made from this
// declaration: parameter_blocks.py says what may stand here.
//
// A buffer, b below, is p.x, p.x[k] of an array, with k known to the compiler,
// or a held one. It is named as an argument of these macros only, or of a
// program's own that pass it on to one of these; nobody copies, casts, compares
// or selects buffers, or gives them to functions.
//
// Types, in blocks and in #define OfProgramBuffer TBuffer:
//   TBuffer, UBuffer   elements of the type parameters T and U
//   TPartBuffer        the parts of a complex T, of type T_part
//   WordBuffer, IntBuffer, FloatBuffer   uint, int and float
//   ByteBuffer         bytes, such as bools
//
// Access. An index i counts elements of what is loaded or stored, from the
// start of the buffer. Stores are statements.
//   T_load(b, i)            as T_compute
//   T_store(b, i, v)        rounds or wraps v into the element (floats to nearest
//                           even); U_load, U_store
//   T_load_raw(b, i), T_store_raw(b, i, v)   the bits as they are, as T_storage:
//                           to move elements, or to put them into shared memory
//   T_part_load(b, i), T_part_store(b, i, v)   of a TPartBuffer
//   T_word_load(b, i)       word i of a TBuffer: elements seen as words
//   T_load_far_raw(b, row, pitch, i)   T_load_raw of element row * pitch + i, a
//                           product of uints that may need 64 bits
//   word_load(b, i), word_store(b, i, v), and so for int and float
//   word_add(b, i, v)       atomically
//   byte_load(b, i)         as uint
//   byte_store(b, i, v)     v is a number, or a bool for 0 or 1
// The macros of U and of bytes take a TBuffer, too: memory of either kind.
//
// Four elements at once, from element i on, a multiple of 4; b begins at a
// multiple of what 4 elements take, or of 16 bytes, whichever is less:
//   T_load4(b, i), T_store4(b, i, v)     T_compute4, for T of at most 8 bytes
//   U_load4(b, i), U_store4(b, i, v)     U_compute4, of a U that is no bool
//   T_load4_raw(b, i), T_store4_raw(b, i, v)   T_storage4
//   byte_load4(b, i), byte_store4(b, i, v)     uvec4
//
// T_PACK elements at once, 8 of 2 bytes, else 4, from element i on, a multiple
// of T_PACK; b begins at a multiple of 16 bytes, or of 4 elements of one byte:
//   T_load_pack(b, i), T_store_pack(b, i, x)   a T_pack, whose elements are those
//                           of v[0], and of v[1] where T_PACK is 8: T_compute4
//
// Held buffers, for loops: some drivers read a parameter block in memory anew
// at each use. main() holds before anybody uses:
//   DML_HELD(TBuffer, x_data);      at file scope
//   DML_HOLD(x_data, p.x);
//   DML_HOLD_EITHER(x_data, condition, p.x, p.y);   condition ? p.x : p.y, where
//                           the condition is a constant or specialization constant
#ifndef DML_BUFFERS_GLSL_
#define DML_BUFFERS_GLSL_

#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require

#if defined(DML_GROUPED)
// Several blocks, one behind the other: grouped.glsl finds the one of a group.
layout(buffer_reference, scalar, buffer_reference_align = 16) readonly
    buffer DmlMembers {
  uvec4 first_groups[4];
  uint block_bytes;
};
#define DML_MEMBERS_BYTES 80
#define DML_PARAMETERS_BEGIN                                              \
  layout(buffer_reference, scalar, buffer_reference_align = 16) readonly  \
      buffer DmlParameters {
#define DML_PARAMETERS_END                                                \
  };                                                                      \
  layout(push_constant, scalar) uniform DmlRoot { DmlMembers members; }   \
  dml_root;                                                               \
  DmlParameters dml_parameters;
#define p dml_parameters
#elif defined(DML_PARAMETERS_IN_MEMORY)
#define DML_PARAMETERS_BEGIN                                              \
  layout(buffer_reference, scalar, buffer_reference_align = 16) readonly  \
      buffer DmlParameters {
#define DML_PARAMETERS_END                                                \
  };                                                                      \
  layout(push_constant, scalar) uniform DmlRoot { DmlParameters block; }  \
  dml_root;
#define p dml_root.block
#else
#define DML_PARAMETERS_BEGIN \
  layout(push_constant, scalar) uniform DmlParameters {
#define DML_PARAMETERS_END \
  }                        \
  p;
#endif

// Macros call a buffer b, a second one other_b: by these names buffer_check.py
// knows which arguments are buffers.
#define DML_HELD(Buffer, name) Buffer name
#define DML_HOLD(name, b) name = b
#define DML_HOLD_EITHER(name, condition, b, other_b) \
  name = condition ? b : other_b

// The address `row` * `pitch` elements behind another.
uvec2 dml_far(uvec2 address, uint row, uint pitch, uint element_bytes) {
  uint high, low, carry;
  umulExtended(row, pitch, high, low);
  const uint shift = uint(findLSB(element_bytes));
  high = high << shift | (shift == 0 ? 0 : low >> (32 - shift));
  low = uaddCarry(address.x, low << shift, carry);
  return uvec2(low, address.y + high + carry);
}

#define DML_BUFFER(Buffer, element, alignment)                            \
  layout(buffer_reference, scalar, buffer_reference_align = alignment)    \
      buffer Buffer {                                                     \
    element at[];                                                         \
  };

DML_BUFFER(WordBuffer, uint, 4)
#define word_load(b, i) (b).at[i]
#define word_store(b, i, v) (b).at[i] = v
#define word_add(b, i, v) atomicAdd((b).at[i], v)

DML_BUFFER(IntBuffer, int, 4)
#define int_load(b, i) (b).at[i]
#define int_store(b, i, v) (b).at[i] = v

DML_BUFFER(FloatBuffer, float, 4)
#define float_load(b, i) (b).at[i]
#define float_store(b, i, v) (b).at[i] = v

DML_BUFFER(ByteBuffer, uint8_t, 1)
DML_BUFFER(ByteVector4, u8vec4, 4)
#define byte_load(b, i) uint(ByteBuffer(b).at[i])
#define byte_store(b, i, v) ByteBuffer(b).at[i] = uint8_t(v)
#define byte_load4(b, i) uvec4(ByteVector4(b).at[(i) >> 2])
#define byte_store4(b, i, v) ByteVector4(b).at[(i) >> 2] = u8vec4(v)

// Stores of float16.
#if defined(T_f16) || defined(U_f16)
#include "float16.glsl"
DML_BUFFER(Word16Buffer, uint16_t, 2)
DML_BUFFER(Word16Vector4, u16vec4, 8)
#define DML_FLOAT16_STORE(b, i, v)                                  \
  {                                                                 \
    const float dml_stored = float(v);                              \
    if (DML_FLOAT16_BY_HAND) {                                      \
      Word16Buffer(b).at[i] = uint16_t(dml_float16_bits(dml_stored)); \
    } else {                                                        \
      (b).at[i] = float16_t(dml_stored);                            \
    }                                                               \
  }
#define DML_FLOAT16_STORE4(Vector4, b, i, v)                             \
  {                                                                      \
    const vec4 dml_stored = vec4(v);                                     \
    if (DML_FLOAT16_BY_HAND) {                                           \
      Word16Vector4(b).at[(i) >> 2] = u16vec4(dml_float16_bits4(dml_stored)); \
    } else {                                                             \
      Vector4(b).at[(i) >> 2] = f16vec4(dml_stored);                     \
    }                                                                    \
  }
#endif

#ifdef T_storage
DML_BUFFER(TBuffer, T_storage, T_SIZE)
#define T_load_raw(b, i) (b).at[i]
#define T_store_raw(b, i, v) (b).at[i] = v
#define T_word_load(b, i) WordBuffer(b).at[i]
#define T_load_far_raw(b, row, pitch, i) \
  TBuffer(dml_far(uvec2(b), row, pitch, T_SIZE)).at[i]
#define T_load(b, i) T_compute((b).at[i])
#if T_IS_BOOL
#define T_store(b, i, v) (b).at[i] = T_storage((v) != 0)
#elif defined(T_f16)
#define T_store(b, i, v) DML_FLOAT16_STORE(b, i, v)
#else
#define T_store(b, i, v) (b).at[i] = T_storage(v)
#endif

#if T_IS_COMPLEX
DML_BUFFER(TPartBuffer, T_part, T_SIZE / 2)
#define T_part_load(b, i) (b).at[i]
#define T_part_store(b, i, v) (b).at[i] = T_part(v)
#endif

#ifdef T_storage4
#if T_SIZE < 4
DML_BUFFER(TVector4, T_storage4, 4 * T_SIZE)
#else
DML_BUFFER(TVector4, T_storage4, 16)
#endif
#define T_load4_raw(b, i) TVector4(b).at[(i) >> 2]
#define T_store4_raw(b, i, v) TVector4(b).at[(i) >> 2] = v
#define T_load4(b, i) T_compute4(TVector4(b).at[(i) >> 2])
#if T_IS_BOOL
#define T_store4(b, i, v) \
  TVector4(b).at[(i) >> 2] = T_storage4(notEqual(v, T_compute4(0)))
#elif defined(T_f16)
#define T_store4(b, i, v) DML_FLOAT16_STORE4(TVector4, b, i, v)
#else
#define T_store4(b, i, v) TVector4(b).at[(i) >> 2] = T_storage4(v)
#endif

#if T_SIZE == 2
#define T_PACK 8
struct TPackBits {
  T_storage4 v[2];
};
DML_BUFFER(TPackBuffer, TPackBits, 16)
#define T_load_pack(b, i)                                      \
  T_pack(T_compute4[2](T_compute4(TPackBuffer(b).at[(i) >> 3].v[0]), \
                       T_compute4(TPackBuffer(b).at[(i) >> 3].v[1])))
#ifdef T_f16
#define T_store_pack(b, i, x)                                  \
  {                                                            \
    if (DML_FLOAT16_BY_HAND) {                                 \
      T_store4(b, i, (x).v[0]);                                \
      T_store4(b, (i) + 4, (x).v[1]);                          \
    } else {                                                   \
      TPackBuffer(b).at[(i) >> 3].v[0] = T_storage4((x).v[0]); \
      TPackBuffer(b).at[(i) >> 3].v[1] = T_storage4((x).v[1]); \
    }                                                          \
  }
#else
#define T_store_pack(b, i, x)                                  \
  {                                                            \
    TPackBuffer(b).at[(i) >> 3].v[0] = T_storage4((x).v[0]);   \
    TPackBuffer(b).at[(i) >> 3].v[1] = T_storage4((x).v[1]);   \
  }
#endif
#else
#define T_PACK 4
#define T_load_pack(b, i) T_pack(T_compute4[1](T_load4(b, i)))
#define T_store_pack(b, i, x) T_store4(b, i, (x).v[0])
#endif
// The vectors of a pack.
#define T_VECTORS (T_PACK / 4)
struct T_pack {
  T_compute4 v[T_VECTORS];
};
#endif
#endif

#ifdef U_storage
DML_BUFFER(UBuffer, U_storage, U_SIZE)
#define U_load(b, i) U_compute(UBuffer(b).at[i])
#if U_IS_BOOL
#define U_store(b, i, v) UBuffer(b).at[i] = U_storage((v) != 0)
#elif defined(U_f16)
#define U_store(b, i, v) DML_FLOAT16_STORE(UBuffer(b), i, v)
#else
#define U_store(b, i, v) UBuffer(b).at[i] = U_storage(v)
#endif

#ifdef U_storage4
#if U_SIZE < 4
DML_BUFFER(UVector4, U_storage4, 4 * U_SIZE)
#else
DML_BUFFER(UVector4, U_storage4, 16)
#endif
#define U_load4(b, i) U_compute4(UVector4(b).at[(i) >> 2])
#if defined(U_f16)
#define U_store4(b, i, v) DML_FLOAT16_STORE4(UVector4, b, i, v)
#elif !U_IS_BOOL
#define U_store4(b, i, v) UVector4(b).at[(i) >> 2] = U_storage4(v)
#endif
#endif
#endif

#endif  // DML_BUFFERS_GLSL_
