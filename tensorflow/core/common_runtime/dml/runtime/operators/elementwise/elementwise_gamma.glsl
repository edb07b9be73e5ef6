// The incomplete gamma functions, P(a, x) = gamma(a, x) / gamma(a) and Q = 1 - P,
// and derivatives by a. Formulas: NIST Digital Library of Mathematical Functions,
// the series 8.7.1 where x <= 1 or x <= a, else the continued fraction 8.9.2, each
// with its derivative by a, term by term; Stirling's series 5.11.1.
//
// Both converge within some sqrt(a) steps near x = a. kSpecialSteps bounds them,
// as on the CPU, which is enough up to a of about 50,000 (float32: 100,000).
#ifndef DML_ELEMENTWISE_GAMMA_GLSL_
#define DML_ELEMENTWISE_GAMMA_GLSL_

const int kSpecialSteps = 2000;
#ifdef T_f64
const double kSpecialEpsilon = 1.1102230246251565e-16lf;
const double kTwoPi = 6.283185307179586lf;
#else
const float kSpecialEpsilon = 5.9604645e-8;
const float kTwoPi = 6.28318531;
#endif

// log(gamma(x)) - (x - 1/2) log(x) + x - log(2 pi) / 2, x >= 10.
T_compute stirling_rest(T_compute x) {
  const T_compute w = T_compute(1) / x;
  const T_compute z = w * w;
#ifdef T_f64
  double q = 0.00641025641025641lf;
  q = q * z - 0.0019175269175269176lf;
  q = q * z + 0.0008417508417508417lf;
  q = q * z - 0.0005952380952380953lf;
  q = q * z + 0.0007936507936507937lf;
  q = q * z - 0.002777777777777778lf;
  q = q * z + 0.08333333333333333lf;
#else
  float q = 7.93650794e-4;
  q = q * z - 2.77777778e-3;
  q = q * z + 8.33333333e-2;
#endif
  return q * w;
}

// x - log(1 + x), x > -1.
T_compute minus_log1p(T_compute x) { return x - dml_log1p(x); }

// x^a exp(-x) / gamma(a + 1), a > 0, x > 0. For larger a by Stirling's series, so
// that no large logarithms cancel.
T_compute gamma_density(T_compute a, T_compute x) {
  if (a < T_compute(10)) {
    return dml_exp(a * dml_log(x) - x - dml_lgamma(a + T_compute(1)));
  }
  const T_compute exponent = a * minus_log1p((x - a) / a) + stirling_rest(a);
  return dml_exp(-exponent) / sqrt(kTwoPi * a);
}

// P(a, x) = gamma_density(a, x) * series.x; its derivative by a is series.y.
T_compute2 gamma_series(T_compute a, T_compute x) {
  T_compute term = T_compute(1), term_by_a = T_compute(0);
  T_compute sum = term, sum_by_a = term_by_a;
  T_compute n = a;
  for (int step = 0; step < kSpecialSteps; ++step) {
    n += T_compute(1);
    const T_compute factor = x / n;
    term_by_a = factor * (term_by_a - term / n);
    term *= factor;
    sum += term;
    sum_by_a += term_by_a;
    if (term <= kSpecialEpsilon * sum &&
        dml_magnitude(term_by_a) <= kSpecialEpsilon * dml_magnitude(sum_by_a)) {
      break;
    }
  }
  return T_compute2(sum, sum_by_a);
}

// Q(a, x) = a gamma_density(a, x) * fraction.x; its derivative by a is fraction.y.
// By the recurrence of numerators and denominators, scaled so that the last
// denominator is 1.
T_compute2 gamma_fraction(T_compute a, T_compute x) {
  const T_compute one = T_compute(1), zero = T_compute(0);
  T_compute b = x + one - a;
  T_compute p_before = zero, p_last = one / b;
  T_compute q_before = one / b;  // q_last is 1
  T_compute p_before_by_a = zero, p_last_by_a = zero;
  T_compute q_before_by_a = zero, q_last_by_a = -one / b;
  T_compute value = p_last, by_a = p_last_by_a - p_last * q_last_by_a;
  T_compute n = zero;
  for (int step = 0; step < kSpecialSteps; ++step) {
    n += one;
    b += T_compute(2);
    const T_compute c = n * (a - n);
    const T_compute q = b + c * q_before;
    const T_compute q_by_a =
        b * q_last_by_a - one + c * q_before_by_a + n * q_before;
    const T_compute p_ = b * p_last + c * p_before;
    const T_compute p_by_a =
        b * p_last_by_a - p_last + c * p_before_by_a + n * p_before;
    const T_compute scale = one / q;
    p_before = p_last * scale;
    q_before = scale;
    p_before_by_a = p_last_by_a * scale;
    q_before_by_a = q_last_by_a * scale;
    p_last = p_ * scale;
    p_last_by_a = p_by_a * scale;
    q_last_by_a = q_by_a * scale;
    const T_compute next_by_a = p_last_by_a - p_last * q_last_by_a;
    const T_compute change = dml_magnitude(p_last - value);
    const T_compute change_by_a = dml_magnitude(next_by_a - by_a);
    value = p_last;
    by_a = next_by_a;
    if (change <= kSpecialEpsilon * value &&
        change_by_a <= T_compute(4) * kSpecialEpsilon * dml_magnitude(by_a)) {
      break;
    }
  }
  return T_compute2(value, by_a);
}

bool takes_series(T_compute a, T_compute x) { return x <= T_compute(1) || x <= a; }

// Where P and Q are not those of 0 < a, x < infinity: P, or NaN; else -1.
T_compute gamma_edge(T_compute a, T_compute x) {
  if (dml_is_nan(a) || dml_is_nan(x)) return dml_nan();
  if (x < T_compute(0) || a <= T_compute(0)) return dml_nan();
  if (x == T_compute(0)) return T_compute(0);
  if (dml_is_inf(a)) return dml_is_inf(x) ? dml_nan() : T_compute(0);
  return dml_is_inf(x) ? T_compute(1) : T_compute(-1);
}

T_compute igamma(T_compute a, T_compute x) {
  if (x == T_compute(0)) return T_compute(0);
  const T_compute edge = gamma_edge(a, x);
  if (edge != T_compute(-1)) return edge;
  const T_compute density = gamma_density(a, x);
  if (takes_series(a, x)) return density * gamma_series(a, x).x;
  return T_compute(1) - a * density * gamma_fraction(a, x).x;
}

T_compute igammac(T_compute a, T_compute x) {
  const T_compute edge = gamma_edge(a, x);
  if (edge != T_compute(-1)) return T_compute(1) - edge;
  const T_compute density = gamma_density(a, x);
  if (takes_series(a, x)) return T_compute(1) - density * gamma_series(a, x).x;
  return a * density * gamma_fraction(a, x).x;
}

// The derivative of P by a is gamma_density(a, x) times this.
T_compute relative_derivative(T_compute a, T_compute x) {
  const T_compute log_x = dml_log(x);
  if (takes_series(a, x)) {
    const T_compute2 series = gamma_series(a, x);
    return series.x * (log_x - dml_digamma(a + T_compute(1))) + series.y;
  }
  const T_compute2 fraction = gamma_fraction(a, x);
  return -a * (fraction.x * (log_x - dml_digamma(a)) + fraction.y);
}

// The derivative of P(a, x) by a.
T_compute igamma_by_a(T_compute a, T_compute x) {
  if (x == T_compute(0)) return T_compute(0);
  const T_compute edge = gamma_edge(a, x);
  if (edge != T_compute(-1)) return dml_is_nan(edge) ? edge : T_compute(0);
  return gamma_density(a, x) * relative_derivative(a, x);
}

// The derivative by a of a sample x that a gamma distribution of shape a gave:
// that of P by a, divided by the density x^(a - 1) exp(-x) / gamma(a), negated. M.
// Figurnov, S. Mohamed, A. Mnih, "Implicit reparameterization gradients", 2018.
T_compute gamma_sample_by_a(T_compute a, T_compute x) {
  if (x == T_compute(0)) return T_compute(0);
  const T_compute edge = gamma_edge(a, x);
  if (edge != T_compute(-1)) return dml_nan();
  return -relative_derivative(a, x) * (x / a);
}

#endif  // DML_ELEMENTWISE_GAMMA_GLSL_
