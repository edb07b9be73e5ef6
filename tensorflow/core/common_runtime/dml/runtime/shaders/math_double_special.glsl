// The error and gamma functions in float64. Part of math_double.glsl.
#ifndef DML_MATH_DOUBLE_SPECIAL_GLSL_
#define DML_MATH_DOUBLE_SPECIAL_GLSL_

// ---- Error function --------------------------------------------------------

// erf(x), |x| <= 0.9.
double dml_erf_near(double x) {
  double z = x * x;
  double q = 6.657778392957156e-11lf;  // (erf(x) / x - 2 / sqrt(pi)) / x^2
  q = q * z - 1.1731299732173197e-09lf;
  q = q * z + 1.4740151482218583e-08lf;
  q = q * z - 1.636068283912295e-07lf;
  q = q * z + 1.6461850169366824e-06lf;
  q = q * z - 1.492564130459908e-05lf;
  q = q * z + 0.00012055332777073977lf;
  q = q * z - 0.0008548327020511896lf;
  q = q * z + 0.005223977625417265lf;
  q = q * z - 0.02686617064513016lf;
  q = q * z + 0.11283791670955123lf;
  q = q * z - 0.37612638903183754lf;
  return x + x * (q * z + 0.1283791670955126lf);
}

// erfc(x), 0.45 <= x <= 27.5: exp(-x^2) / (1 + 2 x) times a function of
// (x - 2) / (x + 2) that is smooth up to infinity.
double dml_erfc_tail(double x) {
  double t = (x - 2.0lf) / (x + 2.0lf);
  double q = -9.791363551488344e-08lf;
  q = q * t + 1.7019562160763245e-07lf;
  q = q * t + 3.540116379550048e-07lf;
  q = q * t - 3.6791700197141127e-07lf;
  q = q * t - 1.0025944576321642e-06lf;
  q = q * t - 5.681073152649818e-07lf;
  q = q * t + 1.5724004918772307e-06lf;
  q = q * t + 5.147960135637573e-06lf;
  q = q * t + 3.696968019508156e-06lf;
  q = q * t - 1.3465892853425297e-05lf;
  q = q * t - 3.6423015932980934e-05lf;
  q = q * t - 1.5159383235261446e-06lf;
  q = q * t + 0.0001510396394825012lf;
  q = q * t + 0.00020636809518530296lf;
  q = q * t - 0.00045434093525597186lf;
  q = q * t - 0.001456814027540438lf;
  q = q * t + 0.0012713389763119936lf;
  q = q * t + 0.008722653880043538lf;
  q = q * t - 0.008034015082931166lf;
  q = q * t - 0.054220000992158526lf;
  q = q * t + 0.16405128003345282lf;
  q = q * t - 0.16603039761528804lf;
  q = q * t - 0.09276382658574607lf;
  q = q * t + 1.2769783815525286lf;
  dvec2 square = dml_two_product(x, x);
  return dml_exp_extended(-square.x, -square.y, 0) * (q / (1.0lf + 2.0lf * x));
}

double dml_erf(double x) {
  if (dml_is_nan(x) || dml_is_zero(x)) return x;
  double ax = dml_magnitude(x);
  if (ax < 0.9lf) return dml_erf_near(x);
  return dml_copysign(ax > 6.0lf ? 1.0lf : 1.0lf - dml_erfc_tail(ax), x);
}

double dml_erfc(double x) {
  if (dml_is_nan(x)) return x;
  double ax = dml_magnitude(x);
  if (ax < 0.46lf) return 1.0lf - dml_erf_near(x);
  double y = ax > 27.3lf ? 0.0lf : dml_erfc_tail(ax);
  return x < 0.0lf ? 2.0lf - y : y;
}

// ---- Gamma function --------------------------------------------------------

// sin(pi * x) and cos(pi * x), x finite.
dvec2 dml_sin_cos_pi(double x) {
  double n = dml_round_even(2.0lf * x);
  precise double rest = x - 0.5lf * n;
  dvec2 angle = dml_two_product(rest, DML_PI);
  dvec2 sc = dml_sin_cos_near(angle.x,
                              angle.y + 2.0lf * rest * DML_HALF_PI_LOW);
  int quarter = int(n - 4.0lf * floor(0.25lf * n));
  double s = (quarter & 1) != 0 ? sc.y : sc.x;
  double c = (quarter & 1) != 0 ? sc.x : sc.y;
  if ((quarter & 2) != 0) s = -s;
  if (((quarter + 1) & 2) != 0) c = -c;
  return dvec2(s, c);
}

// log(gamma(x)), x > 0.
double dml_lgamma_positive(double x) {
  if (x >= 12.0lf) {
    if (x > 2.6e305lf) return dml_inf();
    double log_x = dml_log(x);
    if (x > 1e18lf) return x * (log_x - 1.0lf);
    double w = 1.0lf / x;
    double z = w * w;
    // Stirling's series.
    double series = 0.00641025641025641lf;
    series = series * z - 0.0019175269175269176lf;
    series = series * z + 0.0008417508417508417lf;
    series = series * z - 0.0005952380952380953lf;
    series = series * z + 0.0007936507936507937lf;
    series = series * z - 0.002777777777777778lf;
    series = series * z + 0.08333333333333333lf;
    return (x - 0.5lf) * (log_x - 1.0lf) + (series * w + 0.4189385332046727lf);
  }
  // Into [1, 2] by gamma(x + 1) = x gamma(x), then a polynomial that has the
  // zeros at 1 and 2 as factors.
  double product = 1.0lf;
  double shift = 0.0lf;
  if (x < 1.0lf) {
    if (x < 1e-17lf) return -dml_log(x);
    shift = -dml_log(x);
    x += 1.0lf;
  } else {
    while (x > 2.0lf) {
      x -= 1.0lf;
      product *= x;
    }
    if (product != 1.0lf) shift = dml_log(product);
  }
  double u = x - 1.5lf;
  double q = -7.760660152513446e-06lf;  // lgamma(x) / ((x - 1) (x - 2))
  q = q * u + 1.2140008083973407e-05lf;
  q = q * u - 8.355075869795273e-06lf;
  q = q * u + 1.3186019073996835e-05lf;
  q = q * u - 2.7201673025504752e-05lf;
  q = q * u + 4.30276814976503e-05lf;
  q = q * u - 6.614136022346414e-05lf;
  q = q * u + 0.00010535512483785591lf;
  q = q * u - 0.0001689178215524898lf;
  q = q * u + 0.00027131373861446925lf;
  q = q * u - 0.00043799307479613914lf;
  q = q * u + 0.000711519067515296lf;
  q = q * u - 0.0011644145847310124lf;
  q = q * u + 0.0019229163127905161lf;
  q = q * u - 0.0032120740737152814lf;
  q = q * u + 0.005446457839126065lf;
  q = q * u - 0.009425622448525798lf;
  q = q * u + 0.01679709863127416lf;
  q = q * u - 0.031308487501010646lf;
  q = q * u + 0.06291140107456439lf;
  q = q * u - 0.14595989591430608lf;
  q = q * u + 0.4831289505409809lf;
  return (x - 1.0lf) * (x - 2.0lf) * q + shift;
}

double dml_lgamma(double x) {
  if (dml_is_nan(x)) return x;
  if (dml_is_inf(x)) return dml_inf();
  if (x > 0.0lf) return dml_lgamma_positive(x);
  if (floor(x) == x) return dml_inf();
  double ax = dml_magnitude(x);
  if (ax < 1e-17lf) return -dml_log(ax);
  // gamma(x) gamma(-x) = -pi / (x sin(pi x))
  double s = dml_magnitude(dml_sin_cos_pi(ax).x);
  return dml_log(DML_PI / (ax * s)) - dml_lgamma_positive(ax);
}

double dml_digamma(double x) {
  if (dml_is_nan(x)) return x;
  if (dml_is_inf(x)) return x > 0.0lf ? x : dml_nan();
  double reflected = 0.0lf;
  if (x <= 0.0lf) {
    if (floor(x) == x) return dml_inf();
    // digamma(1 - x) - digamma(x) = pi / tan(pi x)
    dvec2 sc = dml_sin_cos_pi(x);
    reflected = DML_PI * sc.y / sc.x;
    x = 1.0lf - x;
  }
  double sum = 0.0lf;
  while (x < 12.0lf) {
    sum += 1.0lf / x;
    x += 1.0lf;
  }
  double w = x < 1e20lf ? 1.0lf / x : 0.0lf;
  double z = w * w;
  // Its asymptotic series.
  double series = 0.08333333333333333lf;
  series = series * z - 0.021092796092796094lf;
  series = series * z + 0.007575757575757576lf;
  series = series * z - 0.004166666666666667lf;
  series = series * z + 0.003968253968253968lf;
  series = series * z - 0.008333333333333333lf;
  series = series * z + 0.08333333333333333lf;
  return dml_log(x) - 0.5lf * w - series * z - sum - reflected;
}

#endif  // DML_MATH_DOUBLE_SPECIAL_GLSL_
