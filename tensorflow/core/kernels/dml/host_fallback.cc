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
#include "tensorflow/core/framework/resource_mgr.h"
#include "tensorflow/core/framework/tensor.pb.h"
#include "tensorflow/core/kernels/dml/kernel.h"
#include "tensorflow/core/kernels/dml/locked_variables.h"
#include "tensorflow/core/lib/core/errors.h"
#include "tensorflow/core/lib/strings/strcat.h"
#include "tensorflow/core/platform/logging.h"
#include "tensorflow/core/platform/mutex.h"

namespace tensorflow {
namespace dml {
namespace {

dml_device* RuntimeDevice(const DeviceBase& device) {
  const auto* const info = GetDeviceInfo(device);
  if (info == nullptr) return nullptr;
  return static_cast<DmlDeviceContext*>(info->default_context)->device();
}

// Of the node's adapter; false where there is none.
bool GetAdapterInfo(OpKernelConstruction* c, dml_adapter_info* info) {
  dml_device* const device =
      RuntimeDevice(*static_cast<DeviceBase*>(c->device()));
  return device != nullptr &&
         dml_adapter_get_info(dml_device_adapter_index(device), info) == DML_OK;
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
    if (tensor->FromProto(cpu_allocator(), proto)) return OkStatus();
    return errors::InvalidArgument("Cannot parse a tensor from its proto.");
  }

 private:
  DeviceBase* const device_;
};

// A tensor of host memory with what `source` holds.
Status ToHost(KernelContext* c, const Tensor& source, Tensor* host) {
  *host = Tensor(cpu_allocator(), source.dtype(), source.shape());
  if (source.TotalBytes() == 0) return OkStatus();
  DML_RETURN_IF_FAILED(dml_copy_to_host(c->device(), DMAHelper::base(host),
                                        Address(source), source.TotalBytes()));
  return OkStatus();
}

Status ToDevice(KernelContext* c, const Tensor& host, const Tensor& target) {
  if (host.TotalBytes() != target.TotalBytes()) {
    return errors::Internal("The CPU kernel resized a variable");
  }
  if (host.TotalBytes() == 0) return OkStatus();
  DML_RETURN_IF_FAILED(dml_copy_from_host(
      c->device(), Address(target), DMAHelper::base(&host), host.TotalBytes()));
  return OkStatus();
}

// The ref and resource variables that a kernel updates, as variables on the
// host.
class HostVariables {
 public:
  Status Fetch(KernelContext* c, LockedVariables* locked) {
    OpKernelContext* const tf = c->tf();
    for (int i = 0; i < tf->num_inputs(); ++i) {
      if (tf->input_is_ref(i) || tf->input_dtype(i) == DT_RESOURCE) {
        inputs_.push_back(i);
      }
    }
    TF_RETURN_IF_ERROR(locked->Lock(c, inputs_, /*use_locking=*/true));
    refs_.resize(inputs_.size());
    for (size_t v = 0; v < inputs_.size(); ++v) {
      Tensor tensor;
      TF_RETURN_IF_ERROR(locked->Get(v, &tensor));
      Tensor host;
      TF_RETURN_IF_ERROR(ToHost(c, tensor, &host));
      if (tf->input_is_ref(inputs_[v])) {
        refs_[v] = std::move(host);
        continue;
      }
      Var* const var = new Var(host.dtype());
      *var->tensor() = std::move(host);
      var->is_initialized = true;
      TF_RETURN_IF_ERROR(resources_.Create(kContainer, Name(inputs_[v]), var));
    }
    return OkStatus();
  }

  // The handle of the variable for the CPU's kernel. Not the one that the
  // device's kernel has, which may hold the device's variable itself.
  Tensor Handle(OpKernelContext* tf, int input) const {
    Tensor handle(DT_RESOURCE, TensorShape());
    handle.scalar<ResourceHandle>()() =
        MakeResourceHandle<Var>(tf, kContainer, Name(input));
    return handle;
  }

  TensorValue Ref(int input) {
    const auto found = std::find(inputs_.begin(), inputs_.end(), input);
    return TensorValue(&mu_, &refs_[found - inputs_.begin()]);
  }

  ResourceMgr* resources() { return &resources_; }

  Status Store(KernelContext* c, LockedVariables* locked) {
    for (size_t v = 0; v < inputs_.size(); ++v) {
      Tensor target;
      TF_RETURN_IF_ERROR(locked->Get(v, &target));
      if (c->tf()->input_is_ref(inputs_[v])) {
        TF_RETURN_IF_ERROR(ToDevice(c, refs_[v], target));
        continue;
      }
      core::RefCountPtr<Var> var;
      Var* found = nullptr;
      TF_RETURN_IF_ERROR(
          resources_.Lookup(kContainer, Name(inputs_[v]), &found));
      var.reset(found);
      TF_RETURN_IF_ERROR(ToDevice(c, *var->tensor(), target));
    }
    return OkStatus();
  }

 private:
  static constexpr const char* kContainer = "host_fallback";

  static string Name(int input) { return strings::StrCat(input); }

  gtl::InlinedVector<int, 4> inputs_;
  std::vector<Tensor> refs_;  // on the host, in the order of inputs_
  mutex mu_;
  ResourceMgr resources_;
};

class HostFallback : public OpKernel {
 public:
  explicit HostFallback(OpKernelConstruction* c)
      : OpKernel(c), view_(static_cast<DeviceBase*>(c->device())) {
    OpKernel* kernel = nullptr;
    OP_REQUIRES_OK(c, CreateCpuKernel(c, &view_, c->def(), &kernel));
    kernel_.reset(kernel);
    OP_REQUIRES(c, kernel_->AsAsync() == nullptr,
                errors::Unimplemented(type_string(), " on the host"));
  }

  void Compute(OpKernelContext* c) override {
    dml_set_tag(type_string().c_str());
    OP_REQUIRES_OK(c, ComputeOnHost(c));
  }

 private:
  Status ComputeOnHost(OpKernelContext* c) {
    KernelContext context(c);
    LockedVariables locked;
    HostVariables variables;
    TF_RETURN_IF_ERROR(variables.Fetch(&context, &locked));
    std::vector<Tensor> tensors;
    tensors.reserve(c->num_inputs());  // `inputs` points into it
    KernelInputs inputs;
    inputs.attributes.resize(c->num_inputs());
    inputs.contexts.resize(c->num_inputs());
    for (int i = 0; i < c->num_inputs(); ++i) {
      if (c->input_is_ref(i)) {
        inputs.values.push_back(variables.Ref(i));
        continue;
      }
      const Tensor& input = c->input(i);
      tensors.push_back(input.dtype() == DT_RESOURCE ? variables.Handle(c, i)
                                                     : input);
      if (c->input_memory_type(i) != HOST_MEMORY) {
        TF_RETURN_IF_ERROR(ToHost(&context, input, &tensors.back()));
      }
      inputs.values.emplace_back(&tensors.back());
    }

    std::vector<AllocatorAttributes> output_attributes(c->num_outputs());
    // The copies of inputs are nobody else's, but host inputs may be.
    std::vector<int> no_forwarding(c->num_outputs(),
                                   OpKernelContext::Params::kNoReservation);
    OpKernelContext::Params params;
    params.step_id = c->step_id();
    params.op_kernel = kernel_.get();
    params.device = &view_;
    params.resource_manager = variables.resources();
    SetInputs(inputs, &params);
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

    TF_RETURN_IF_ERROR(variables.Store(&context, &locked));
    for (int i = 0; i < c->num_outputs(); ++i) {
      if (IsRefType(c->expected_output_dtype(i))) {
        ForwardRef(&context, 0, i);
        continue;
      }
      const std::unique_ptr<Tensor> result(host.release_output(i).tensor);
      if (result == nullptr) continue;
      if (c->output_memory_type(i) == HOST_MEMORY) {
        c->set_output(i, *result);
        continue;
      }
      Tensor* output = nullptr;
      TF_RETURN_IF_ERROR(context.Output(i, result->shape(), &output));
      TF_RETURN_IF_ERROR(ToDevice(&context, *result, *output));
    }
    return OkStatus();
  }

  HostView view_;
  std::unique_ptr<OpKernel> kernel_;
};

}  // namespace

void TellOfHost(const string& op, const string& cause) {
  static mutex mu(LINKER_INITIALIZED);
  static auto* const told = new std::set<string>;
  mutex_lock lock(mu);
  if (!told->insert(op).second) return;
  LOG(WARNING) << cause << ": " << op << " runs on the CPU, with copies";
}

bool OnSoftwareAdapter(OpKernelConstruction* c) {
  dml_adapter_info info;
  return GetAdapterInfo(c, &info) && info.type == DML_ADAPTER_SOFTWARE;
}

bool LacksFloat64(OpKernelConstruction* c) {
  const auto is_double = [](DataType type) {
    return BaseType(type) == DT_DOUBLE || BaseType(type) == DT_COMPLEX128;
  };
  if (!std::any_of(c->input_types().begin(), c->input_types().end(),
                   is_double) &&
      !std::any_of(c->output_types().begin(), c->output_types().end(),
                   is_double)) {
    return false;
  }
  dml_adapter_info info;
  return GetAdapterInfo(c, &info) && !info.float64;
}

OpKernel* CreateHostFallback(OpKernelConstruction* c) {
  return new HostFallback(c);
}

}  // namespace dml
}  // namespace tensorflow
