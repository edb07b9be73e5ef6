// Determinants of LU factors, one group a matrix: the product of U's diagonal, as
// the product of its signs and the sum of the logarithms of its magnitudes. What
// is not finite has the sign 0, as in TensorFlow.
#version 460
#include "dml.glsl"
#include "all_reduce.glsl"
#include "field.glsl"
#include "math_t.glsl"
#include "matrix_block.glsl"

layout(constant_id = 1) const bool LOGARITHM = false;

DML_PARAMETERS_BEGIN
  TBuffer a;            // [batch, n, pitch]
  IntBuffer pivots;     // [batch, kBlock + 1]: see lu_panel.comp
  TBuffer determinant;  // [batch]; if LOGARITHM the sign
  TBuffer log_abs;      // [batch], if LOGARITHM
  uint batch;
  uint n;
  uint pitch;
  int strides[2];  // of determinant and log_abs
  int offsets[2];
DML_PARAMETERS_END

struct Partial {
  T_compute unit;  // a sign, or a complex number of magnitude 1
  FIELD_part log_abs;
};

Partial combine(Partial a, Partial b) {
  Partial both;
  both.unit = field_multiply(a.unit, b.unit);
  both.log_abs = a.log_abs + b.log_abs;
  return both;
}

DML_ALL_REDUCE(combined, tree, Partial, combine)

void main() {
  const uint me = gl_LocalInvocationID.x;
  const uint size = gl_WorkGroupSize.x;
  const uint matrix = dml_group();
  if (matrix >= p.batch) return;
  Partial partial;
  partial.unit = field_of(FIELD_part(1));
  partial.log_abs = FIELD_part(0);
  for (uint i = me; i < p.n; i += size) {
    const T_compute value =
        T_load(p.a, (matrix * p.n + i) * p.pitch + i);
    const FIELD_part magnitude = field_abs(value);
    partial.unit = field_multiply(partial.unit, value / magnitude);
    partial.log_abs += FIELD_part(dml_log(magnitude));
  }
  partial = combined(partial, size, 1);
  if (me != 0) return;
  T_compute unit = partial.unit;
  FIELD_part log_abs = partial.log_abs;
  if (int_load(p.pivots, matrix * (kBlock + 1) + kBlock) != 0) unit = -unit;
  if (dml_is_nan(log_abs) || dml_is_inf(log_abs)) {
    unit = T_compute(0);
    log_abs = log_abs > FIELD_part(0) ? dml_inf() : -dml_inf();
  }
  const int at = p.offsets[0] + int(matrix) * p.strides[0];
  if (LOGARITHM) {
    T_store(p.determinant, at, unit);
    T_store(p.log_abs, p.offsets[1] + int(matrix) * p.strides[1],
            field_of(log_abs));
  } else {
    T_store(p.determinant, at, unit * FIELD_part(dml_exp(log_abs)));
  }
}
