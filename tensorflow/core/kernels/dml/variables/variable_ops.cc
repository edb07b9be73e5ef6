// Ref and resource variables. Ops that only move handles run the stock CPU
// kernels; those that write elements have kernels here.
#include "tensorflow/core/kernels/dml/locked_variables.h"
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

// Whatever a graph may use the variable for next, as TensorFlow's own Assign
// promises.
AllocatorAttributes VariableAttributes() {
  AllocatorAttributes attributes;
  attributes.set_gpu_compatible(true);
  attributes.set_nic_compatible(true);
  return attributes;
}

// ref = value.
class Assign {
 public:
  explicit Assign(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("validate_shape", &validate_shape_));
    OP_REQUIRES(c, IsRefType(c->input_type(0)),
                errors::InvalidArgument("Assign needs a reference to write to, "
                                        "not a value"));
  }

  Status Compute(KernelContext* c) {
    OpKernelContext* const tf = c->tf();
    tf->forward_ref_input_to_ref_output(0, 0);
    const Tensor& value = c->Input(1);
    // Held even without use_locking: it orders enqueuing, and costs no wait for
    // the device.
    mutex_lock lock(*tf->input_ref_mutex(0));
    Tensor variable = tf->mutable_input(0, /*lock_held=*/true);
    if (validate_shape_ && !variable.shape().IsSameSize(value.shape())) {
      return errors::InvalidArgument(
          "Assign requires shapes of both tensors to match. lhs shape= ",
          variable.shape().DebugString(),
          " rhs shape= ", value.shape().DebugString());
    }
    if (variable.IsInitialized() &&
        variable.NumElements() == value.NumElements()) {
      // Keeps the buffer, so that references to it see the value.
      Tensor target;
      if (!target.CopyFrom(variable, value.shape())) {
        return errors::Internal("Assign can't reshape a variable");
      }
      tf->replace_ref_input(0, target, /*lock_held=*/true);
      return c->CopyTensor(value, target);
    }
    const std::unique_ptr<Tensor> adopted = tf->forward_input(
        1, OpKernelContext::Params::kNoReservation, value.dtype(),
        value.shape(), DEVICE_MEMORY, VariableAttributes());
    if (adopted != nullptr) {
      tf->replace_ref_input(0, *adopted, /*lock_held=*/true);
      return OkStatus();
    }
    Tensor fresh;
    TF_RETURN_IF_ERROR(c->Temporary(value.dtype(), value.shape(), &fresh));
    tf->replace_ref_input(0, fresh, /*lock_held=*/true);
    return c->CopyTensor(value, fresh);
  }

 private:
  bool validate_shape_ = true;
};

// ref = op(ref, value), or the same of a resource.
class Update {
 public:
  Update(OpKernelConstruction* c, dml_elementwise_op op) : op_(op) {
    // Resource variables are always locked.
    if (!c->GetAttr("use_locking", &use_locking_).ok()) use_locking_ = true;
  }

  Status Compute(KernelContext* c) {
    const Tensor& value = c->Input(1);
    LockedVariables variables;
    TF_RETURN_IF_ERROR(variables.Lock(c, {0}, use_locking_));
    ForwardRef(c, 0, 0);
    Tensor variable;
    TF_RETURN_IF_ERROR(variables.Get(0, &variable));
    if (!variable.shape().IsSameSize(value.shape())) {
      return errors::InvalidArgument(
          "Cannot update variable with shape ", variable.shape().DebugString(),
          " using a Tensor with shape ", value.shape().DebugString(),
          ", shapes must be equal.");
    }
    return c->Elementwise(op_, {&variable, &value}, variable);
  }

 private:
  const dml_elementwise_op op_;
  bool use_locking_;
};

// resource = value. The variable takes the value's buffer: whoever updates it
// copies first if somebody else still reads it.
class AssignVariable {
 public:
  explicit AssignVariable(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("dtype", &dtype_));
    if (c->HasAttr("validate_shape")) {  // of TensorFlow 2.x
      OP_REQUIRES_OK(c, c->GetAttr("validate_shape", &validate_shape_));
    }
  }

  Status Compute(KernelContext* c) {
    const Tensor& value = c->Input(1);
    if (value.dtype() != dtype_) {
      return errors::InvalidArgument(
          "Variable and value dtypes don't match; respectively, ",
          DataTypeString(dtype_), " and ", DataTypeString(value.dtype()));
    }
    core::RefCountPtr<Var> variable;
    TF_RETURN_IF_ERROR(LookupOrCreateResource<Var>(
        c->tf(), HandleFromInput(c->tf(), 0), &variable, [this](Var** var) {
          *var = new Var(dtype_);
          return OkStatus();
        }));
    mutex_lock lock(*variable->mu());
    if (variable->tensor()->dtype() != dtype_) {
      return errors::InvalidArgument(
          "Trying to assign variable with wrong dtype. Expected ",
          DataTypeString(variable->tensor()->dtype()), " got ",
          DataTypeString(dtype_));
    }
    if (validate_shape_ && variable->is_initialized &&
        !variable->tensor()->shape().IsSameSize(value.shape())) {
      return errors::InvalidArgument(
          "Trying to assign to variable with tensor with wrong shape. "
          "Expected ",
          variable->tensor()->shape().DebugString(), " got ",
          value.shape().DebugString());
    }
    if (variable->copy_on_read_mode.load()) {
      Tensor copy;
      TF_RETURN_IF_ERROR(c->Temporary(dtype_, value.shape(), &copy));
      TF_RETURN_IF_ERROR(c->CopyTensor(value, copy));
      *variable->tensor() = copy;
    } else {
      *variable->tensor() = value;
    }
    variable->is_initialized = true;
    return OkStatus();
  }

 private:
  DataType dtype_;
  bool validate_shape_ = false;
};

// Ref variables come in CUDA's types, not in more: a reference can't be copied
// between the device and the host, where some ops want those of other types. So
// the placer keeps these, and what updates them, on the CPU.
const TypeList kRefTypes = {DT_FLOAT, DT_HALF, DT_DOUBLE, DT_INT64};
const TypeList kAssignedRefTypes = {DT_FLOAT,     DT_HALF, DT_DOUBLE,
                                    DT_INT64,     DT_BOOL, DT_COMPLEX64,
                                    DT_COMPLEX128};

// Of resource variables, too: eager ops go where a variable is, whether they
// have a kernel for its type or not. int32 stays on the CPU. What is added for
// TensorFlow 2.x keeps kernels that it has for any device from the device's
// addresses.
TypeList VariableTypes() {
  TypeList types = kAssignedRefTypes;
  if (kHasDefaultVariableKernels) {
    types.insert(types.end(), {DT_INT8, DT_INT16, DT_UINT8, DT_UINT16,
                               DT_UINT32, DT_UINT64});
  }
  return types;
}

TypeList ResourceTypes() {
  TypeList types = VariableTypes();
  types.push_back(DT_VARIANT);
  return types;
}

const TypeList kUpdated = {DT_FLOAT, DT_HALF,      DT_DOUBLE,
                           DT_INT64, DT_COMPLEX64, DT_COMPLEX128};

// What resource variables are assigned and updated in.
TypeList AssignedTypes() {
  TypeList types = VariableTypes();
  if (kHasDefaultVariableKernels) {
    types.push_back(DT_BFLOAT16);
    types.push_back(DT_INT32);
  }
  return types;
}

TypeList UpdatedTypes() {
  return kHasDefaultVariableKernels
             ? TypeList{DT_FLOAT,     DT_HALF,   DT_DOUBLE, DT_INT8,
                        DT_INT16,     DT_INT32,  DT_INT64,  DT_UINT8,
                        DT_UINT16,    DT_UINT32, DT_UINT64, DT_COMPLEX64,
                        DT_COMPLEX128}
             : kUpdated;
}

const Kernels kRows({
    Row("Variable").Types("dtype", kRefTypes).HostTwin({"ref"}),
    Row("VariableV2").Types("dtype", kRefTypes).HostTwin({"ref"}),
    Row("TemporaryVariable").Types("dtype", kRefTypes).HostTwin({"ref"}),
    Row("DestroyTemporaryVariable")
        .Types("T", kRefTypes)
        .HostTwin({"ref", "value"}),
    Row("IsVariableInitialized").Types("dtype", kRefTypes).HostTwin({"ref"}),
    Row("Assign").Types("T", kAssignedRefTypes).Make<Assign>(),
    Row("AssignAdd").Types("T", kRefTypes).Make<Update>(DML_ADD),
    Row("AssignSub").Types("T", kRefTypes).Make<Update>(DML_SUBTRACT),

    Row("VarHandleOp").Types("dtype", ResourceTypes()).HostTwin(),
    Row("_VarHandlesOp").Types("dtypes", ResourceTypes()).HostTwin(),
    Row("ReadVariableOp").HostTwin({"value"}),
    Row("_ReadVariablesOp").HostTwin({"values"}),
    Row("AssignVariableOp")
        .Types("dtype", AssignedTypes())
        .Host({"resource"})
        .Make<AssignVariable>(),
    Row("AssignVariableOp").Types("dtype", {DT_VARIANT}).HostTwin({"value"}),
    Row("AssignAddVariableOp")
        .Types("dtype", UpdatedTypes())
        .Host({"resource"})
        .Make<Update>(DML_ADD),
    Row("AssignSubVariableOp")
        .Types("dtype", UpdatedTypes())
        .Host({"resource"})
        .Make<Update>(DML_SUBTRACT),
    Row("VarIsInitializedOp").HostTwin(),
    Row("VariableShape").Types("out_type", kIndices).HostTwin(),
    Row("DestroyResourceOp").HostTwin(),
});

// The device does not compute in bfloat16.
std::vector<Row> RowsOfBfloat16() {
  std::vector<Row> rows;
  if (!kHasDefaultVariableKernels) return rows;
  for (const char* op : {"AssignAddVariableOp", "AssignSubVariableOp"}) {
    rows.push_back(Row(op)
                       .Types("dtype", {DT_BFLOAT16})
                       .Host({"resource"})
                       .UpdatesOnHost());
  }
  return rows;
}

const Kernels kBfloat16(RowsOfBfloat16());

}  // namespace
}  // namespace dml
}  // namespace tensorflow
