// Layer norms, which TensorFlow has no op of, become one op and their gradients
// another.
//
// Keras, tf.contrib.layers and people write them as means, differences, a
// reciprocal root and products, in several orders, which Grappler changes
// further; gradients are a dozen ops more. So what nodes compute is compared,
// not how (row_algebra.h). From each
//
//   m = Mean(x), r = Rsqrt(Mean(SquaredDifference(x, m)) + epsilon),
//
// along one dimension, this follows all that is computed of x, m, r and vectors
// of numbers, such as variables. A result that is the polynomial
//
//   (x - m) * r * c + b          is _DmlLayerNorm's output;
//   dx, of that d is made        with m and r _DmlLayerNormGrad's, if d is what
//                                a product takes with c, or r * c
//
// where these are as c_api/operators/normalization.h has them. Nodes whose
// results nothing else takes go; others stay, and take m and r from the op.
//
// Of float32, on one device. Sums are of other orders than those of single ops,
// so results differ by float32's roundings. `remapping: OFF` in the session's
// rewrite_options turns this off, as other fusions.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_LAYER_NORM_FUSION_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_LAYER_NORM_FUSION_H_

namespace tensorflow {
namespace dml {

// Inputs x, scale, offset; outputs y, mean and inverse deviation, [..., 1].
// Attributes epsilon, and axis: the dimension that is normalized, -1 for the
// last.
constexpr char kLayerNorm[] = "_DmlLayerNorm";
// Inputs dy, x, scale, mean, inverse deviation; outputs dx, dscale, doffset.
constexpr char kLayerNormGrad[] = "_DmlLayerNormGrad";

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_LAYER_NORM_FUSION_H_
