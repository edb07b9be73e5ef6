// What the TensorFlow that this is compiled for names differently from others,
// by one name and with one meaning. generation/ has a folder for TensorFlow
// 1.15 (v1) and one for 2.x (v2), each with the same files; nothing outside of
// it asks for a version. The names are those of TensorFlow 2.x where it has
// one.
//
//   OkStatus(), MessageOf(status), IsResourceExhausted(status)
//   TF_GUARDED_BY, TF_EXCLUSIVE_LOCKS_REQUIRED: for fields and functions
//   DeviceInfo, GetDeviceInfo, SetDeviceInfo: by which TensorFlow knows a
//     device with memory of its own: `default_context`, and `gpu_id`, the
//     number in the device's name
//   CreateCpuKernel: the CPU's kernel of a node, which may get a resource
//     manager's resources when it is made
//   SetInputs: the inputs of a kernel that is called by hand
//   ShapeOf(context, tensor, &shape): the shape that a tensor of sizes says,
//     -1 refused
//   WindowedOutputSize: of a convolution or pooling along one dimension
//   CreateInStep, LookUpInStep, LookUpOrCreateInStep, MakeStepHandle: resources
//     that live until the step ends
//   kHasDefaultVariableKernels: whether TensorFlow has kernels of resource
//     variables for any device. They compute on the CPU, so that types without
//     a kernel of the device's own would crash
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_BASE_COMPAT_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_BASE_COMPAT_H_

#include "tensorflow/core/public/version.h"

// Later versions of 2.x define no number.
#if defined(TF_MAJOR_VERSION) && TF_MAJOR_VERSION == 1
#include "tensorflow/core/common_runtime/dml/generation/v1/base_compat.h"
#else
#include "tensorflow/core/common_runtime/dml/generation/v2/base_compat.h"
#endif

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_BASE_COMPAT_H_
