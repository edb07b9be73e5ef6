// dml_apply() of special functions, which have programs of their own: they are
// large, and rare. See elementwise_ops.glsl.
#include "math_t.glsl"
#ifdef T_f64
#define T_compute2 dvec2
#define T_LARGEST 1.7976931348623157e308lf
#else
#define T_compute2 vec2
#define T_LARGEST 3.40282347e38
#endif

#if defined(DML_UNARY)
#include "elementwise_bessel.glsl"

T_compute dml_apply(DML_OPERATION T_compute x) {
  return OP == DML_BESSEL_I1E ? bessel_i1e(x) : bessel_i0e(x);
}

#else
#include "elementwise_gamma.glsl"

#if defined(DML_BINARY)
#include "elementwise_zeta.glsl"

T_compute dml_apply(DML_OPERATION T_compute x, T_compute y) {
  switch (OP) {
    case DML_IGAMMA: return igamma(x, y);
    case DML_IGAMMAC: return igammac(x, y);
    case DML_IGAMMA_GRADIENT_A: return igamma_by_a(x, y);
    case DML_GAMMA_SAMPLE_GRADIENT: return gamma_sample_by_a(x, y);
    case DML_POLYGAMMA: return polygamma(x, y);
  }
  return zeta(x, y);
}

#else
#include "elementwise_beta.glsl"
#include "elementwise_quantize.glsl"

T_compute dml_apply(DML_OPERATION T_compute x, T_compute y, T_compute z) {
  if (OP == DML_QUANTIZE_DEQUANTIZE) {
    return quantize_dequantize(x, y, z, uint(DML_PARAMETER));
  }
  return betainc(x, y, z);
}
#endif
#endif
