// Optimizer updates of ref and resource variables, in place.
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/variables.h"

namespace tensorflow {
namespace dml {
namespace {

// What all optimizers' inputs have in common: `slots` variables of one shape,
// the updated one first; a gradient of that shape; and scalars.
class OptimizerBase {
 protected:
  OptimizerBase(OpKernelConstruction* c, int slots, int gradient)
      : slots_(slots), gradient_(gradient) {
    OP_REQUIRES_OK(c, c->GetAttr("use_locking", &use_locking_));
    ReadBool(c, "use_nesterov", &use_nesterov_);
    ReadBool(c, "update_slots", &update_slots_);
    const OpDef* op;
    OP_REQUIRES_OK(c, OpRegistry::Global()->LookUpOpDef(c->def().op(), &op));
    for (const OpDef::ArgDef& argument : op->input_arg()) {
      names_.push_back(argument.name());
    }
  }

  // Locks the variables and checks all inputs; tensors in their order.
  Status GetTensors(KernelContext* c, LockedVariables* variables,
                    gtl::InlinedVector<Tensor, 10>* tensors) const {
    gtl::InlinedVector<int, 4> inputs;
    for (int i = 0; i < slots_; ++i) inputs.push_back(i);
    TF_RETURN_IF_ERROR(variables->Lock(c, inputs, use_locking_));
    tensors->resize(c->num_inputs());
    for (int i = 0; i < c->num_inputs(); ++i) {
      Tensor* tensor = &(*tensors)[i];
      if (i < slots_) {
        TF_RETURN_IF_ERROR(variables->Get(i, tensor));
      } else {
        *tensor = c->Input(i);
      }
      const bool same_shape = i < slots_ || i == gradient_;
      if (same_shape && !tensor->IsSameSize((*tensors)[0])) {
        return errors::InvalidArgument("var and ", names_[i],
                                       " do not have the same shape",
                                       (*tensors)[0].shape().DebugString(), " ",
                                       tensor->shape().DebugString());
      }
      if (!same_shape && !TensorShapeUtils::IsScalar(tensor->shape())) {
        return errors::InvalidArgument(
            names_[i], " is not a scalar: ", tensor->shape().DebugString());
      }
    }
    return Status::OK();
  }

  bool use_nesterov_ = false;
  bool update_slots_ = true;

 private:
  static void ReadBool(OpKernelConstruction* c, const char* name, bool* value) {
    if (c->HasAttr(name)) OP_REQUIRES_OK(c, c->GetAttr(name, value));
  }

  const int slots_;
  const int gradient_;
  bool use_locking_;
  std::vector<string> names_;
};

class Optimizer : OptimizerBase {
 public:
  Optimizer(OpKernelConstruction* c, dml_optimizer optimizer, int slots,
            int gradient)
      : OptimizerBase(c, slots, gradient), optimizer_(optimizer) {}

  Status Compute(KernelContext* c) {
    LockedVariables variables;
    gtl::InlinedVector<Tensor, 10> tensors;
    TF_RETURN_IF_ERROR(GetTensors(c, &variables, &tensors));
    ForwardRef(c, 0, 0);
    if (tensors[0].NumElements() == 0) return Status::OK();
    gtl::InlinedVector<dml_tensor, 10> described;
    for (const Tensor& tensor : tensors) {
      described.push_back(tensor.dims() == 0
                              ? Describe(tensor)
                              : Describe(tensor, {tensor.NumElements()}));
    }
    gtl::InlinedVector<const dml_tensor*, 10> pointers;
    for (const dml_tensor& tensor : described) pointers.push_back(&tensor);
    DML_RETURN_IF_FAILED(dml_apply_optimizer(
        c->device(), optimizer_, pointers.data(),
        static_cast<uint32_t>(pointers.size()), use_nesterov_, update_slots_));
    return Status::OK();
  }

 private:
  const dml_optimizer optimizer_;
};

// Keras keeps the learning rate inside the velocity:
//   velocity = momentum * velocity - lr * gradient
//   var += velocity, or with Nesterov momentum * velocity - lr * gradient
class KerasMomentum : OptimizerBase {
 public:
  explicit KerasMomentum(OpKernelConstruction* c) : OptimizerBase(c, 2, 3) {}

  Status Compute(KernelContext* c) {
    LockedVariables variables;
    gtl::InlinedVector<Tensor, 10> tensors;
    TF_RETURN_IF_ERROR(GetTensors(c, &variables, &tensors));
    const Tensor& var = tensors[0];
    const Tensor& velocity = tensors[1];
    const Tensor& momentum = tensors[4];
    Tensor step, update = velocity;
    TF_RETURN_IF_ERROR(c->Temporary(var.dtype(), var.shape(), &step));
    TF_RETURN_IF_ERROR(
        c->Elementwise(DML_MULTIPLY, {&tensors[3], &tensors[2]}, step));
    TF_RETURN_IF_ERROR(Advance(c, velocity, momentum, step, velocity));
    if (use_nesterov_) {
      TF_RETURN_IF_ERROR(c->Temporary(var.dtype(), var.shape(), &update));
      TF_RETURN_IF_ERROR(Advance(c, velocity, momentum, step, update));
    }
    return c->Elementwise(DML_ADD, {&var, &update}, var);
  }

 private:
  // result = velocity * momentum - step
  static Status Advance(KernelContext* c, const Tensor& velocity,
                        const Tensor& momentum, const Tensor& step,
                        const Tensor& result) {
    TF_RETURN_IF_ERROR(
        c->Elementwise(DML_MULTIPLY, {&velocity, &momentum}, result));
    return c->Elementwise(DML_SUBTRACT, {&result, &step}, result);
  }
};

Row RefRow(const char* name, dml_optimizer optimizer, int slots, int gradient) {
  return Row(name)
      .Types("T", kFloats)
      .Make<Optimizer>(optimizer, slots, gradient);
}
Row ResourceRow(const char* name, dml_optimizer optimizer,
                std::initializer_list<const char*> slots, int gradient) {
  return Row(name)
      .Types("T", kFloats)
      .Host(slots)
      .Make<Optimizer>(optimizer, static_cast<int>(slots.size()), gradient);
}

// Name, optimizer, its variables, and the gradient's place among the inputs,
// which the runtime takes in the same order.
const Kernels kKernels({
    RefRow("ApplyGradientDescent", DML_SGD, 1, 2),
    RefRow("ApplyMomentum", DML_MOMENTUM, 2, 3),
    RefRow("ApplyAdagrad", DML_ADAGRAD, 2, 3),
    RefRow("ApplyAdagradV2", DML_ADAGRAD_V2, 2, 4),
    RefRow("ApplyAdam", DML_ADAM, 3, 9),
    RefRow("ApplyRMSProp", DML_RMSPROP, 3, 7),
    RefRow("ApplyCenteredRMSProp", DML_CENTERED_RMSPROP, 4, 8),
    RefRow("ApplyAdadelta", DML_ADADELTA, 3, 6),
    RefRow("ApplyFtrl", DML_FTRL, 3, 3),
    RefRow("ApplyFtrlV2", DML_FTRL_V2, 3, 3),
    RefRow("ApplyProximalGradientDescent", DML_PROXIMAL_SGD, 1, 4),
    RefRow("ApplyProximalAdagrad", DML_PROXIMAL_ADAGRAD, 2, 5),
    RefRow("ApplyAdaMax", DML_ADAMAX, 3, 8),
    RefRow("ApplyAddSign", DML_ADD_SIGN, 2, 6),
    RefRow("ApplyPowerSign", DML_POWER_SIGN, 2, 6),
    RefRow("ApplyAdagradDA", DML_ADAGRAD_DA, 3, 3),
    ResourceRow("ResourceApplyGradientDescent", DML_SGD, {"var"}, 2),
    ResourceRow("ResourceApplyMomentum", DML_MOMENTUM, {"var", "accum"}, 3),
    ResourceRow("ResourceApplyAdagrad", DML_ADAGRAD, {"var", "accum"}, 3),
    ResourceRow("ResourceApplyAdagradV2", DML_ADAGRAD_V2, {"var", "accum"}, 4),
    ResourceRow("ResourceApplyAdam", DML_ADAM, {"var", "m", "v"}, 9),
    ResourceRow("ResourceApplyRMSProp", DML_RMSPROP, {"var", "ms", "mom"}, 7),
    ResourceRow("ResourceApplyCenteredRMSProp", DML_CENTERED_RMSPROP,
                {"var", "mg", "ms", "mom"}, 8),
    ResourceRow("ResourceApplyAdadelta", DML_ADADELTA,
                {"var", "accum", "accum_update"}, 6),
    ResourceRow("ResourceApplyFtrl", DML_FTRL, {"var", "accum", "linear"}, 3),
    ResourceRow("ResourceApplyFtrlV2", DML_FTRL_V2, {"var", "accum", "linear"},
                3),
    ResourceRow("ResourceApplyProximalGradientDescent", DML_PROXIMAL_SGD,
                {"var"}, 4),
    ResourceRow("ResourceApplyProximalAdagrad", DML_PROXIMAL_ADAGRAD,
                {"var", "accum"}, 5),
    ResourceRow("ResourceApplyAdaMax", DML_ADAMAX, {"var", "m", "v"}, 8),
    ResourceRow("ResourceApplyAddSign", DML_ADD_SIGN, {"var", "m"}, 6),
    ResourceRow("ResourceApplyPowerSign", DML_POWER_SIGN, {"var", "m"}, 6),
    ResourceRow("ResourceApplyAdagradDA", DML_ADAGRAD_DA,
                {"var", "gradient_accumulator", "gradient_squared_accumulator"},
                3),
    Row("ResourceApplyKerasMomentum")
        .Types("T", kFloats)
        .Host({"var", "accum"})
        .Make<KerasMomentum>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
