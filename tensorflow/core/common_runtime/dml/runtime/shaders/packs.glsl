// Programs that take elements by packs (buffers.glsl), where the tensors'
// sizes, strides and addresses allow, along one of two kinds of dimensions. The
// host's side is StartsPacks() in operators/strided.h, and who asks it.
#ifndef DML_PACKS_GLSL_
#define DML_PACKS_GLSL_

// What an access of a program takes.
DML_SHARED const uint kAccessSingle = 0;   // one element
DML_SHARED const uint kAccessReduced = 1;  // a pack of one output's elements
// An element each of a pack of neighbouring outputs.
DML_SHARED const uint kAccessKept = 2;

#if T_IS_COMPLEX
// Complex numbers are vectors themselves, and are taken one at a time.
#define T_PACK 1
#define T_pack T_compute
#define DML_ITEM(pack, k) pack
#define T_load_pack(b, i) T_load(b, i)
#define T_store_pack(b, i, x) T_store(b, i, x)
#define DML_FOLD(combine, pack)
#define dml_pack_of(value) value
#else
#define DML_ITEM(pack, k) pack.v[(k) >> 2][(k) & 3]

// Folds the items of a pack into the first, by halves.
#define DML_FOLD(combine, pack)                                       \
  for (int v = 1; v < T_VECTORS; ++v) {                               \
    for (int k = 0; k < 4; ++k) {                                     \
      pack.v[0][k] = combine(pack.v[0][k], pack.v[v][k]);             \
    }                                                                 \
  }                                                                   \
  pack.v[0].x = combine(combine(pack.v[0].x, pack.v[0].z),            \
                        combine(pack.v[0].y, pack.v[0].w));

// Where an access takes one element, that is the first; the rest is dead.
T_pack dml_pack_of(T_compute value) {
  T_pack pack;
  for (int v = 0; v < T_VECTORS; ++v) pack.v[v] = T_compute4(value);
  return pack;
}
#endif

// As `access` says, from element i on.
#define DML_LOAD_ACCESS(access, b, i, pack)              \
  if (access == kAccessSingle) {                               \
    pack = dml_pack_of(T_load(b, i));                    \
  } else {                                               \
    pack = T_load_pack(b, i);                            \
  }
#define DML_STORE_ACCESS(access, b, i, pack)             \
  if (access == kAccessSingle) {                               \
    T_store(b, i, DML_ITEM(pack, 0));                    \
  } else {                                               \
    T_store_pack(b, i, pack);                            \
  }

#endif  // DML_PACKS_GLSL_
