// The main() of programs that reduce, to be included behind reduce_fold.glsl, the
// parameter block, which has what reduce.comp's has, and
//   T_pack load(int origin, uint i)   access i of those that make an output
//   REDUCE_HOLD                       statements of main(), before any load
//   REDUCE_STORE(i, v)                element i of the result
//   REDUCE_STORE_PART(i, v)           where the result is one of a part
// Where load() is long, REDUCE_LOADS_SINGLY has one of it only.
#ifndef DML_REDUCE_MAIN_GLSL_
#define DML_REDUCE_MAIN_GLSL_

#if T_IS_COMPLEX
#define EMPTY_MEAN T_compute(0)
#else
#define EMPTY_MEAN T_compute(uintBitsToFloat(0x7fc00000u))
#endif

T_compute finish(T_compute value) {
#if T_IS_FLOAT || T_IS_COMPLEX
  if (p.divide != 0) {
    value = p.elements == 0 ? EMPTY_MEAN
                         : value / T_compute(p.elements);
  }
  if (p.root != 0) value = sqrt(value);
  return value * T_compute(p.scale);
#else
  if (p.divide == 0) return value;
  return p.elements == 0 ? T_compute(0) : value / T_compute(p.elements);
#endif
}

void main() {
  REDUCE_HOLD
  DML_HOLD_INDEX(dml_reduced, p.reduced, RANK)
  DML_HOLD_STRIDES(reduced_strides, p.reduced_strides, RANK)
  const uint lanes = p.lanes;
  const uint lane = lane_of(lanes, p.lane_stride);
  const uint block = dml_group() / p.splits;
  const uint part = dml_group() - block * p.splits;
  const uint o = OUTPUTS * (block * (kGroupSize / lanes) +
                            slot_of(lanes, p.lane_stride));
  const bool inside = o < p.outputs;

  int origin = p.x_offset;
  uint i = 0;
  uint end = 0;
  if (inside) {
    DML_ADD_OFFSET(origin, o, p.kept_rank, p.kept, p.kept_x_strides)
    i = part * p.chunk + lane;
    end = min((part + 1) * p.chunk, p.count);
  }
  // Four sums a lane: independent loads, and shorter chains of rounding.
  T_pack a = dml_pack_of(identity());
  T_pack b = a;
  T_pack c = a;
  T_pack d = a;
#ifdef REDUCE_LOADS_SINGLY
  // The same sums, with one place that loads: a and its three neighbours take
  // turns.
  const uint accesses = i < end ? (end - i - 1) / lanes + 1 : 0;
  const uint turns_end = i + accesses / 4 * 4 * lanes;
  for (; i < end; i += lanes) {
    const T_pack sum = combine_packs(a, load(origin, i));
    if (i < turns_end) {
      a = b;
      b = c;
      c = d;
      d = sum;
    } else {
      a = sum;
    }
  }
#else
  for (; i + 3 * lanes < end; i += 4 * lanes) {
    const T_pack x = load(origin, i);
    const T_pack y = load(origin, i + lanes);
    const T_pack z = load(origin, i + 2 * lanes);
    const T_pack w = load(origin, i + 3 * lanes);
    a = combine_packs(a, x);
    b = combine_packs(b, y);
    c = combine_packs(c, z);
    d = combine_packs(d, w);
  }
  for (; i < end; i += lanes) a = combine_packs(a, load(origin, i));
#endif
  a = combine_packs(combine_packs(a, b), combine_packs(c, d));
  if (ACCESS == kAccessKept) {
    a = combine_pack_lanes(a, lanes, p.lane_stride);
  } else {
    if (ACCESS == kAccessReduced) {
      DML_FOLD(combine, a)
    }
    DML_ITEM(a, 0) = combine_lanes(DML_ITEM(a, 0), lanes, p.lane_stride);
  }

  if (!inside || lane != 0) return;
  if (p.splits > 1) {
    [[unroll]] for (int k = 0; k < T_PACK; ++k) {
      if (k < int(OUTPUTS)) {
        REDUCE_STORE_PART(part * p.outputs + o + k, DML_ITEM(a, k));
      }
    }
  } else {
    int offset = p.y_offset;
    DML_ADD_OFFSET(offset, o, p.kept_rank, p.kept, p.kept_y_strides)
    // Outputs of a pack are neighbours in the innermost of their dimensions.
    const int stride = p.kept_y_strides[p.kept_rank - 1];
    [[unroll]] for (int k = 0; k < T_PACK; ++k) {
      if (k < int(OUTPUTS)) {
        REDUCE_STORE(offset + k * stride, finish(DML_ITEM(a, k)));
      }
    }
  }
}

#endif  // DML_REDUCE_MAIN_GLSL_
