// What Grappler's remapper puts behind a matrix product or a convolution, in
// the ops _FusedMatMul and _FusedConv2D.
#ifndef TENSORFLOW_CORE_KERNELS_DML_FUSED_OPS_H_
#define TENSORFLOW_CORE_KERNELS_DML_FUSED_OPS_H_

#include "tensorflow/core/kernels/dml/kernel.h"

namespace tensorflow {
namespace dml {

// From the attribute `fused_ops`: BiasAdd or FusedBatchNorm, and behind that an
// activation or nothing.
struct FusedOps {
  bool batch_norm = false;  // of inference: scale, offset, mean, variance
  float epsilon = 0;        // of the batch norm
  dml_activation activation = DML_ACTIVATION_NONE;
  // No epilogue has LeakyRelu, which TensorFlow 2.x fuses too: `activation` is
  // none then, and AddLeakyRelu() follows.
  bool leaky_relu = false;
  float leaky_relu_alpha = 0;

  int arguments() const { return batch_norm ? 4 : 1; }
};

// InvalidArgument if the node has not as many arguments as the ops take;
// Unimplemented for ops that the remapper doesn't fuse.
Status ReadFusedOps(OpKernelConstruction* c, FusedOps* ops);

// The LeakyRelu of `ops`, in place; nothing if they have none.
Status AddLeakyRelu(KernelContext* c, const FusedOps& ops,
                    const Tensor& output);

// The activation of that name, which "Identity" is one of.
Status ReadActivation(const string& name, dml_activation* activation);

// Whether `argument` is a vector of `channels` elements. `op`: for the message.
Status CheckFusedArgument(const string& op, const Tensor& argument,
                          int64 channels);

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_KERNELS_DML_FUSED_OPS_H_
