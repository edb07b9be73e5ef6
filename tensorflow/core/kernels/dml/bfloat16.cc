#include "tensorflow/core/kernels/dml/bfloat16.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "tensorflow/core/common_runtime/dml/base_ops.h"
#include "tensorflow/core/kernels/dml/casts.h"
#include "tensorflow/core/kernels/dml/kernel.h"
#include "tensorflow/core/lib/core/errors.h"

namespace tensorflow {
namespace dml {
namespace {

// One run of the kernel for float32, inside of a run of the one for bfloat16.
class WideCall {
 public:
  explicit WideCall(OpKernelContext* outer) : outer_(outer) {}

  // Casts the inputs, and makes the context that `kernel` runs in.
  Status Begin(OpKernel* kernel) {
    KernelContext c(outer_);
    const int count = outer_->num_inputs();
    tensors_.reserve(count);  // `inputs_` points into it
    for (int i = 0; i < count; ++i) {
      const Tensor& input = outer_->input(i);
      tensors_.push_back(input);
      if (input.dtype() != kernel->input_type(i)) {
        TF_RETURN_IF_ERROR(CastToTemporary(&c, input, kernel->input_type(i),
                                           &tensors_.back()));
      }
      inputs_.values.emplace_back(&tensors_.back());
      inputs_.attributes.push_back(outer_->input_alloc_attr(i));
      inputs_.contexts.push_back(outer_->op_device_context());
    }
    for (int i = 0; i < outer_->num_outputs(); ++i) {
      output_attributes_.push_back(outer_->output_alloc_attr(i));
      reservations_.push_back(OpKernelContext::Params::kNoReservation);
    }
    params_.step_id = outer_->step_id();
    params_.op_kernel = kernel;
    params_.device = outer_->device();
    params_.op_device_context = outer_->op_device_context();
    params_.resource_manager = outer_->resource_manager();
    params_.step_container = outer_->step_container();
    params_.cancellation_manager = outer_->cancellation_manager();
    params_.function_library = outer_->function_library();
    params_.runner = outer_->runner();
    params_.frame_iter = outer_->frame_iter();
    params_.output_attr_array = output_attributes_.data();
    params_.forward_from_array = reservations_.data();
    SetInputs(inputs_, &params_);
    inner_ = absl::make_unique<OpKernelContext>(&params_, count_outputs());
    return OkStatus();
  }

  OpKernelContext* context() { return inner_.get(); }

  // Casts the outputs.
  Status End() {
    TF_RETURN_IF_ERROR(inner_->status());
    KernelContext c(outer_);
    for (int i = 0; i < count_outputs(); ++i) {
      const std::unique_ptr<Tensor> made(inner_->release_output(i).tensor);
      if (made == nullptr) continue;
      if (made->dtype() == outer_->expected_output_dtype(i)) {
        outer_->set_output(i, *made);
        continue;
      }
      Tensor* output;
      TF_RETURN_IF_ERROR(c.Output(i, made->shape(), &output));
      TF_RETURN_IF_ERROR(EnqueueCast(&c, *made, *output));
    }
    return OkStatus();
  }

 private:
  int count_outputs() const { return outer_->num_outputs(); }

  OpKernelContext* const outer_;
  std::vector<Tensor> tensors_;
  KernelInputs inputs_;
  std::vector<AllocatorAttributes> output_attributes_;
  std::vector<int> reservations_;
  OpKernelContext::Params params_;
  std::unique_ptr<OpKernelContext> inner_;
};

class WideKernel : public OpKernel {
 public:
  WideKernel(OpKernelConstruction* c, std::unique_ptr<OpKernel> kernel)
      : OpKernel(c),
        tag_(LastingName(type_string())),
        kernel_(std::move(kernel)) {}

  void Compute(OpKernelContext* c) override {
    dml_set_lasting_tag(tag_);
    WideCall call(c);
    Status status = call.Begin(kernel_.get());
    if (status.ok()) {
      kernel_->Compute(call.context());
      dml_set_lasting_tag(tag_);
      status = call.End();
    }
    if (!status.ok()) c->CtxFailureWithWarning(status);
  }
  bool IsExpensive() override { return false; }

 private:
  const char* const tag_;
  const std::unique_ptr<OpKernel> kernel_;
};

// Of kernels that read a value back before they end (read_back.h).
class AsyncWideKernel : public AsyncOpKernel {
 public:
  AsyncWideKernel(OpKernelConstruction* c, std::unique_ptr<OpKernel> kernel)
      : AsyncOpKernel(c),
        tag_(LastingName(type_string())),
        kernel_(std::move(kernel)) {}

  void ComputeAsync(OpKernelContext* c, DoneCallback done) override {
    dml_set_lasting_tag(tag_);
    const auto call = std::make_shared<WideCall>(c);
    const Status begun = call->Begin(kernel_.get());
    if (!begun.ok()) return End(c, begun, done);
    kernel_->AsAsync()->ComputeAsync(call->context(), [this, c, call, done] {
      dml_set_lasting_tag(tag_);
      End(c, call->End(), done);
    });
  }

 private:
  static void End(OpKernelContext* c, const Status& status,
                  const DoneCallback& done) {
    if (!status.ok()) c->CtxFailureWithWarning(status);
    done();
  }

  const char* const tag_;
  const std::unique_ptr<OpKernel> kernel_;
};

class Factory : public kernel_factory::OpKernelFactory {
 public:
  explicit Factory(const std::string& attribute) : attribute_(attribute) {}

  OpKernel* Create(OpKernelConstruction* c) override {
    NodeDef wide = c->def();
    (*wide.mutable_attr())[attribute_].set_type(DT_FLOAT);
    OpKernel* made = nullptr;
    const Status status = CreateDeviceKernel(c, wide, &made);
    std::unique_ptr<OpKernel> kernel(made);
    if (!status.ok()) {
      c->CtxFailure(status);
      return nullptr;
    }
    if (kernel->AsAsync() != nullptr) {
      return new AsyncWideKernel(c, std::move(kernel));
    }
    return new WideKernel(c, std::move(kernel));
  }

 private:
  const std::string attribute_;
};

template <typename List>
bool Has(const List& list, DataType type) {
  return std::find(list.begin(), list.end(), type) != list.end();
}

// Whether `attribute` gives the type of an input, and all that it gives the
// type of are on the device.
bool TypesDeviceArguments(const OpDef& op, const KernelDef& kernel,
                          const std::string& attribute) {
  const auto& host = kernel.host_memory_arg();
  const auto types = [&](const OpDef::ArgDef& argument) {
    return argument.type_attr() == attribute;
  };
  const auto types_host = [&](const OpDef::ArgDef& argument) {
    return types(argument) &&
           std::find(host.begin(), host.end(), argument.name()) != host.end();
  };
  const auto& inputs = op.input_arg();
  const auto& outputs = op.output_arg();
  return std::any_of(inputs.begin(), inputs.end(), types) &&
         std::none_of(inputs.begin(), inputs.end(), types_host) &&
         std::none_of(outputs.begin(), outputs.end(), types_host);
}

bool HoldsState(const OpDef& op) {
  // Recurrent layers are stateful for their dropout alone.
  const bool recurrent = op.name().compare(0, 8, "CudnnRNN") == 0;
  const auto refers = [](const OpDef::ArgDef& argument) {
    return argument.is_ref() || argument.type() == DT_RESOURCE ||
           argument.type() == DT_VARIANT;
  };
  return (op.is_stateful() && !recurrent) ||
         std::any_of(op.input_arg().begin(), op.input_arg().end(), refers);
}

}  // namespace

std::string WidenedAttribute(const OpDef& op, const KernelDef& kernel) {
  if (!ComputesBfloat16() || !kernel.label().empty() || HoldsState(op)) {
    return "";
  }
  for (const auto& constraint : kernel.constraint()) {
    const auto& taken = constraint.allowed_values().list().type();
    if (!Has(taken, DT_FLOAT) || Has(taken, DT_BFLOAT16)) continue;
    for (const auto& attribute : op.attr()) {
      const auto& allowed = attribute.allowed_values().list().type();
      if (attribute.name() == constraint.name() && attribute.type() == "type" &&
          (allowed.empty() || Has(allowed, DT_BFLOAT16)) &&
          TypesDeviceArguments(op, kernel, attribute.name())) {
        return attribute.name();
      }
    }
  }
  return "";
}

std::unique_ptr<kernel_factory::OpKernelFactory> Bfloat16Factory(
    const std::string& attribute) {
  return absl::make_unique<Factory>(attribute);
}

}  // namespace dml
}  // namespace tensorflow
