// Batch norms of training take what stands around them.
//
// Grappler's remapper fuses batch norms of inference only: no CUDA kernel did
// more, but for one of float16. Ours normalizes, adds and activates in the
// launch that it needs anyway, and its gradient goes back through the
// activation in the same way. So a pass over placed graphs makes one node
//
//   of FusedBatchNorm, V2 or V3, with an Add or AddV2 behind it, a Relu or
//   Relu6, or both: _FusedBatchNormEx, TensorFlow's op; of ReluGrad or
//   Relu6Grad and the FusedBatchNormGrad that it feeds:
//   _DmlFusedBatchNormGradEx, which is ours (kernels/dml/normalization).
//
// What lies between must have no other reader, so neither a fetch nor a summary
// sees a difference. Values stay the same to the bit; `remapping: OFF` in the
// session's rewrite_options, the switch of Grappler's fusions, turns this off
// too.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_BATCH_NORM_FUSION_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_BATCH_NORM_FUSION_H_

namespace tensorflow {
namespace dml {

// The gradient's op: inputs y_backprop, y (behind the activation), x, scale,
// reserve_space_1 and 2, attributes as FusedBatchNormGradV2's and
// activation_mode.
constexpr char kBatchNormGradEx[] = "_DmlFusedBatchNormGradEx";

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_BATCH_NORM_FUSION_H_
