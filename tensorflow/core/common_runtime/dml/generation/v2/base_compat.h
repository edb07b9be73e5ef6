// base_compat.h on TensorFlow 2.x.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_GENERATION_V2_BASE_COMPAT_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_GENERATION_V2_BASE_COMPAT_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "tensorflow/core/framework/allocator.h"
#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/device_base.h"
#include "tensorflow/core/framework/kernel_shape_util.h"
#include "tensorflow/core/framework/node_properties.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/resource_mgr.h"
#include "tensorflow/core/framework/tensor_util.h"
#include "tensorflow/core/lib/core/errors.h"
#include "tensorflow/core/lib/core/status.h"
#include "tensorflow/core/lib/gtl/inlined_vector.h"
#include "tensorflow/core/platform/thread_annotations.h"

namespace tensorflow {
namespace dml {

inline Status OkStatus() { return Status(); }

inline std::string MessageOf(const Status& status) {
  return std::string(status.message());
}

using absl::IsResourceExhausted;

using DeviceInfo = DeviceBase::AcceleratorDeviceInfo;

inline const DeviceInfo* GetDeviceInfo(const DeviceBase& device) {
  return device.tensorflow_accelerator_device_info();
}

inline void SetDeviceInfo(DeviceBase* device, DeviceInfo* info) {
  device->set_tensorflow_accelerator_device_info(info);
}

constexpr bool kHasDefaultVariableKernels = true;

// Without the resources, kernels of variables abort.
inline Status CreateCpuKernel(OpKernelConstruction* c, DeviceBase* device,
                              const NodeDef& def, OpKernel** kernel) {
  std::shared_ptr<const NodeProperties> properties;
  TF_RETURN_IF_ERROR(NodeProperties::CreateFromNodeDef(
      def, OpRegistry::Global(), &properties));
  return CreateOpKernel(DeviceType(DEVICE_CPU), device, cpu_allocator(),
                        c->function_library(), c->resource_manager(),
                        properties, c->graph_def_version(), kernel);
}

// Not owned; as many of each.
struct KernelInputs {
  gtl::InlinedVector<TensorValue, 4> values;
  gtl::InlinedVector<AllocatorAttributes, 4> attributes;
  gtl::InlinedVector<DeviceContext*, 4> contexts;  // TensorFlow 1.15 wants them
};

inline void SetInputs(const KernelInputs& inputs,
                      OpKernelContext::Params* params) {
  params->inputs = inputs.values;
  params->input_alloc_attrs = inputs.attributes;
}

inline Status ShapeOf(OpKernelContext*, const Tensor& sizes,
                      TensorShape* shape) {
  return tensor::MakeShape(sizes, shape);
}

inline Status WindowedOutputSize(int64_t input, int64_t filter,
                                 int64_t dilation, int64_t stride,
                                 Padding padding, int64_t* output,
                                 int64_t* before, int64_t* after) {
  return GetWindowedOutputSizeVerbose(input, filter, dilation, stride, padding,
                                      output, before, after);
}

template <typename T>
Status CreateInStep(OpKernelContext* c, const std::string& name, T* resource) {
  return c->step_container()->Create(c->resource_manager(), name, resource);
}

template <typename T>
Status LookUpInStep(OpKernelContext* c, const std::string& name, T** resource) {
  return c->step_container()->Lookup(c->resource_manager(), name, resource);
}

template <typename T>
Status LookUpOrCreateInStep(OpKernelContext* c, const std::string& name,
                            T** resource, std::function<Status(T**)> create) {
  return c->step_container()->LookupOrCreate<T>(c->resource_manager(), name,
                                                resource, std::move(create));
}

template <typename T>
ResourceHandle MakeStepHandle(OpKernelContext* c, const std::string& name) {
  return c->step_container()->MakeResourceHandle<T>(name, *c->device());
}

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_GENERATION_V2_BASE_COMPAT_H_
