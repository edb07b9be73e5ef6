// base_compat.h on TensorFlow 1.15.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_GENERATION_V1_BASE_COMPAT_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_GENERATION_V1_BASE_COMPAT_H_

#include <functional>
#include <string>

#include "tensorflow/core/framework/allocator.h"
#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/device_base.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/resource_mgr.h"
#include "tensorflow/core/lib/core/errors.h"
#include "tensorflow/core/lib/core/status.h"
#include "tensorflow/core/lib/gtl/inlined_vector.h"
#include "tensorflow/core/platform/thread_annotations.h"

#define TF_GUARDED_BY(mutex) GUARDED_BY(mutex)
#define TF_EXCLUSIVE_LOCKS_REQUIRED(...) EXCLUSIVE_LOCKS_REQUIRED(__VA_ARGS__)

namespace tensorflow {
namespace dml {

inline Status OkStatus() { return Status::OK(); }

inline std::string MessageOf(const Status& status) {
  return status.error_message();
}

inline bool IsResourceExhausted(const Status& status) {
  return errors::IsResourceExhausted(status);
}

using DeviceInfo = DeviceBase::GpuDeviceInfo;

inline const DeviceInfo* GetDeviceInfo(const DeviceBase& device) {
  return device.tensorflow_gpu_device_info();
}

inline void SetDeviceInfo(DeviceBase* device, DeviceInfo* info) {
  device->set_tensorflow_gpu_device_info(info);
}

constexpr bool kHasDefaultVariableKernels = false;

inline Status CreateCpuKernel(OpKernelConstruction* c, DeviceBase* device,
                              const NodeDef& def, OpKernel** kernel) {
  return CreateOpKernel(DeviceType(DEVICE_CPU), device, cpu_allocator(),
                        c->function_library(), def, c->graph_def_version(),
                        kernel);
}

// Not owned; as many of each.
struct KernelInputs {
  gtl::InlinedVector<TensorValue, 4> values;
  gtl::InlinedVector<AllocatorAttributes, 4> attributes;
  gtl::InlinedVector<DeviceContext*, 4> contexts;
};

inline void SetInputs(const KernelInputs& inputs,
                      OpKernelContext::Params* params) {
  params->inputs = &inputs.values;
  params->input_alloc_attrs = &inputs.attributes;
  params->input_device_contexts = &inputs.contexts;
}

inline Status ShapeOf(OpKernelContext* c, const Tensor& sizes,
                      TensorShape* shape) {
  return c->op_kernel().MakeShape(sizes, shape);
}

inline Status WindowedOutputSize(int64 input, int64 filter, int64 dilation,
                                 int64 stride, Padding padding, int64* output,
                                 int64* before, int64* after) {
  return GetWindowedOutputSizeVerboseV2(input, filter, dilation, stride,
                                        padding, output, before, after);
}

template <typename T>
Status CreateInStep(OpKernelContext* c, const string& name, T* resource) {
  return c->resource_manager()->Create(c->step_container()->name(), name,
                                       resource);
}

template <typename T>
Status LookUpInStep(OpKernelContext* c, const string& name, T** resource) {
  return c->resource_manager()->Lookup(c->step_container()->name(), name,
                                       resource);
}

template <typename T>
Status LookUpOrCreateInStep(OpKernelContext* c, const string& name,
                            T** resource, std::function<Status(T**)> create) {
  return c->resource_manager()->LookupOrCreate<T>(
      c->step_container()->name(), name, resource, std::move(create));
}

template <typename T>
ResourceHandle MakeStepHandle(OpKernelContext* c, const string& name) {
  return MakePerStepResourceHandle<T>(c, name);
}

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_GENERATION_V1_BASE_COMPAT_H_
