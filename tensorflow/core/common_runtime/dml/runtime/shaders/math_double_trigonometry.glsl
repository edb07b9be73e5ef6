// Trigonometry in float64. Part of math_double.glsl.
#ifndef DML_MATH_DOUBLE_TRIGONOMETRY_GLSL_
#define DML_MATH_DOUBLE_TRIGONOMETRY_GLSL_

// Three zero words, then 2 / pi in binary.
const uint DML_TWO_OVER_PI[40] = {
    0u, 0u, 0u, 0xa2f9836eu, 0x4e441529u,
    0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u, 0xfe5163abu,
    0xdebbc561u, 0xb7246e3au, 0x424dd2e0u, 0x06492eeau, 0x09d1921cu,
    0xfe1deb1cu, 0xb129a73eu, 0xe88235f5u, 0x2ebb4484u, 0xe99c7026u,
    0xb45f7e41u, 0x3991d639u, 0x835339f4u, 0x9c845f8bu, 0xbdf9283bu,
    0x1ff897ffu, 0xde05980fu, 0xef2f118bu, 0x5a0a6d1fu, 0x6d367ecfu,
    0x27cb09b7u, 0x4f463f66u, 0x9e5fea2du, 0x7527bac7u, 0xebe5f17bu,
    0x3d0739f7u, 0x8a5292eau, 0x6bfb5fb1u, 0x1f8d5d08u, 0x56033046u
};

// 32 bits of DML_TWO_OVER_PI from bit 32 * word + shift on.
uint dml_two_over_pi(int word, int shift) {
  return (DML_TWO_OVER_PI[word] << shift) |
         ((DML_TWO_OVER_PI[word + 1] >> 1) >> (31 - shift));
}

// sin(x + low) and cos(x + low), |x| <= pi / 4 and |low| much below |x|.
dvec2 dml_sin_cos_near(double x, double low) {
  double z = x * x;
  double s = 0.0lf;  // (sin(x) - x) / x^3
  {
    double q = -7.586697111683407e-13lf;
    q = q * z + 1.6058531618883964e-10lf;
    q = q * z - 2.5052106232446933e-08lf;
    q = q * z + 2.7557319219339163e-06lf;
    q = q * z - 0.00019841269841265065lf;
    q = q * z + 0.008333333333333331lf;
    q = q * z - 0.16666666666666666lf;
    s = q;
  }
  double q = 4.745871898694329e-14lf;  // (cos(x) - 1 + x^2 / 2) / x^4
  q = q * z - 1.1470460887553148e-11lf;
  q = q * z + 2.0876755791080066e-09lf;
  q = q * z - 2.7557319221402824e-07lf;
  q = q * z + 2.4801587301584645e-05lf;
  q = q * z - 0.0013888888888888887lf;
  q = q * z + 0.041666666666666664lf;
  double half_z = 0.5lf * z;
  precise double w = 1.0lf - half_z;
  precise double lost = (1.0lf - w) - half_z;
  double sine = x + (x * z * s + low * w);
  double cosine = w + (lost + (z * z * q - x * low));
  return dvec2(dml_is_zero(x) ? x : sine, cosine);
}

// sin(x) and cos(x) for all x, by Payne and Hanek: of the product of x's 64
// leading bits with those 192 bits of 2 / pi that matter modulo 4, the upper
// 128 hold 2 x / pi modulo 4.
dvec2 dml_sin_cos(double x) {
  if (!dml_is_finite(x)) return dvec2(dml_nan(), dml_nan());
  double ax = dml_magnitude(x);
  if (ax <= 0.7853981633974483lf) return dml_sin_cos_near(x, 0.0lf);

  uvec2 words = unpackDouble2x32(ax);
  int shift = int(words.y >> 20) - 992;
  int word = shift >> 5;
  shift &= 31;
  uint64_t m1 = uint64_t(0x80000000u | (words.y << 11) | (words.x >> 21));
  uint64_t m0 = uint64_t(words.x << 11);
  const uint64_t mask = uint64_t(0xffffffffu);
  uint r[5];
  uint64_t carry = uint64_t(0);
  for (int i = 4; i >= 0; --i) {
    // Those parts of the partial products that have the weight of word i.
    uint64_t w0 = uint64_t(dml_two_over_pi(word + i, shift));
    uint64_t w1 = uint64_t(dml_two_over_pi(word + i + 1, shift));
    uint64_t w2 = uint64_t(dml_two_over_pi(word + i + 2, shift));
    carry += (m0 * w0 & mask) + (m0 * w1 >> 32) + (m1 * w1 & mask) +
             (m1 * w2 >> 32);
    r[i] = uint(carry & mask);
    carry >>= 32;
  }

  // A multiple of a quarter turn, and the rest, which may be negative.
  uint quarter = (r[0] + 0x20000000u) >> 30;
  r[0] -= quarter << 30;
  bool negative = (r[0] >> 31) != 0u;
  if (negative) {
    uint add = 1u;
    for (int i = 4; i >= 0; --i) {
      r[i] = ~r[i] + add;
      add = add != 0u && r[i] == 0u ? 1u : 0u;
    }
  }
  int zeros = 0;
  for (int k = 0; k < 3; ++k) {
    if (r[0] != 0u) break;
    for (int i = 0; i < 4; ++i) r[i] = r[i + 1];
    r[4] = 0u;
    zeros += 32;
  }
  int lead = 31 - findMSB(r[0]);
  zeros += lead;
  uint n0 = (r[0] << lead) | ((r[1] >> 1) >> (31 - lead));
  uint n1 = (r[1] << lead) | ((r[2] >> 1) >> (31 - lead));
  uint n2 = (r[2] << lead) | ((r[3] >> 1) >> (31 - lead));
  // 53 bits and 43 more, times pi / 2.
  const double word_unit = 2.3283064365386963e-10lf;  // 2^-32
  double high = double(n0) + double(n1 & 0xfffff800u) * word_unit;
  double low =
      (double(n1 & 0x7ffu) + double(n2) * word_unit) * word_unit;
  dvec2 angle = dml_two_product(high, DML_HALF_PI);
  double angle_low = angle.y + (high * DML_HALF_PI_LOW + low * DML_HALF_PI);
  double unit = dml_power_of_two(-30 - zeros);

  dvec2 sc = dml_sin_cos_near(angle.x * unit, angle_low * unit);
  if (negative) sc.x = -sc.x;
  double s = (quarter & 1u) != 0u ? sc.y : sc.x;
  double c = (quarter & 1u) != 0u ? sc.x : sc.y;
  if ((quarter & 2u) != 0u) s = -s;
  if (((quarter + 1u) & 2u) != 0u) c = -c;
  return dvec2(dml_sign_bit(x) ? -s : s, c);
}

double dml_sin(double x) { return dml_sin_cos(x).x; }
double dml_cos(double x) { return dml_sin_cos(x).y; }
double dml_tan(double x) {
  dvec2 sc = dml_sin_cos(x);
  return sc.x / sc.y;
}

// asin(x) - x for |x| <= 1/2, z = x^2.
double dml_asin_rest(double x, double z) {
  double q = 0.028757851367421566lf;  // (asin(x) / x - 1) / x^2
  q = q * z - 0.014851887071247204lf;
  q = q * z + 0.01740087944269402lf;
  q = q * z + 0.005457506718640358lf;
  q = q * z + 0.01032281435018578lf;
  q = q * z + 0.011479177415184906lf;
  q = q * z + 0.013971212973552933lf;
  q = q * z + 0.017352392720869973lf;
  q = q * z + 0.02237217294214989lf;
  q = q * z + 0.030381944138531247lf;
  q = q * z + 0.04464285714635543lf;
  q = q * z + 0.07499999999998433lf;
  q = q * z + 0.16666666666666669lf;
  return x * z * q;
}

// asin(sqrt(z)), z <= 1/4, as high and low part.
dvec2 dml_asin_of_root(double z) {
  double s = sqrt(z);
  dvec2 square = dml_two_product(s, s);
  precise double lost = (z - square.x) - square.y;
  double s_low = s > 0.0lf ? 0.5lf * lost / s : 0.0lf;
  return dvec2(s, s_low + dml_asin_rest(s, z));
}

double dml_asin(double x) {
  double ax = dml_magnitude(x);
  if (ax <= 0.5lf) return dml_is_zero(x) ? x : x + dml_asin_rest(x, x * x);
  if (!(ax <= 1.0lf)) return dml_nan();
  dvec2 s = dml_asin_of_root(0.5lf * (1.0lf - ax));
  dvec2 sum = dml_two_sum(DML_HALF_PI, -2.0lf * s.x);
  double y = sum.x + (sum.y + (DML_HALF_PI_LOW - 2.0lf * s.y));
  return dml_copysign(y, x);
}

double dml_acos(double x) {
  double ax = dml_magnitude(x);
  if (ax <= 0.5lf) {
    dvec2 sum = dml_two_sum(DML_HALF_PI, -x);
    return sum.x + (sum.y + (DML_HALF_PI_LOW - dml_asin_rest(x, x * x)));
  }
  if (!(ax <= 1.0lf)) return dml_nan();
  dvec2 s = dml_asin_of_root(0.5lf * (1.0lf - ax));
  if (!(x < 0.0lf)) return 2.0lf * (s.x + s.y);
  dvec2 sum = dml_two_sum(DML_PI, -2.0lf * s.x);
  return sum.x + (sum.y + 2.0lf * (DML_HALF_PI_LOW - s.y));
}

// atan(y / x), both >= 0, finite and not both zero, their sum and product
// neither tiny nor huge. Larger angles turn by pi / 4 or pi / 2.
double dml_atan_quotient(double y, double x) {
  dvec2 a = dvec2(y, 0.0lf);
  dvec2 b = dvec2(x, 0.0lf);
  double offset = 0.0lf;
  double offset_low = 0.0lf;
  if (y > 2.414213562373095lf * x) {
    a = dvec2(-x, 0.0lf);
    b = dvec2(y, 0.0lf);
    offset = DML_HALF_PI;
    offset_low = DML_HALF_PI_LOW;
  } else if (y > 0.4142135623730951lf * x) {
    a = dml_two_sum(y, -x);
    b = dml_two_sum(y, x);
    offset = 0.5lf * DML_HALF_PI;
    offset_low = 0.5lf * DML_HALF_PI_LOW;
  }
  double t = a.x / b.x;
  dvec2 product = dml_two_product(t, b.x);
  precise double lost = (a.x - product.x) - product.y;
  double t_low = (lost + (a.y - t * b.y)) / b.x;
  double z = t * t;
  double q = -0.019174543572021332lf;  // (atan(t) / t - 1) / t^2
  q = q * z + 0.03922974453661223lf;
  q = q * z - 0.05085383488842831lf;
  q = q * z + 0.058581362519061465lf;
  q = q * z - 0.06664509989818045lf;
  q = q * z + 0.07692183087342026lf;
  q = q * z - 0.0909090457366906lf;
  q = q * z + 0.11111111015146714lf;
  q = q * z - 0.1428571428466518lf;
  q = q * z + 0.19999999999995513lf;
  q = q * z - 0.3333333333333333lf;
  dvec2 sum = dml_two_sum(offset, t);
  return sum.x + (sum.y + (t * z * q + (t_low + offset_low)));
}

double dml_atan(double x) {
  if (dml_is_nan(x) || dml_is_zero(x)) return x;
  double ax = dml_magnitude(x);
  if (ax > 1e20lf) return dml_copysign(DML_HALF_PI, x);
  if (ax < 1e-10lf) return x;
  return dml_copysign(dml_atan_quotient(ax, 1.0lf), x);
}

double dml_atan2(double y, double x) {
  if (dml_is_nan(x)) return x;
  if (dml_is_nan(y)) return y;
  double ax = dml_magnitude(x);
  double ay = dml_magnitude(y);
  double a = 0.0lf;
  bool backwards = dml_sign_bit(x);
  if (dml_is_inf(ax) || dml_is_inf(ay)) {
    if (dml_is_inf(ay)) a = DML_HALF_PI;
    if (dml_is_inf(ax) && dml_is_inf(ay)) a = 0.5lf * DML_HALF_PI;
  } else if (dml_is_zero(ay)) {
    a = 0.0lf;
  } else if (dml_is_zero(ax)) {
    return dml_copysign(DML_HALF_PI, y);
  } else {
    // Into the range in which products are neither tiny nor huge.
    double large = ax < ay ? ay : ax;
    int shift = 1023 - int(dml_high_word(large) >> 20);
    if (shift > 300 || shift < -300) {
      ax = dml_scale(ax, shift);
      ay = dml_scale(ay, shift);
    }
    double ratio = ay / ax;
    if (ratio < 1e-290lf && !backwards) return dml_copysign(ratio, y);
    if (ratio < 1e-20lf) {
      a = ratio;
    } else if (ratio > 1e20lf) {
      return dml_copysign(DML_HALF_PI, y);
    } else {
      a = dml_atan_quotient(ay, ax);
    }
  }
  if (backwards) {
    dvec2 sum = dml_two_sum(DML_PI, -a);
    a = sum.x + (sum.y + 2.0lf * DML_HALF_PI_LOW);
  }
  return dml_copysign(a, y);
}

#endif  // DML_MATH_DOUBLE_TRIGONOMETRY_GLSL_
