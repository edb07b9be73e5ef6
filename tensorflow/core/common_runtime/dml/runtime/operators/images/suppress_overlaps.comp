// The first half of non-maximum suppression: which boxes overlap one that comes
// before them. Boxes are taken in an order given by `order`, and `rows` of them
// from `first` on, a multiple of 32, in one launch.
//
// Bit b of word w * rows + r of `overlaps` says that the box 32 w + b overlaps
// the box first + r by more than the threshold; only words w >= (first + r) / 32
// are written. A group compares 32 boxes with as many others as it is wide.
#version 460
#include "dml.glsl"
#include "boxes.glsl"

DML_PARAMETERS_BEGIN
  FloatBuffer boxes;  // [count, 4]
  IntBuffer order;
  WordBuffer overlaps;
  uint count;
  uint first;
  uint rows;
  uint row_groups;  // groups for a word
  uint groups;
  float threshold;
DML_PARAMETERS_END

shared Box columns[32];

Box load_box(int i) {
  return box_of(
      vec2(float_load(p.boxes, 4 * i), float_load(p.boxes, 4 * i + 1)),
      vec2(float_load(p.boxes, 4 * i + 2), float_load(p.boxes, 4 * i + 3)));
}

void main() {
  if (dml_group() >= p.groups) return;
  const uint local = gl_LocalInvocationID.x;
  const uint word = p.first / 32 + dml_group() / p.row_groups;
  const uint group_row = dml_group() % p.row_groups * gl_WorkGroupSize.x;
  if (word < (p.first + group_row) / 32) return;
  if (local < 32 && 32 * word + local < p.count) {
    columns[local] = load_box(int_load(p.order, 32 * word + local));
  }
  barrier();
  const uint row = group_row + local;
  const uint place = p.first + row;
  if (row >= p.rows || word < place / 32) return;
  const Box box = load_box(int_load(p.order, place));
  uint bits = 0;
  const uint taken = min(32, p.count - 32 * word);
  for (uint b = 0; b < taken; ++b) {
    if (32 * word + b > place && overlap(box, columns[b], p.threshold)) {
      bits |= 1u << b;
    }
  }
  word_store(p.overlaps, word * p.rows + row, bits);
}
