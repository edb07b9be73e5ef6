// TopK by a radix sort (indexing/radix_sort.comp) of words that stand for the
// elements of rows:
//   KEYS   writes them, [rows, n]: the smallest is the largest element's. Of
//          elements of 8 bytes, one of two words: of the low ones first, then,
//          in the order of these, of the high ones
//   WRITE  the first k of each row, as values and indices
#version 460
#include "dml.glsl"

DML_SHARED const uint KEYS = 0;
DML_SHARED const uint WRITE = 1;
layout(constant_id = 1) const uint STEP = KEYS;
layout(constant_id = 2) const bool HIGH = false;

DML_PARAMETERS_BEGIN
  TBuffer x;
  WordBuffer positions;  // [rows, n], WRITE and HIGH
  WordBuffer keys;       // KEYS
  TBuffer values;        // WRITE
  IntBuffer indices;
  uint count;  // invocations
  uint n;
  uint k;
  int x_offset;
  int x_row;
  int x_column;
  int values_offset;
  int values_row;
  int values_column;
  int indices_offset;
  int indices_row;
  int indices_column;
DML_PARAMETERS_END

#include "sort_keys.glsl"

#if T_SIZE == 8
uint word_of(T_compute x) {
#if defined(T_i64)
  const uint64_t key = uint64_t(x) ^ (uint64_t(1) << 63);
#else
  const uint64_t key = key_of(x);
#endif
  return ~uint(HIGH ? key >> 32 : key);
}
#elif T_IS_FLOAT
uint word_of(T_compute x) { return ~key_of(x); }
#elif defined(T_u8) || defined(T_u16) || defined(T_u32)
uint word_of(T_compute x) { return ~uint(x); }
#else
// Bits above those of the type stand in no byte that is sorted by.
uint word_of(T_compute x) { return ~(uint(x) ^ (1u << (T_SIZE * 8 - 1))); }
#endif

T_compute element(uint row, uint at) {
  return T_load(p.x, p.x_offset + int(row) * p.x_row + int(at) * p.x_column);
}

void main() {
  const uint i = dml_global();
  if (i >= p.count) return;
  if (STEP == KEYS) {
    const uint row = i / p.n;
    uint at = i - row * p.n;
    if (HIGH) at = word_load(p.positions, i);
    word_store(p.keys, i, word_of(element(row, at)));
    return;
  }
  const uint row = i / p.k;
  const uint place = i - row * p.k;
  const uint at = word_load(p.positions, row * p.n + place);
  T_store(p.values,
          p.values_offset + int(row) * p.values_row +
              int(place) * p.values_column,
          element(row, at));
  int_store(p.indices,
            p.indices_offset + int(row) * p.indices_row +
                int(place) * p.indices_column,
            int(at));
}
