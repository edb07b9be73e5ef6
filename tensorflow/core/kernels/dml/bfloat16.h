// Kernels for bfloat16, made of those for float32: the device has no program
// that computes in bfloat16, so that arguments are cast, the op computes and
// sums in float32, and results are rounded once.
#ifndef TENSORFLOW_CORE_KERNELS_DML_BFLOAT16_H_
#define TENSORFLOW_CORE_KERNELS_DML_BFLOAT16_H_

#include <memory>
#include <string>

#include "tensorflow/core/framework/kernel_def.pb.h"
#include "tensorflow/core/framework/op_def.pb.h"
#include "tensorflow/core/framework/op_kernel.h"

namespace tensorflow {
namespace dml {

// The type attribute of `op` by which `kernel`, registered for float32 and not
// for bfloat16, can serve bfloat16 too. "" if there is none: not for kernels of
// variables and lists, or whose arguments of that type are in host memory, nor
// for random numbers, whose bits depend on the type.
std::string WidenedAttribute(const OpDef& op, const KernelDef& kernel);

// Makes the kernel of a node with `attribute` bfloat16 from the device's own
// with float32.
std::unique_ptr<kernel_factory::OpKernelFactory> Bfloat16Factory(
    const std::string& attribute);

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_KERNELS_DML_BFLOAT16_H_
