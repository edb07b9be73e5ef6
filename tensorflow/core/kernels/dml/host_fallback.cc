#include "tensorflow/core/kernels/dml/host_fallback.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "tensorflow/core/common_runtime/dma_helper.h"
#include "tensorflow/core/common_runtime/dml/dml_device_context.h"
#include "tensorflow/core/framework/allocator.h"
#include "tensorflow/core/framework/device_base.h"
#include "tensorflow/core/framework/tensor.pb.h"
#include "tensorflow/core/kernels/dml/kernel.h"
#include "tensorflow/core/lib/core/errors.h"
#include "tensorflow/core/platform/logging.h"
#include "tensorflow/core/platform/mutex.h"

namespace tensorflow {
namespace dml {
namespace {

dml_device* RuntimeDevice(const DeviceBase& device) {
  const auto* const info = device.tensorflow_gpu_device_info();
  if (info == nullptr) return nullptr;
  return static_cast<DmlDeviceContext*>(info->default_context)->device();
}

// The DML device as a CPU kernel may see it: its threads, and host memory.
class HostView : public DeviceBase {
 public:
  explicit HostView(DeviceBase* device)
      : DeviceBase(device->env()), device_(device) {
    set_tensorflow_cpu_worker_threads(
        const_cast<CpuWorkerThreads*>(device->tensorflow_cpu_worker_threads()));
    set_eigen_cpu_device(
        const_cast<Eigen::ThreadPoolDevice*>(device->eigen_cpu_device()));
  }

  Allocator* GetAllocator(AllocatorAttributes) override {
    return cpu_allocator();
  }
  const DeviceAttributes& attributes() const override {
    return device_->attributes();
  }
  const string& name() const override { return device_->name(); }
  Status MakeTensorFromProto(const TensorProto& proto,
                             const AllocatorAttributes,
                             Tensor* tensor) override {
    if (tensor->FromProto(cpu_allocator(), proto)) return Status::OK();
    return errors::InvalidArgument("Cannot parse a tensor from its proto.");
  }

 private:
  DeviceBase* const device_;
};

class HostFallback : public OpKernel {
 public:
  explicit HostFallback(OpKernelConstruction* c)
      : OpKernel(c), view_(static_cast<DeviceBase*>(c->device())) {
    OpKernel* kernel = nullptr;
    OP_REQUIRES_OK(
        c, CreateOpKernel(DeviceType(DEVICE_CPU), &view_, cpu_allocator(),
                          c->function_library(), c->def(),
                          c->graph_def_version(), &kernel));
    kernel_.reset(kernel);
    OP_REQUIRES(c, kernel_->AsAsync() == nullptr,
                errors::Unimplemented(type_string(), " on the host"));
  }

  void Compute(OpKernelContext* c) override {
    OP_REQUIRES_OK(c, ComputeOnHost(c));
  }

 private:
  Status ComputeOnHost(OpKernelContext* c) {
    dml_device* const device = KernelContext(c).device();
    std::vector<Tensor> tensors;
    tensors.reserve(c->num_inputs());  // `inputs` points into it
    gtl::InlinedVector<TensorValue, 4> inputs;
    for (int i = 0; i < c->num_inputs(); ++i) {
      const Tensor& input = c->input(i);
      if (c->input_memory_type(i) == HOST_MEMORY) {
        tensors.push_back(input);
      } else {
        tensors.emplace_back(cpu_allocator(), input.dtype(), input.shape());
        TF_RETURN_IF_ERROR(Fetch(device, input, &tensors.back()));
      }
      inputs.emplace_back(&tensors.back());
    }

    const gtl::InlinedVector<AllocatorAttributes, 4> input_attributes(
        c->num_inputs());
    const gtl::InlinedVector<DeviceContext*, 4> input_contexts(c->num_inputs(),
                                                               nullptr);
    std::vector<AllocatorAttributes> output_attributes(c->num_outputs());
    // The copies of inputs are nobody else's, but host inputs may be.
    std::vector<int> no_forwarding(c->num_outputs(),
                                   OpKernelContext::Params::kNoReservation);
    OpKernelContext::Params params;
    params.step_id = c->step_id();
    params.op_kernel = kernel_.get();
    params.device = &view_;
    params.resource_manager = c->resource_manager();
    params.inputs = &inputs;
    params.input_alloc_attrs = &input_attributes;
    params.input_device_contexts = &input_contexts;
    params.output_attr_array = output_attributes.data();
    params.forward_from_array = no_forwarding.data();
    params.frame_iter = c->frame_iter();
    params.cancellation_manager = c->cancellation_manager();
    params.function_library = c->function_library();
    params.runner = c->runner();
    params.step_container = c->step_container();
    OpKernelContext host(&params, c->num_outputs());
    kernel_->Compute(&host);
    TF_RETURN_IF_ERROR(host.status());

    for (int i = 0; i < c->num_outputs(); ++i) {
      const std::unique_ptr<Tensor> result(host.release_output(i).tensor);
      if (result == nullptr) continue;
      if (c->output_memory_type(i) == HOST_MEMORY) {
        c->set_output(i, *result);
        continue;
      }
      Tensor* output = nullptr;
      TF_RETURN_IF_ERROR(c->allocate_output(i, result->shape(), &output));
      if (result->TotalBytes() == 0) continue;
      DML_RETURN_IF_FAILED(dml_copy_from_host(device, Address(*output),
                                              DMAHelper::base(result.get()),
                                              result->TotalBytes()));
    }
    return Status::OK();
  }

  static Status Fetch(dml_device* device, const Tensor& source, Tensor* host) {
    if (source.TotalBytes() == 0) return Status::OK();
    DML_RETURN_IF_FAILED(dml_copy_to_host(
        device, DMAHelper::base(host), Address(source), source.TotalBytes()));
    return Status::OK();
  }

  HostView view_;
  std::unique_ptr<OpKernel> kernel_;
};

// One line an op and process.
void Tell(const string& op) {
  static mutex mu(LINKER_INITIALIZED);
  static auto* const told = new std::set<string>;
  mutex_lock lock(mu);
  if (!told->insert(op).second) return;
  LOG(WARNING) << "The DML adapter does not compute in float64: " << op
               << " of float64 tensors runs on the CPU, with copies";
}

}  // namespace

bool LacksFloat64(OpKernelConstruction* c) {
  const auto is_double = [](DataType type) { return type == DT_DOUBLE; };
  if (!std::any_of(c->input_types().begin(), c->input_types().end(),
                   is_double) &&
      !std::any_of(c->output_types().begin(), c->output_types().end(),
                   is_double)) {
    return false;
  }
  dml_device* const device =
      RuntimeDevice(*static_cast<DeviceBase*>(c->device()));
  dml_adapter_info info;
  return device != nullptr &&
         dml_adapter_get_info(dml_device_adapter_index(device), &info) ==
             DML_OK &&
         !info.float64;
}

OpKernel* CreateHostFallback(OpKernelConstruction* c) {
  Tell(c->def().op());
  return new HostFallback(c);
}

}  // namespace dml
}  // namespace tensorflow
