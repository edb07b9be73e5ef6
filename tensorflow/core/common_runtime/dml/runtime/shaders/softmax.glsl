// What the softmax programs share: sums and maxima over the lanes of a row.
#ifndef DML_SOFTMAX_GLSL_
#define DML_SOFTMAX_GLSL_

#define kLowest uintBitsToFloat(0xff800000u)
#define kNotANumber uintBitsToFloat(0x7fc00000u)

float plus(float a, float b) { return a + b; }
// A NaN is passed over here; it makes the sum NaN, and so the whole row.
float maximum(float a, float b) { return b > a ? b : a; }

DML_ALL_REDUCE(sum_of_lanes, sum_tree, float, plus)
DML_ALL_REDUCE(max_of_lanes, max_tree, float, maximum)

#endif  // DML_SOFTMAX_GLSL_
