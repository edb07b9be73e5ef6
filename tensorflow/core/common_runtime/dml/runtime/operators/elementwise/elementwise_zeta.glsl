// Hurwitz' zeta function and the derivatives of digamma. Formulas: NIST Digital
// Library of Mathematical Functions, 25.11.5 (Euler and Maclaurin's summation) and
// 25.11.12.
#ifndef DML_ELEMENTWISE_ZETA_GLSL_
#define DML_ELEMENTWISE_ZETA_GLSL_

// (2 k)! / B(2 k), k from 1 on.
const T_compute kFactorialsByBernoulli[12] = T_compute[12](
#ifdef T_f64
    12.0lf, -720.0lf, 30240.0lf, -1209600.0lf, 47900160.0lf,
    -1892437580.3183792lf, 74724249600.0lf, -2950130727918.164lf,
    116467828143500.67lf, -4597978722407473.0lf, 1.8152105401943546e17lf,
    -7.166165256175667e18lf
#else
    12.0, -720.0, 30240.0, -1209600.0, 47900160.0, -1.89243758e9, 7.47242496e10,
    -2.95013073e12, 1.16467828e14, -4.59797872e15, 1.81521054e17, -7.16616526e18
#endif
);

// The sum of (q + n)^-x over n >= 0; x > 1, q > 0: ten terms, then the integral of
// the others with its corrections.
T_compute zeta_positive(T_compute x, T_compute q) {
  T_compute sum = dml_pow(q, -x);
  T_compute at = q, term = sum;
  for (int n = 0; n < 9; ++n) {
    at += T_compute(1);
    term = dml_pow(at, -x);
    sum += term;
    if (term <= kSpecialEpsilon * sum) return sum;
  }
  sum += term * at / (x - T_compute(1)) - T_compute(0.5) * term;
  T_compute k = T_compute(0), product = T_compute(1);
  for (int i = 0; i < 12; ++i) {
    product *= x + k;
    term /= at;
    const T_compute correction = product * term / kFactorialsByBernoulli[i];
    sum += correction;
    if (dml_magnitude(correction) <= kSpecialEpsilon * sum) break;
    product *= x + k + T_compute(1);
    term /= at;
    k += T_compute(2);
  }
  return sum;
}

bool is_integer(T_compute x) { return floor(x) == x; }
bool is_odd(T_compute x) { return !is_integer(x * T_compute(0.5)); }

T_compute zeta(T_compute x, T_compute q) {
  if (dml_is_nan(x) || dml_is_nan(q)) return dml_nan();
  if (x == T_compute(1)) return dml_inf();
  if (x < T_compute(1)) return dml_nan();
  if (q > T_compute(0)) return zeta_positive(x, q);
  if (is_integer(q)) return dml_inf();
  if (!is_integer(x)) return dml_nan();
  // The terms below 0 are those of two sums above it: |q + n| runs from -q down to
  // 1 - rest by steps of 1.
  const T_compute rest = q - floor(q);
  const T_compute below = zeta_positive(x, T_compute(1) - rest) -
                          zeta_positive(x, T_compute(1) - q);
  return zeta_positive(x, rest) + (is_odd(x) ? -below : below);
}

// The n-th derivative of digamma.
T_compute polygamma(T_compute n, T_compute x) {
  if (n == T_compute(0)) return dml_digamma(x);
  if (dml_is_nan(n) || !is_integer(n)) return dml_nan();
  const T_compute order = n + T_compute(1);
  const T_compute value = dml_exp(dml_lgamma(order)) * zeta(order, x);
  return is_odd(n) ? value : -value;
}

#endif  // DML_ELEMENTWISE_ZETA_GLSL_
