// What a device is made of, where versions of TensorFlow want it differently
// (see base_compat.h):
//
//   BaseDevice: a LocalDevice; Context() is the context of all of its kernels
//   BaseDeviceContext: a DeviceContext
//   BaseAllocator: an Allocator; ResetStats() is its ClearStats()
//   RegisterDeviceFactory: makes devices of a type known; once, at load
//   RegisterDeviceCopy: from one device of the type to another; likewise
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_BASE_DEVICE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_BASE_DEVICE_H_

#include "tensorflow/core/public/version.h"

// Later versions of 2.x define no number.
#if defined(TF_MAJOR_VERSION) && TF_MAJOR_VERSION == 1
#include "tensorflow/core/common_runtime/dml/generation/v1/base_device.h"
#else
#include "tensorflow/core/common_runtime/dml/generation/v2/base_device.h"
#endif

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_BASE_DEVICE_H_
