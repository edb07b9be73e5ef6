// The specialization constants of the programs that are built on
// tile_product.glsl, and the types that they share. Include it after dml.glsl,
// before the parameter block.
//
// With DML_COOPERATIVE, they are built on tile_matrix.glsl instead, for float16:
// THREAD_M x THREAD_N is then the part of a subgroup, and four more constants
// say in which pieces the adapter multiplies matrices.
//
// With DML_PACKED, for float16 too, slices in shared memory hold pairs of
// neighbouring depths as they are in memory. Two multiply-adds of float32 take a
// pair of A and one of B; the compilers of the adapters that this is for
// (hal::Float16Products) read float16 operands without converting them first. With
// DML_DOT beside it, one instruction does: the two products and the sum are of
// float32 as well, in an order that is the device's.

layout(constant_id = 1) const uint TILE_M = 64;
layout(constant_id = 2) const uint TILE_N = 64;
layout(constant_id = 3) const uint TILE_K = 8;
layout(constant_id = 4) const uint THREAD_M = 4;
layout(constant_id = 5) const uint THREAD_N = 4;
// Neighbouring invocations load along depth (0) or along the other index (1).
layout(constant_id = 6) const uint A_ORDER = 0;
layout(constant_id = 7) const uint A_WIDTH = 1;  // elements a load: 1 or 4
layout(constant_id = 8) const uint B_ORDER = 1;
layout(constant_id = 9) const uint B_WIDTH = 1;
// Bit 0: neighbouring invocations store along rows, not along columns. Bit 1:
// LANES, see tile_product.glsl. From bit 2: what becomes of a sum, END_*.
layout(constant_id = 10) const uint FLAGS = 0;
const uint C_ORDER = FLAGS & 1;
#ifdef DML_PACKED
const bool LANES = false;
#else
const bool LANES = (FLAGS & 2) != 0;
#endif
const uint END = FLAGS >> 2;
DML_SHARED const uint END_STORE = 0;    // stored as it is
DML_SHARED const uint END_FULL = 1;     // with everything that epilogue.glsl offers
DML_SHARED const uint END_PARTIAL = 2;  // a partial sum, for split_reduce.comp

// Depths that convolution makes tables of at once, at least TILE_K: dividing costs
// more than shared memory.
DML_SHARED const uint DEPTHS_PREPARED = 64;

const uint TILE_THREADS_M = TILE_M / THREAD_M;
const uint TILE_THREADS_N = TILE_N / THREAD_N;
#ifdef DML_COOPERATIVE
layout(constant_id = 12) const uint SUBGROUP = 32;  // invocations
layout(constant_id = 13) const uint MATRIX_M = 16;
layout(constant_id = 14) const uint MATRIX_N = 16;
layout(constant_id = 15) const uint MATRIX_K = 16;
const uint TILE_SUBGROUPS = TILE_THREADS_M * TILE_THREADS_N;
const uint TILE_THREADS = TILE_SUBGROUPS * SUBGROUP;
#else
const uint TILE_THREADS = TILE_THREADS_M * TILE_THREADS_N;
#endif
// An invocation's rows, and its columns, come in runs of four, so that shared
// memory is read 16 bytes at a time without bank conflicts.
const uint TILE_RUN_M = THREAD_M < 4 ? THREAD_M : 4;
const uint TILE_RUN_N = THREAD_N < 4 ? THREAD_N : 4;
const uint TILE_PITCH_A = TILE_M + 4;
const uint TILE_PITCH_B = TILE_N + 4;
// Depths that an element of a slice in shared memory holds.
#ifdef DML_PACKED
const uint TILE_DEPTHS = 2;
#else
const uint TILE_DEPTHS = 1;
#endif
const uint TILE_LENGTH = TILE_K / TILE_DEPTHS;  // of a slice, in such elements
const uint TILE_SLICE_A = TILE_LENGTH * TILE_PITCH_A;
const uint TILE_SLICE_B = TILE_LENGTH * TILE_PITCH_B;
// Elements of that length that are multiplied between two branches: so many that it
// pays.
// Compilers choose to multiply more of them, which makes addresses in shared memory
// constants, but not where an invocation's part is large.
const uint TILE_PART = THREAD_M * THREAD_N;
const uint TILE_MOST_STEPS = TILE_PART > 64 ? 512 / TILE_PART : 64 / TILE_PART;
const uint TILE_STEPS =
    TILE_LENGTH < TILE_MOST_STEPS ? TILE_LENGTH : TILE_MOST_STEPS;
// How many rows an invocation keeps the table entries of, with LANES: each row's
// are in the registers of one invocation.
const uint TILE_LANE_ROWS = LANES ? THREAD_M / TILE_THREADS : 1;
const uint TILE_LOADS_A = TILE_M * TILE_K / (TILE_THREADS * A_WIDTH);
const uint TILE_LOADS_B = TILE_N * TILE_K / (TILE_THREADS * B_WIDTH);

// Partial sums are kept as computed.
#if defined(T_f16)
#define PartialBuffer FloatBuffer
#define partial_load(b, i) float_load(b, i)
#define partial_store(b, i, v) float_store(b, i, v)
#else
#define PartialBuffer TBuffer
#define partial_load(b, i) T_load(b, i)
#define partial_store(b, i, v) T_store(b, i, v)
#endif

#if defined(DML_DOT)
#extension GL_EXT_spirv_intrinsics : require
spirv_instruction(extensions = ["SPV_VALVE_mixed_float_dot_product"],
                  capabilities = [6912], id = 6916)
float tile_dot(f16vec2 a, f16vec2 b, float c);
#define TILE_multiply_add(a, b, c) tile_dot(a, b, c)
#elif defined(DML_PACKED)
#define TILE_multiply_add(a, b, c) \
  fma(float((a).y), float((b).y), fma(float((a).x), float((b).x), c))
#elif T_IS_FLOAT
#define TILE_multiply_add(a, b, c) fma(a, b, c)
#else
#define TILE_multiply_add(a, b, c) ((a) * (b) + (c))
#endif
// Shuffles of 64-bit integers are an extension that shuffles of doubles aren't.
#if defined(T_i64)
#define TILE_shuffle(v, lane) \
  packInt2x32(subgroupShuffle(unpackInt2x32(v), lane))
#else
#define TILE_shuffle(v, lane) subgroupShuffle(v, lane)
#endif

// What a load gives, and of how many values it makes `width` elements. Where
// cooperative matrices are loaded from slices, the bits as they are, two elements
// a word: a float16 by itself takes a register like a word. Where slices hold
// pairs, T_storage each. Else T_compute each.
#if defined(DML_COOPERATIVE)
#define TILE_element uint
#define TILE_element4 uvec2
#define TILE_VALUES(width) ((width) == 4 ? 2 : 1)
#define TILE_load(b, i) uint(float16BitsToUint16(T_load_raw(b, i)))
#define TILE_load4(b, i) tile_words(T_load4_raw(b, i))
uvec2 tile_words(f16vec4 v) {
  return uvec2(packFloat2x16(v.xy), packFloat2x16(v.zw));
}
#elif defined(DML_PACKED)
#define TILE_element float16_t
#define TILE_element4 f16vec4
#define TILE_VALUES(width) (width)
#define TILE_load(b, i) T_load_raw(b, i)
#define TILE_load4(b, i) T_load4_raw(b, i)
#else
#define TILE_element T_compute
#define TILE_element4 T_compute4
#define TILE_VALUES(width) (width)
#define TILE_load(b, i) T_load(b, i)
#define TILE_load4(b, i) T_load4(b, i)
#endif

// The type of an element of a slice in shared memory: of one depth or of two.
#ifdef DML_PACKED
#define TILE_shared f16vec2
#else
#define TILE_shared T_compute
#endif
