// The modified Bessel functions of the first kind, orders 0 and 1, times
// exp(-|x|): I0e(x), I1e(x). Polynomials that interpolate them at Chebyshev's
// nodes, in x / 4 - 1 up to 8 and in 16 / x - 1 above, of sqrt(x) I(x) there; and
// of I1(x) / x below, which is even. Their relative errors are below 2^-26, of
// float64 2^-55.
#ifndef DML_ELEMENTWISE_BESSEL_GLSL_
#define DML_ELEMENTWISE_BESSEL_GLSL_

T_compute bessel_i0_near(T_compute t) {
#ifdef T_f64
  T_compute q = 4.394426308340083e-09lf;
  q = q * t - 1.631130691668671e-08lf;
  q = q * t + 2.679771004975793e-08lf;
  q = q * t - 8.594601526025913e-08lf;
  q = q * t + 3.659216730162776e-07lf;
  q = q * t - 1.1419495259048662e-06lf;
  q = q * t + 3.232396382443255e-06lf;
  q = q * t - 9.183910794736519e-06lf;
  q = q * t + 2.5198651465609148e-05lf;
  q = q * t - 6.55678677969644e-05lf;
  q = q * t + 0.0001624084559061418lf;
  q = q * t - 0.0003828654139905961lf;
  q = q * t + 0.0008563135177565376lf;
  q = q * t - 0.0018119029764120445lf;
  q = q * t + 0.0036171271654272855lf;
  q = q * t - 0.006792394821044967lf;
  q = q * t + 0.011960077703464203lf;
  q = q * t - 0.019682655784004566lf;
  q = q * t + 0.03017791206221918lf;
  q = q * t - 0.04298594929673067lf;
  q = q * t + 0.05677703201501785lf;
  q = q * t - 0.06954119563154397lf;
  q = q * t + 0.07927522590752974lf;
  q = q * t - 0.08496338091542556lf;
  q = q * t + 0.08734341617550884lf;
  q = q * t - 0.08904344136077733lf;
  q = q * t + 0.09451562853995125lf;
  q = q * t - 0.11300432688620536lf;
  q = q * t + 0.2070019212239867lf;
#else
  T_compute q = -0.000817972526f;
  q = q * t + 0.00197830866f;
  q = q * t - 0.000899162435f;
  q = q * t + 0.00124037953f;
  q = q * t - 0.00776633248f;
  q = q * t + 0.014507778f;
  q = q * t - 0.0190906636f;
  q = q * t + 0.0286252853f;
  q = q * t - 0.0431948788f;
  q = q * t + 0.0573258884f;
  q = q * t - 0.0695000663f;
  q = q * t + 0.0791670606f;
  q = q * t - 0.0849674195f;
  q = q * t + 0.0873540416f;
  q = q * t - 0.0890432894f;
  q = q * t + 0.0945152268f;
  q = q * t - 0.113004327f;
  q = q * t + 0.207001925f;
#endif
  return q;
}

T_compute bessel_i0_far(T_compute t) {
#ifdef T_f64
  T_compute q = -2.4421972688131832e-11lf;
  q = q * t + 9.114760157514253e-11lf;
  q = q * t + 1.7698085539456536e-10lf;
  q = q * t - 6.494591114401118e-10lf;
  q = q * t - 6.327909921997027e-10lf;
  q = q * t + 2.163681278413876e-09lf;
  q = q * t + 1.6084886155781772e-09lf;
  q = q * t - 4.5305710768621196e-09lf;
  q = q * t - 3.5862834111582305e-09lf;
  q = q * t + 6.522264862032271e-09lf;
  q = q * t + 7.600254486433509e-09lf;
  q = q * t - 5.0175940345046716e-09lf;
  q = q * t - 1.3427511481900905e-08lf;
  q = q * t - 6.856484545962442e-09lf;
  q = q * t + 7.559364098665437e-09lf;
  q = q * t + 2.156780676115673e-08lf;
  q = q * t + 3.932512321137824e-08lf;
  q = q * t + 8.872014585661555e-08lf;
  q = q * t + 2.9735992084667734e-07lf;
  q = q * t + 1.4838476780922646e-06lf;
  q = q * t + 1.114303378845176e-05lf;
  q = q * t + 0.00013621607438951463lf;
  q = q * t + 0.0033605519836678913lf;
  q = q * t + 0.4021765094450081lf;
#else
  T_compute q = 3.54761994e-07f;
  q = q * t + 1.63903985e-06f;
  q = q * t + 1.11221561e-05f;
  q = q * t + 0.000136156159f;
  q = q * t + 0.00336055318f;
  q = q * t + 0.402176499f;
#endif
  return q;
}

T_compute bessel_i1_near(T_compute t) {
#ifdef T_f64
  T_compute q = 3.6696752013169966e-10lf;
  q = q * t - 1.4165980180332847e-09lf;
  q = q * t + 2.644330576999187e-09lf;
  q = q * t - 8.986801013193351e-09lf;
  q = q * t + 3.7901404602356164e-08lf;
  q = q * t - 1.2424046295570417e-07lf;
  q = q * t + 3.7617292810159424e-07lf;
  q = q * t - 1.1327198008251626e-06lf;
  q = q * t + 3.29361514435675e-06lf;
  q = q * t - 9.136529630106953e-06lf;
  q = q * t + 2.4233987591498262e-05lf;
  q = q * t - 6.142361409267038e-05lf;
  q = q * t + 0.00014842110758080817lf;
  q = q * t - 0.0003411760229204836lf;
  q = q * t + 0.0007445123998749739lf;
  q = q * t - 0.001538874564273584lf;
  q = q * t + 0.0030057624040464932lf;
  q = q * t - 0.005534567846988655lf;
  q = q * t + 0.009583962153764291lf;
  q = q * t - 0.015571309244077562lf;
  q = q * t + 0.023686016957350876lf;
  q = q * t - 0.03367135552107505lf;
  q = q * t + 0.044674572621282986lf;
  q = q * t - 0.05528003922699226lf;
  q = q * t + 0.06376740371340611lf;
  q = q * t - 0.0684826062058269lf;
  q = q * t + 0.06805759990951162lf;
  q = q * t - 0.061124338029666284lf;
  q = q * t + 0.044687709875608835lf;
#else
  T_compute q = -0.000119315817f;
  q = q * t + 0.000307029637f;
  q = q * t - 0.000221153765f;
  q = q * t + 0.000412977824f;
  q = q * t - 0.00166623655f;
  q = q * t + 0.00335892988f;
  q = q * t - 0.00545739848f;
  q = q * t + 0.00936950278f;
  q = q * t - 0.0155984899f;
  q = q * t + 0.0237616599f;
  q = q * t - 0.0336660109f;
  q = q * t + 0.0446596853f;
  q = q * t - 0.0552805625f;
  q = q * t + 0.0637688637f;
  q = q * t - 0.0684825853f;
  q = q * t + 0.0680575445f;
  q = q * t - 0.0611243397f;
  q = q * t + 0.0446877107f;
#endif
  return q;
}

T_compute bessel_i1_far(T_compute t) {
#ifdef T_f64
  T_compute q = 2.2421768596847442e-11lf;
  q = q * t - 9.491890392992048e-11lf;
  q = q * t - 1.6283264322621244e-10lf;
  q = q * t + 6.7727478454462e-10lf;
  q = q * t + 5.870664618471487e-10lf;
  q = q * t - 2.2624401109204446e-09lf;
  q = q * t - 1.5218214060680734e-09lf;
  q = q * t + 4.763780078020254e-09lf;
  q = q * t + 3.501765193290176e-09lf;
  q = q * t - 6.9444186339873875e-09lf;
  q = q * t - 7.687251308765992e-09lf;
  q = q * t + 5.5720183980930355e-09lf;
  q = q * t + 1.4051746928735543e-08lf;
  q = q * t + 6.84757829926934e-09lf;
  q = q * t - 8.432168972932417e-09lf;
  q = q * t - 2.3394122958362557e-08lf;
  q = q * t - 4.3128498031006734e-08lf;
  q = q * t - 1.0001075046243961e-07lf;
  q = q * t - 3.4838563464253135e-07lf;
  q = q * t - 1.8349102493990178e-06lf;
  q = q * t - 1.5038547198221758e-05lf;
  q = q * t - 0.00021923576383137776lf;
  q = q * t - 0.009749577193235765lf;
  q = q * t + 0.38939845902587233lf;
#else
  T_compute q = -4.12091367e-07f;
  q = q * t - 2.00963723e-06f;
  q = q * t - 1.50152755e-05f;
  q = q * t - 0.000219168272f;
  q = q * t - 0.00974957831f;
  q = q * t + 0.389398456f;
#endif
  return q;
}

T_compute bessel_i0e(T_compute x) {
  const T_compute ax = dml_magnitude(x);
  if (dml_is_nan(x)) return x;
  if (dml_is_inf(x)) return T_compute(0);
  if (ax == T_compute(0)) return T_compute(1);
  if (ax <= T_compute(8)) return bessel_i0_near(ax / T_compute(4) - T_compute(1));
  return bessel_i0_far(T_compute(16) / ax - T_compute(1)) / sqrt(ax);
}

T_compute bessel_i1e(T_compute x) {
  const T_compute ax = dml_magnitude(x);
  if (dml_is_nan(x)) return x;
  if (dml_is_inf(x)) return dml_copysign(T_compute(0), x);
  if (ax <= T_compute(8)) {
    return x * bessel_i1_near(ax / T_compute(4) - T_compute(1));
  }
  return dml_copysign(
      bessel_i1_far(T_compute(16) / ax - T_compute(1)) / sqrt(ax), x);
}

#endif  // DML_ELEMENTWISE_BESSEL_GLSL_
