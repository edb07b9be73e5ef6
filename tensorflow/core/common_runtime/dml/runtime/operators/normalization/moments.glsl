// Mean and sum of squared deviations of sets of numbers, merged by the formula
// of Chan, Golub and LeVeque, which does not cancel however large the mean is.
#ifndef DML_MOMENTS_GLSL_
#define DML_MOMENTS_GLSL_

struct Moments {
  float count;
  float mean;
  float squares;  // of the deviations from the mean
};

Moments merge(Moments a, Moments b) {
  const float count = a.count + b.count;
  if (count == 0) return a;
  const float delta = b.mean - a.mean;
  const float share = b.count / count;
  return Moments(count, a.mean + delta * share,
                 a.squares + b.squares + delta * delta * a.count * share);
}

// Of four sets with as many numbers each.
struct VectorMoments {
  float count;
  vec4 mean;
  vec4 squares;
};

VectorMoments merge_vectors(VectorMoments a, VectorMoments b) {
  const float count = a.count + b.count;
  if (count == 0) return a;
  const float share = b.count / count;
  const vec4 delta = b.mean - a.mean;
  return VectorMoments(
      count, a.mean + delta * share,
      a.squares + (b.squares + delta * delta * (a.count * share)));
}

#endif  // DML_MOMENTS_GLSL_
