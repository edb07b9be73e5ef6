// y is x with elements added (or, by negative pads, removed) around it. MODE is
// a dml_pad_mode; T is an unsigned type of the elements' size.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "strided.glsl"

layout(constant_id = 1) const uint RANK = 8;
layout(constant_id = 2) const uint MODE = 0;

DML_PARAMETERS_BEGIN
  TBuffer x;
  TBuffer y;
  uint count;      // elements of y
  uint value[4];   // low word first
  StridedIndex index;  // of y
  int x_offset;
  int y_offset;
  int x_strides[DML_MAX_RANK];
  int y_strides[DML_MAX_RANK];
  int x_sizes[DML_MAX_RANK];
  int before[DML_MAX_RANK];
DML_PARAMETERS_END

// Adds dimension d to the offsets; whether it is inside x.
bool step_dimension(int d, int coordinate, inout int from, inout int to) {
  to += coordinate * p.y_strides[d];
  int c = coordinate - p.before[d];
  int size = p.x_sizes[d];
  bool inside = c >= 0 && c < size;
  if (MODE == DML_PAD_REFLECT) {
    if (c < 0) c = -c;
    if (c >= size) c = 2 * size - 2 - c;
  } else if (MODE == DML_PAD_SYMMETRIC) {
    if (c < 0) c = -1 - c;
    if (c >= size) c = 2 * size - 1 - c;
  }
  from += c * p.x_strides[d];
  return inside || MODE != DML_PAD_CONSTANT;
}

void main() {
#if T_SIZE == 16
  T_storage value = T_storage(p.value[0], p.value[1], p.value[2], p.value[3]);
#elif T_SIZE == 8
  T_storage value = uint64_t(p.value[1]) << 32 | uint64_t(p.value[0]);
#else
  T_storage value = T_storage(p.value[0]);
#endif
  const uint width = gl_WorkGroupSize.x;
  uint first = dml_group() * (4 * width) + gl_LocalInvocationID.x;
  for (uint k = 0; k < 4; ++k) {
    uint rest = first + k * width;
    if (rest >= p.count) return;
    int from = p.x_offset;
    int to = p.y_offset;
    bool inside = true;
    for (int d = int(RANK) - 1; d > 0; --d) {
      DML_NEXT_COORDINATE(coordinate, rest, d)
      inside = step_dimension(d, int(coordinate), from, to) && inside;
    }
    inside = step_dimension(0, int(rest), from, to) && inside;
    T_storage made = value;
    if (inside) made = T_load_raw(p.x, from);
    T_store_raw(p.y, to, made);
  }
}
