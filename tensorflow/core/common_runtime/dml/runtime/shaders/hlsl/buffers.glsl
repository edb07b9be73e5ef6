// The macros of ../buffers.glsl, which documents them, where buffers have
// registers instead of addresses: README.md. dml.glsl includes one or the other.
//
// A buffer's 8 bytes of the block are where it begins, in bytes above the start
// of a word, and its number: which register it has. The number is known to the
// compiler; hlsl_text.py puts it where this reads it from the block.
#ifndef DML_BUFFERS_GLSL_
#define DML_BUFFERS_GLSL_

#include "elements.glsl"

struct DmlBuffer {
  uint low;
  uint number;
};
#define TBuffer DmlBuffer
#define UBuffer DmlBuffer
#define TPartBuffer DmlBuffer
#define WordBuffer DmlBuffer
#define IntBuffer DmlBuffer
#define FloatBuffer DmlBuffer
#define ByteBuffer DmlBuffer

#define DML_PARAMETERS_BEGIN \
  layout(binding = 0, scalar) readonly buffer DmlParameters {
#define DML_PARAMETERS_END \
  }                        \
  p;

#define DML_HELD(Buffer, name) Buffer name
#define DML_HOLD(name, b) name = DmlBuffer((b).low, (b).number)
#define DML_HOLD_EITHER(name, condition, b, other_b)     \
  name = DmlBuffer(condition ? (b).low : (other_b).low, \
                   condition ? (b).number : (other_b).number)

// What elements.glsl calls a place: of elements of whole words, and of parts.
#define DML_PLACE_OF_WORDS(b, i) (b).number, uint(i)
#define DML_PLACE_OF_PARTS(b, i) (b).number, (b).low, uint(i)

#define word_load(b, i) dml_read_u32(DML_PLACE_OF_WORDS(b, i))
#define word_store(b, i, v) dml_write_u32(DML_PLACE_OF_WORDS(b, i), v)
#define word_add(b, i, v) dml_add((b).number, uint(i) * 4u, v)
#define int_load(b, i) dml_read_i32(DML_PLACE_OF_WORDS(b, i))
#define int_store(b, i, v) dml_write_i32(DML_PLACE_OF_WORDS(b, i), v)
#define float_load(b, i) dml_read_f32(DML_PLACE_OF_WORDS(b, i))
#define float_store(b, i, v) dml_write_f32(DML_PLACE_OF_WORDS(b, i), v)
#define byte_load(b, i) dml_read_u8(DML_PLACE_OF_PARTS(b, i))
#define byte_store(b, i, v) dml_write_u8(DML_PLACE_OF_PARTS(b, i), uint(v))
#define byte_load4(b, i) dml_read4_u8(DML_PLACE_OF_WORDS(b, i))
#define byte_store4(b, i, v) dml_write4_u8(DML_PLACE_OF_WORDS(b, i), v)

#define DML_PASTED(function, type) function##type
#define DML_OF_TYPE(function, type) DML_PASTED(function, type)

#ifdef T_storage
#if T_SIZE < 4
#define T_PLACE(b, i) DML_PLACE_OF_PARTS(b, i)
#else
#define T_PLACE(b, i) DML_PLACE_OF_WORDS(b, i)
#endif
#define T_load_raw(b, i) DML_OF_TYPE(dml_read_, T_type)(T_PLACE(b, i))
#define T_store_raw(b, i, v) DML_OF_TYPE(dml_write_, T_type)(T_PLACE(b, i), v)
#define T_word_load(b, i) word_load(b, i)
// No buffer has 2^32 bytes.
#define T_load_far_raw(b, row, pitch, i) \
  T_load_raw(b, (row) * (pitch) + uint(i))
#define T_load(b, i) T_compute(T_load_raw(b, i))
#if T_IS_BOOL
#define T_store(b, i, v) T_store_raw(b, i, T_storage((v) != 0))
#else
#define T_store(b, i, v) T_store_raw(b, i, T_storage(v))
#endif

#if T_IS_COMPLEX
#define T_part_load(b, i) DML_OF_TYPE(dml_read_, T_part_type)(DML_PLACE_OF_WORDS(b, i))
#define T_part_store(b, i, v) \
  DML_OF_TYPE(dml_write_, T_part_type)(DML_PLACE_OF_WORDS(b, i), T_part(v))
#endif

#ifdef T_storage4
#define T_load4_raw(b, i) DML_OF_TYPE(dml_read4_, T_type)(DML_PLACE_OF_WORDS(b, i))
#define T_store4_raw(b, i, v) \
  DML_OF_TYPE(dml_write4_, T_type)(DML_PLACE_OF_WORDS(b, i), v)
#define T_load4(b, i) T_compute4(T_load4_raw(b, i))
#if T_IS_BOOL
#define T_store4(b, i, v) \
  T_store4_raw(b, i, T_storage4(notEqual(v, T_compute4(0))))
#else
#define T_store4(b, i, v) T_store4_raw(b, i, T_storage4(v))
#endif

#if T_SIZE == 2
#define T_PACK 8
T_compute4[2] dml_read_pack(const uint number, const uint i) {
  const uvec4 words = dml_load4(number, i * 2u);
  return T_compute4[2](DML_OF_TYPE(dml_decode_, T_type)(words.xy),
                       DML_OF_TYPE(dml_decode_, T_type)(words.zw));
}
#define T_load_pack(b, i) T_pack(dml_read_pack(DML_PLACE_OF_WORDS(b, i)))
#define T_store_pack(b, i, x)                                        \
  dml_store4((b).number, uint(i) * 2u,                               \
             uvec4(DML_OF_TYPE(dml_encode_, T_type)(T_storage4((x).v[0])), \
                   DML_OF_TYPE(dml_encode_, T_type)(T_storage4((x).v[1]))))
#else
#define T_PACK 4
#define T_load_pack(b, i) T_pack(T_compute4[1](T_load4(b, i)))
#define T_store_pack(b, i, x) T_store4(b, i, (x).v[0])
#endif
#define T_VECTORS (T_PACK / 4)
struct T_pack {
  T_compute4 v[T_VECTORS];
};
#endif
#endif

#ifdef U_storage
#if U_SIZE < 4
#define U_PLACE(b, i) DML_PLACE_OF_PARTS(b, i)
#else
#define U_PLACE(b, i) DML_PLACE_OF_WORDS(b, i)
#endif
#define U_store_raw(b, i, v) DML_OF_TYPE(dml_write_, U_type)(U_PLACE(b, i), v)
#define U_load(b, i) U_compute(DML_OF_TYPE(dml_read_, U_type)(U_PLACE(b, i)))
#if U_IS_BOOL
#define U_store(b, i, v) U_store_raw(b, i, U_storage((v) != 0))
#else
#define U_store(b, i, v) U_store_raw(b, i, U_storage(v))
#endif
#ifdef U_storage4
#define U_load4(b, i) \
  U_compute4(DML_OF_TYPE(dml_read4_, U_type)(DML_PLACE_OF_WORDS(b, i)))
#if !U_IS_BOOL
#define U_store4(b, i, v) \
  DML_OF_TYPE(dml_write4_, U_type)(DML_PLACE_OF_WORDS(b, i), U_storage4(v))
#endif
#endif
#endif

#endif  // DML_BUFFERS_GLSL_
