// Optimizer updates of ref and resource variables, in place.
#include <algorithm>

#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/kernels/dml/locked_variables.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/lib/strings/strcat.h"

namespace tensorflow {
namespace dml {
namespace {

// Inputs: variables of one shape, the updated one first; a gradient, behind it
// in sparse ops the rows that its rows belong to; and scalars. Of repeated rows
// each is a step of its own, in order, as on the CPU; rows out of range are
// skipped.
class Optimizer {
 public:
  Optimizer(OpKernelConstruction* c, dml_optimizer optimizer, int slots,
            int gradient, bool sparse)
      : optimizer_(optimizer),
        slots_(slots),
        gradient_(gradient),
        indices_(sparse ? gradient + 1 : -1) {
    OP_REQUIRES_OK(c, c->GetAttr("use_locking", &use_locking_));
    ReadBool(c, "use_nesterov", &use_nesterov_);
    ReadBool(c, "update_slots", &update_slots_);
    const OpDef* op;
    OP_REQUIRES_OK(c, OpRegistry::Global()->LookUpOpDef(c->def().op(), &op));
    for (const OpDef::ArgDef& argument : op->input_arg()) {
      names_.push_back(argument.name());
    }
  }

  Status Compute(KernelContext* c) {
    LockedVariables variables;
    Tensors tensors;
    TF_RETURN_IF_ERROR(GetTensors(c, &variables, &tensors));
    ForwardRef(c, 0, 0);
    const Tensor& var = tensors[0];
    if (var.NumElements() == 0) return OkStatus();
    const int64 rows = sparse() ? var.dim_size(0) : 1;
    gtl::InlinedVector<dml_tensor, 11> described;
    for (int i = 0; i < c->num_inputs(); ++i) {
      if (i == indices_) continue;
      const Tensor& tensor = tensors[i];
      if (sparse() && (i < slots_ || i == gradient_)) {
        const int64 count = i == gradient_ ? tensor.dim_size(0) : rows;
        described.push_back(
            Describe(tensor, {count, var.NumElements() / rows}));
      } else if (tensor.dims() == 0) {
        described.push_back(Describe(tensor));
      } else {
        described.push_back(Describe(tensor, {tensor.NumElements()}));
      }
    }
    gtl::InlinedVector<const dml_tensor*, 11> pointers;
    for (const dml_tensor& tensor : described) pointers.push_back(&tensor);
    const uint32_t count = static_cast<uint32_t>(pointers.size());
    if (sparse()) {
      const dml_tensor indices = Describe(tensors[indices_]);
      DML_RETURN_IF_FAILED(dml_apply_optimizer_to_rows(
          c->device(), optimizer_, pointers.data(), count, &indices,
          use_nesterov_, update_slots_));
    } else {
      DML_RETURN_IF_FAILED(dml_apply_optimizer(c->device(), optimizer_,
                                               pointers.data(), count,
                                               use_nesterov_, update_slots_));
    }
    return OkStatus();
  }

 private:
  using Tensors = gtl::InlinedVector<Tensor, 12>;

  static void ReadBool(OpKernelConstruction* c, const char* name, bool* value) {
    if (c->HasAttr(name)) OP_REQUIRES_OK(c, c->GetAttr(name, value));
  }

  bool sparse() const { return indices_ != -1; }

  // Locks the variables and checks all inputs; tensors in their order.
  Status GetTensors(KernelContext* c, LockedVariables* variables,
                    Tensors* tensors) const {
    gtl::InlinedVector<int, 4> inputs;
    for (int i = 0; i < slots_; ++i) inputs.push_back(i);
    TF_RETURN_IF_ERROR(variables->Lock(c, inputs, use_locking_));
    for (int i = 0; i < c->num_inputs(); ++i) {
      Tensor tensor;
      if (i >= slots_) {
        tensor = c->Input(i);
        for (int v = 0; v < slots_; ++v) {
          TF_RETURN_IF_ERROR(ReadApart(c, (*tensors)[v], &tensor));
        }
      } else if (sparse()) {
        TF_RETURN_IF_ERROR(variables->GetForSparseUpdate(i, &tensor));
      } else {
        TF_RETURN_IF_ERROR(variables->Get(i, &tensor));
      }
      tensors->push_back(std::move(tensor));
    }
    for (int i = 0; i < c->num_inputs(); ++i) {
      const TensorShape& shape = (*tensors)[i].shape();
      if (i < slots_ || (i == gradient_ && !sparse())) {
        TF_RETURN_IF_ERROR(CheckSameShape((*tensors)[0].shape(), i, shape));
      } else if (i != gradient_ && i != indices_ &&
                 !TensorShapeUtils::IsScalar(shape)) {
        return errors::InvalidArgument(
            names_[i], " is not a scalar: ", shape.DebugString());
      }
    }
    if (!sparse()) return OkStatus();
    return CheckRows((*tensors)[0].shape(), (*tensors)[gradient_].shape(),
                     (*tensors)[indices_].shape());
  }

  Status CheckSameShape(const TensorShape& var, int input,
                        const TensorShape& shape) const {
    if (shape.IsSameSize(var)) return OkStatus();
    return errors::InvalidArgument("var and ", names_[input],
                                   " do not have the same shape",
                                   var.DebugString(), " ", shape.DebugString());
  }

  static Status CheckRows(const TensorShape& var, const TensorShape& gradient,
                          const TensorShape& indices) {
    if (!TensorShapeUtils::IsVectorOrHigher(var)) {
      return errors::InvalidArgument("var must be at least 1 dimensional");
    }
    if (!TensorShapeUtils::IsVector(indices)) {
      return errors::InvalidArgument("indices must be one-dimensional");
    }
    if (gradient.dims() == 0 || gradient.dim_size(0) != indices.dim_size(0)) {
      return errors::InvalidArgument(
          "grad must be the same size as indices in the first dimension.");
    }
    for (int d = 1; d < std::max(var.dims(), gradient.dims()); ++d) {
      if (d < std::min(var.dims(), gradient.dims()) &&
          var.dim_size(d) == gradient.dim_size(d)) {
        continue;
      }
      return errors::InvalidArgument("var and grad must match in dimension ",
                                     d);
    }
    return OkStatus();
  }

  const dml_optimizer optimizer_;
  const int slots_;
  const int gradient_;
  const int indices_;  // -1 in dense ops
  bool use_locking_;
  bool use_nesterov_ = false;
  bool update_slots_ = true;
  std::vector<string> names_;
};

// What there is of an optimizer, beside its op for resource variables.
enum Forms {
  kRef = 1,            // an op for ref variables
  kSparse = 2,         // ops for rows of a variable
  kFloat64OnHost = 4,  // no program in float64
};

// The ops of one optimizer: "Apply" + name, and with the prefixes "Resource",
// "Sparse" and "ResourceSparse".
struct Family {
  const char* name;
  dml_optimizer optimizer;
  std::vector<const char*> variables;  // the updated one, and its slots
  int gradient;  // its place among the inputs, which the runtime takes in order
  int forms;
};

const Family kFamilies[] = {
    {"GradientDescent", DML_SGD, {"var"}, 2, kRef},
    {"Momentum", DML_MOMENTUM, {"var", "accum"}, 3, kRef | kSparse},
    {"KerasMomentum", DML_KERAS_MOMENTUM, {"var", "accum"}, 3, kSparse},
    {"Adagrad", DML_ADAGRAD, {"var", "accum"}, 3, kRef | kSparse},
    {"AdagradV2", DML_ADAGRAD_V2, {"var", "accum"}, 4, kRef | kSparse},
    {"Adam", DML_ADAM, {"var", "m", "v"}, 9, kRef},
    {"AdamWithAmsgrad", DML_AMSGRAD, {"var", "m", "v", "vhat"}, 10, 0},
    {"RMSProp", DML_RMSPROP, {"var", "ms", "mom"}, 7, kRef | kSparse},
    {"CenteredRMSProp",
     DML_CENTERED_RMSPROP,
     {"var", "mg", "ms", "mom"},
     8,
     kRef | kSparse},
    {"Adadelta",
     DML_ADADELTA,
     {"var", "accum", "accum_update"},
     6,
     kRef | kSparse},
    {"Ftrl",
     DML_FTRL,
     {"var", "accum", "linear"},
     3,
     kRef | kSparse | kFloat64OnHost},
    {"FtrlV2",
     DML_FTRL_V2,
     {"var", "accum", "linear"},
     3,
     kRef | kSparse | kFloat64OnHost},
    {"ProximalGradientDescent", DML_PROXIMAL_SGD, {"var"}, 4, kRef | kSparse},
    {"ProximalAdagrad",
     DML_PROXIMAL_ADAGRAD,
     {"var", "accum"},
     5,
     kRef | kSparse},
    {"AdaMax", DML_ADAMAX, {"var", "m", "v"}, 8, kRef},
    {"AddSign", DML_ADD_SIGN, {"var", "m"}, 6, kRef},
    {"PowerSign", DML_POWER_SIGN, {"var", "m"}, 6, kRef | kFloat64OnHost},
    {"AdagradDA",
     DML_ADAGRAD_DA,
     {"var", "gradient_accumulator", "gradient_squared_accumulator"},
     3,
     kRef | kSparse},
};

void AddRows(const Family& family, bool resource, bool sparse,
             std::vector<Row>* rows) {
  const string name = strings::StrCat(
      resource ? "Resource" : "", sparse ? "Sparse" : "", "Apply", family.name);
  const bool float64 = !(family.forms & kFloat64OnHost);
  const auto start = [&](const TypeList& types) {
    Row row(name.c_str());
    row.Types("T", types);
    if (sparse) row.Types("Tindices", kIndices);
    if (resource) row.Host(family.variables);
    return row;
  };
  rows->push_back(
      start(float64 ? kFloatsAndDouble : kFloats)
          .Make<Optimizer>(family.optimizer,
                           static_cast<int>(family.variables.size()),
                           family.gradient, sparse));
  if (!float64) rows->push_back(start({DT_DOUBLE}).UpdatesOnHost());
}

std::vector<Row> OptimizerRows() {
  std::vector<Row> rows;
  for (const Family& family : kFamilies) {
    for (const bool resource : {false, true}) {
      if (!resource && !(family.forms & kRef)) continue;
      AddRows(family, resource, /*sparse=*/false, &rows);
      if (family.forms & kSparse) {
        AddRows(family, resource, /*sparse=*/true, &rows);
      }
    }
  }
  return rows;
}

const Kernels kKernels(OptimizerRows());

}  // namespace
}  // namespace dml
}  // namespace tensorflow
