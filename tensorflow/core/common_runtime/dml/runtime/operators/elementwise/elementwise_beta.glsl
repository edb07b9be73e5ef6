// The regularized incomplete beta function. Formula: NIST Digital Library of
// Mathematical Functions, 8.17.22, a continued fraction, by the method of W. J.
// Lentz as I. J. Thompson and A. R. Barnett changed it ("Coulomb and Bessel functions
// of complex arguments and order", 1986). It converges within some sqrt(max(a, b))
// steps; kSpecialSteps bounds them.
#ifndef DML_ELEMENTWISE_BETA_GLSL_
#define DML_ELEMENTWISE_BETA_GLSL_

// log(gamma(a + b) / gamma(b)), b >= 10.
T_compute log_gamma_ratio(T_compute a, T_compute b) {
  const T_compute sum = a + b;
  return (b - T_compute(0.5)) * dml_log1p(a / b) +
         a * (dml_log(sum) - T_compute(1)) + stirling_rest(sum) -
         stirling_rest(b);
}

// x^a y^b / B(a, b), y = 1 - x, by their logarithms. For larger a or b by
// Stirling's series, so that no large logarithms cancel.
T_compute beta_density(T_compute a, T_compute b, T_compute x, T_compute y,
                       T_compute log_x, T_compute log_y) {
  const T_compute sum = a + b;
  const T_compute least = min(a, b), most = max(a, b);
  if (least < T_compute(10)) {
    const T_compute ratio = most < T_compute(10)
                                ? dml_lgamma(sum) - dml_lgamma(most)
                                : log_gamma_ratio(least, most);
    return dml_exp(a * log_x + b * log_y + ratio - dml_lgamma(least));
  }
  const T_compute distance = x < y ? sum * x - a : b - sum * y;
  const T_compute exponent = a * minus_log1p(distance / a) +
                             b * minus_log1p(-distance / b) + stirling_rest(a) +
                             stirling_rest(b) - stirling_rest(sum);
  return dml_exp(-exponent) * sqrt(a / sum * b / kTwoPi);
}

T_compute beta_fraction(T_compute a, T_compute b, T_compute x) {
  const T_compute one = T_compute(1);
#ifdef T_f64
  const double tiny = 1e-290lf;
#else
  const float tiny = 1e-35;
#endif
  T_compute c = one;
  T_compute d = one - (a + b) * x / (a + one);
  d = one / (dml_magnitude(d) < tiny ? tiny : d);
  T_compute value = d;
  T_compute m = T_compute(0);
  for (int step = 0; step < kSpecialSteps; ++step) {
    m += one;
    const T_compute twice = a + T_compute(2) * m;
    const T_compute even = m * (b - m) * x / ((twice - one) * twice);
    d = one + even * d;
    c = one + even / c;
    d = one / (dml_magnitude(d) < tiny ? tiny : d);
    c = dml_magnitude(c) < tiny ? tiny : c;
    value *= c * d;
    const T_compute odd =
        -(a + m) * (a + b + m) * x / (twice * (twice + one));
    d = one + odd * d;
    c = one + odd / c;
    d = one / (dml_magnitude(d) < tiny ? tiny : d);
    c = dml_magnitude(c) < tiny ? tiny : c;
    const T_compute change = c * d;
    value *= change;
    if (dml_magnitude(change - one) <= T_compute(2) * kSpecialEpsilon) break;
  }
  return value;
}

T_compute betainc(T_compute a, T_compute b, T_compute x) {
  const T_compute zero = T_compute(0), one = T_compute(1);
  if (dml_is_nan(a) || dml_is_nan(b) || dml_is_nan(x)) return dml_nan();
  if (a <= zero || b <= zero || x < zero || x > one) return dml_nan();
  if (x == zero || x == one) return x;
  const T_compute y = one - x;
  const T_compute density =
      beta_density(a, b, x, y, dml_log(x), dml_log1p(-x));
  if (x <= (a + one) / (a + b + T_compute(2))) {
    return density * beta_fraction(a, b, x) / a;
  }
  return one - density * beta_fraction(b, a, y) / b;
}

#endif  // DML_ELEMENTWISE_BETA_GLSL_
