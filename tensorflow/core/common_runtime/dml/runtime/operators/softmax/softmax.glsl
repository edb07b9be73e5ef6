// What the softmax programs share: sums and maxima over the lanes of a row.
// Include after math_t.glsl.
#ifndef DML_SOFTMAX_GLSL_
#define DML_SOFTMAX_GLSL_

T_compute plus(T_compute a, T_compute b) { return a + b; }
// A NaN is passed over here; it makes the sum NaN, and so the whole row.
T_compute maximum(T_compute a, T_compute b) { return b > a ? b : a; }

DML_ALL_REDUCE(sum_of_lanes, sum_tree, T_compute, plus)
DML_ALL_REDUCE(max_of_lanes, max_tree, T_compute, maximum)

#endif  // DML_SOFTMAX_GLSL_
