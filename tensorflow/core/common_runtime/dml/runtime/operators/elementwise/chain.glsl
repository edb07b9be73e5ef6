// The steps of element-wise chains, of float32, float16 and bools: what
// elementwise.comp does in a launch each, to the bit. T and U are float32 and
// float16, in either order. To be included behind the parameter block, which has
// the inputs' `sources`, `parameters`, `divisors` and `moduli`, a `seed`, and a
// `zero`; and behind `INPUTS`, a specialization constant with 4 bits for each
// input: its type, its spread.
//
// A step's word says its operation, where its operands come from and what they
// are of (scheduler/chain_word.h). The operands are values of earlier steps,
// kept as floats, and memory.
//
// The numbers that a step draws are those of random.comp: four elements are
// what one counter gives.
//
// No step may be computed together with another one, as multiply-adds are: each
// value is combined with `zero`, which no compiler knows to be 0.
#ifndef DML_CHAIN_GLSL_
#define DML_CHAIN_GLSL_

#include "float16.glsl"
#include "philox.glsl"

// Types of elements in words, and operations beside those of the C API.
DML_SHARED const uint CHAIN_FLOAT32 = 0;
DML_SHARED const uint CHAIN_FLOAT16 = 1;
DML_SHARED const uint CHAIN_BOOL = 2;
DML_SHARED const uint CHAIN_CAST = 255;
DML_SHARED const uint CHAIN_UNIFORM = 254;  // has no operands
// Memory of the word's types, whichever of the type parameters they are.
#ifdef T_f32
#define CHAIN_FLOAT32_LOAD(b, i) T_load(b, i)
#define CHAIN_FLOAT32_LOAD4(b, i) T_load4(b, i)
#define CHAIN_FLOAT32_STORE(b, i, v) T_store(b, i, v)
#define CHAIN_FLOAT32_STORE4(b, i, v) T_store4(b, i, v)
#define CHAIN_FLOAT16_LOAD(b, i) U_load(b, i)
#define CHAIN_FLOAT16_LOAD4(b, i) U_load4(b, i)
#define CHAIN_FLOAT16_STORE(b, i, v) U_store(b, i, v)
#define CHAIN_FLOAT16_STORE4(b, i, v) U_store4(b, i, v)
#else
#define CHAIN_FLOAT32_LOAD(b, i) U_load(b, i)
#define CHAIN_FLOAT32_LOAD4(b, i) U_load4(b, i)
#define CHAIN_FLOAT32_STORE(b, i, v) U_store(b, i, v)
#define CHAIN_FLOAT32_STORE4(b, i, v) U_store4(b, i, v)
#define CHAIN_FLOAT16_LOAD(b, i) T_load(b, i)
#define CHAIN_FLOAT16_LOAD4(b, i) T_load4(b, i)
#define CHAIN_FLOAT16_STORE(b, i, v) T_store(b, i, v)
#define CHAIN_FLOAT16_STORE4(b, i, v) T_store4(b, i, v)
#endif

// Spreads of inputs (scheduler/element_step.h).
const uint ONE = 1;
const uint ROW = 2;
const uint COLUMN = 3;

// ---- Operations --------------------------------------------------------------

#define DML_COMMON_OPERATIONS
#define DML_OPERATION const uint OP, const float parameter,
#define DML_PARAMETER parameter
#define dml_apply dml_unary
#include "elementwise_unary_float.glsl"
#undef dml_apply
#define dml_apply dml_binary
#include "elementwise_binary_float.glsl"
#undef dml_apply
#define dml_apply dml_ternary
#include "elementwise_other.glsl"
#undef dml_apply
#define dml_apply dml_classify
#define DML_CLASSIFY
#include "elementwise_other.glsl"
#undef DML_CLASSIFY
#undef dml_apply
#define dml_apply dml_compare
#define DML_COMPARE
#include "elementwise_other.glsl"
#undef DML_COMPARE
#undef dml_apply

// By the numbers of dml_elementwise_op. Bools are 0 or 1.
float apply(const uint op, const float parameter, const float x, const float y,
            const float z) {
  switch (op) {
    case CHAIN_CAST: return x;
    case DML_LOGICAL_NOT: return x == 0.0 ? 1.0 : 0.0;
    case DML_IS_NAN:
    case DML_IS_INF:
    case DML_IS_FINITE: return float(dml_classify(op, parameter, x));
    case DML_LOGICAL_AND: return x * y;
    case DML_LOGICAL_OR: return max(x, y);
    case DML_SELECT: return x != 0.0 ? y : z;
  }
  if (op >= DML_CLIP_BY_VALUE) return dml_ternary(op, parameter, x, y, z);
  if (op >= DML_EQUAL) return float(dml_compare(op, parameter, x, y));
  if (op >= DML_ADD) return dml_binary(op, parameter, x, y);
  return dml_unary(op, parameter, x);
}

// ---- Operands and results ----------------------------------------------------

// Elements at `at`: four, or one for all four.
#define CHAIN_LOAD(b)                                           \
  if (type == CHAIN_FLOAT32) {                                  \
    return single ? vec4(CHAIN_FLOAT32_LOAD(b, at))             \
                  : CHAIN_FLOAT32_LOAD4(b, at);                 \
  }                                                             \
  if (type == CHAIN_FLOAT16) {                                  \
    return single ? vec4(CHAIN_FLOAT16_LOAD(b, at))             \
                  : CHAIN_FLOAT16_LOAD4(b, at);                 \
  }                                                             \
  return single ? vec4(min(byte_load(b, at), 1u))               \
                : vec4(min(byte_load4(b, at), uvec4(1)));

// Of an input, what belongs to four elements from i on: a vector that reaches
// beyond `count` has memory of the same block there.
vec4 load(const uint k, const uint i) {
  const uint type = INPUTS >> 4 * k & 3u;
  const uint spread = INPUTS >> (4 * k + 2) & 3u;
  const bool single = spread == ONE || spread == COLUMN;
  uint at = i;
  if (spread == ONE) at = 0;
  if (spread == ROW) at = i % p.moduli[k];
  if (spread == COLUMN) at = i / p.divisors[k] % p.moduli[k];
  switch (k) {
    case 0: CHAIN_LOAD(p.sources[0])
    case 1: CHAIN_LOAD(p.sources[1])
    case 2: CHAIN_LOAD(p.sources[2])
    case 3: CHAIN_LOAD(p.sources[3])
    case 4: CHAIN_LOAD(p.sources[4])
    case 5: CHAIN_LOAD(p.sources[5])
    case 6: CHAIN_LOAD(p.sources[6])
  }
  CHAIN_LOAD(p.sources[7])
}

// Of a buffer, from element i on; whole vectors.
#define CHAIN_STORE4(b, type, v)                            \
  if (type == CHAIN_FLOAT32) CHAIN_FLOAT32_STORE4(b, i, v); \
  if (type == CHAIN_FLOAT16) CHAIN_FLOAT16_STORE4(b, i, v); \
  if (type == CHAIN_BOOL) byte_store4(b, i, uvec4(v));

// What memory of that type would hold.
vec4 as_stored(const vec4 v, const uint type) {
  vec4 r;
  for (int e = 0; e < 4; ++e) {
    if (type == CHAIN_FLOAT32) {
      r[e] = uintBitsToFloat(floatBitsToUint(v[e]) ^ p.zero);
    }
    if (type == CHAIN_FLOAT16) r[e] = dml_round_to_float16(v[e]);
    if (type == CHAIN_BOOL) {
      r[e] = (floatBitsToUint(v[e]) & 0x7fffffffu) != 0u ? 1.0 : 0.0;
    }
  }
  return r;
}

// Random numbers in [0, 1) for four elements from i on.
vec4 draw(const uint type, const uint i) {
  const uvec4 counter = uvec4(p.seed[0], p.seed[1], p.seed[2], p.seed[3]);
  const uvec2 key = uvec2(p.seed[4], p.seed[5]);
  const uvec4 bits = dml_philox(dml_philox_skip(counter, i / 4), key);
  return type == CHAIN_FLOAT16 ? dml_units_of_float16(bits) : dml_units(bits);
}

vec4 values[8];

vec4 operand_of(const uint word, const uint shift, const uint i) {
  const uint which = word >> shift & 15u;
  if (which >= 8u) return load(which - 8u, i);
  return values[which];
}

void do_step(const uint word, const uint k, const uint i) {
  const uint op = word & 255u;
  if (op == CHAIN_UNIFORM) {
    values[k] = as_stored(draw(word >> 20, i), word >> 20);
    return;
  }
  const vec4 x = operand_of(word, 8, i);
  vec4 y = x, z = x;
  if (op >= DML_ADD && op != CHAIN_CAST) y = operand_of(word, 12, i);
  if (op >= DML_SELECT && op != CHAIN_CAST) z = operand_of(word, 16, i);
  vec4 made;
  for (int e = 0; e < 4; ++e) {
    made[e] = apply(op, p.parameters[k], x[e], y[e], z[e]);
  }
  values[k] = as_stored(made, word >> 20);
}

#endif  // DML_CHAIN_GLSL_
