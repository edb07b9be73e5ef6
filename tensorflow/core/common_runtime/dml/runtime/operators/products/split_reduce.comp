#version 450
// Ends a product whose depth was split: adds up the parts in order and applies
// what the product's own end would have:
//   c = activation(alpha * sum + beta * c + bias)
// `partial` is [outer, part, inner]; c has outer * inner elements, seen as
// `rank` sizes, row-major, with strides.
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "tile_config.glsl"
#include "epilogue.glsl"

DML_PARAMETERS_BEGIN
  PartialBuffer partial;
  TBuffer c;
  TBuffer bias;
  uint outer, inner, parts;
  uint rank;
  uint sizes[DML_MAX_RANK];
  int c_strides[DML_MAX_RANK];
  int bias_strides[DML_MAX_RANK];
  int c_offset, bias_offset;
  uint has_bias, activation;
  uvec2 alpha, beta;  // as T_compute, one of 32 bits in x
DML_PARAMETERS_END

DML_SHARED const uint ELEMENTS = 4;  // of an invocation

// Held, as inner and parts are: some drivers read a parameter block in memory
// anew at each use.
DML_HELD(PartialBuffer, partial_data);
DML_HELD(TBuffer, c_data);

void main() {
  uint count = p.outer * p.inner;
  T_compute alpha = SCALAR(p.alpha);
  T_compute beta = SCALAR(p.beta);
  DML_HOLD(partial_data, p.partial);
  DML_HOLD(c_data, p.c);
  uint inner = p.inner, parts = p.parts;
  uint first =
      dml_group() * gl_WorkGroupSize.x * ELEMENTS + gl_LocalInvocationID.x;
  for (uint e = 0; e < ELEMENTS; ++e) {
    uint i = first + e * gl_WorkGroupSize.x;
    if (i >= count) return;
    uint from = i / inner * parts * inner + i % inner;
    T_compute v = T_compute(0);
    for (uint part = 0; part < parts; ++part) {
      v += partial_load(partial_data, from + part * inner);
    }
    int c_at = p.c_offset;
    int bias_at = p.bias_offset;
    uint rest = i;
    for (int d = int(p.rank) - 1; d >= 0; --d) {
      int at = int(rest % p.sizes[d]);
      rest /= p.sizes[d];
      c_at += at * p.c_strides[d];
      bias_at += at * p.bias_strides[d];
    }
    v *= alpha;
    if (beta != T_compute(0)) v += beta * T_load(c_data, c_at);
    if (p.has_bias != 0) v += T_load(p.bias, bias_at);
    T_store(c_data, c_at, epilogue_activate(v, p.activation));
  }
}
