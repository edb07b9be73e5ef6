// What clips gradients by their global norm becomes one op.
//
// tf.clip_by_global_norm is an L2Loss and a product for each gradient, and
// about ten scalar ops between. From each
//
//   norm = Sqrt(2 * Sum(Pack(L2Loss(x[0]), L2Loss(x[1]), ...)))
//
// a pass over placed graphs looks for what makes the scale of it,
//
//   Select(IsFinite(norm), clip * Minimum(1 / norm, 1 / clip), NaN)
//
// as TensorFlow 1.15 writes it, or the product + (norm - norm), as later
// versions do, also where Grappler has computed what is constant; and for the
// products of each x with it. Others that take the scale, or an x that is not
// multiplied, keep it as it is; what takes the norm, such as a summary, takes
// the op's.
//
// Of float32, on one device. Squares are added in another order than single ops
// do, as c_api/operators/optimizers.h says, so norms differ by roundings of
// float32; where the norm is less than `clip`, results are equal to the bit.
// `remapping: OFF` in the session's rewrite_options turns this off, as other
// fusions.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_GRADIENT_CLIPPING_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_GRADIENT_CLIPPING_H_

namespace tensorflow {
namespace dml {

// Inputs x, N of them, and clip_norm; outputs y, N of them, and norm.
constexpr char kClipByGlobalNorm[] = "_DmlClipByGlobalNorm";

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_GRADIENT_CLIPPING_H_
