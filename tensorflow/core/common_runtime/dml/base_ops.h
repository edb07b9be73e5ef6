// Where the ops of one version of TensorFlow differ from those of another; as
// base_compat.h, for the few who need it.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_BASE_OPS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_BASE_OPS_H_

#include <string>

#include "tensorflow/core/common_runtime/dml/base_compat.h"
#include "tensorflow/core/framework/node_def.pb.h"
#include "tensorflow/core/framework/op_kernel.h"

namespace tensorflow {
namespace dml {

// Whether versions of this generation lack an op that kernels are registered
// for.
bool MayLack(const std::string& op);

// An attribute of `node` that says to compute something that the kernels, which
// know the ops of TensorFlow 1.15 and later versions of their names, cannot:
// one that came later, and is not at its default. "" if there is none.
std::string UnknownAttribute(const NodeDef& node);

// Whether CumulativeLogsumexp, where it is exclusive, begins with minus
// infinity, and not with the lowest number.
bool LogOfNothingIsInfinite();

// Whether EuclideanNorm over no axes is numbers' magnitudes, and not its input.
bool NormOverNoAxesIsMagnitude();

// Whether Sign of NaN is NaN, and not 0.
bool SignKeepsNan();

// Whether ops of bfloat16 are for accelerators, which have them on the CPU only
// with 1.15.
bool ComputesBfloat16();

// Whether Keras scatters bools, for which accelerators have no kernel
// with 1.15.
bool ScattersBools();

// Makes the device's own kernel of `node`, inside of the making of another.
Status CreateDeviceKernel(OpKernelConstruction* c, const NodeDef& node,
                          OpKernel** kernel);

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_BASE_OPS_H_
