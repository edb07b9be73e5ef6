#include "tensorflow/core/kernels/dml/registry.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>

#include "tensorflow/core/common_runtime/dml/base_ops.h"
#include "tensorflow/core/common_runtime/dml/dml_device.h"
#include "tensorflow/core/common_runtime/dml/host_values.h"
#include "tensorflow/core/common_runtime/dml/load_check.h"
#include "tensorflow/core/framework/kernel_def.pb.h"
#include "tensorflow/core/framework/node_def.pb.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_def_util.h"
#include "tensorflow/core/kernels/dml/bfloat16.h"
#include "tensorflow/core/kernels/dml/host_fallback.h"
#include "tensorflow/core/lib/core/errors.h"
#include "tensorflow/core/lib/strings/strcat.h"
#include "tensorflow/core/platform/logging.h"

namespace tensorflow {
namespace dml {
namespace {

int problems = 0;

constexpr char kNoProgram[] =
    "DML devices have no program for it with these types";

class Factory : public kernel_factory::OpKernelFactory {
 public:
  Factory(Row::Create create, bool computes_float64)
      : create_(std::move(create)), computes_float64_(computes_float64) {}
  OpKernel* Create(OpKernelConstruction* context) override {
    if (computes_float64_ && LacksFloat64(context)) {
      TellOfHost(context->def().op() + " of float64 tensors",
                 "The DML adapter does not compute in float64");
      return CreateHostFallback(context);
    }
    const string unknown = UnknownAttribute(context->def());
    if (!unknown.empty()) {
      TellOfHost(strings::StrCat(context->def().op(), " with ", unknown),
                 "DML kernels do not know what it asks for");
      return CreateHostFallback(context);
    }
    return create_(context);
  }

 private:
  const Row::Create create_;
  const bool computes_float64_;
};

// What a row's kernel matches, to find two rows that would match one node.
struct Match {
  string label;
  std::map<string, TypeList> types;
};

bool Overlap(const Match& a, const Match& b) {
  if (a.label != b.label) return false;
  for (const auto& constraint : a.types) {
    const auto other = b.types.find(constraint.first);
    if (other == b.types.end()) continue;
    const bool common = std::any_of(
        constraint.second.begin(), constraint.second.end(), [&](DataType type) {
          return std::find(other->second.begin(), other->second.end(), type) !=
                 other->second.end();
        });
    if (!common) return false;
  }
  return true;
}

bool HasArgument(const OpDef& op, const string& name) {
  const auto same = [&](const OpDef::ArgDef& argument) {
    return argument.name() == name;
  };
  return std::any_of(op.input_arg().begin(), op.input_arg().end(), same) ||
         std::any_of(op.output_arg().begin(), op.output_arg().end(), same);
}

// Adds a constraint to `types`, narrowed to what the op allows.
Status Constrain(const OpDef& op, const string& attribute,
                 const TypeList& types, KernelDef* def, Match* match) {
  const OpDef::AttrDef* found = nullptr;
  for (const auto& candidate : op.attr()) {
    if (candidate.name() == attribute) found = &candidate;
  }
  if (found == nullptr ||
      (found->type() != "type" && found->type() != "list(type)")) {
    return errors::InvalidArgument("the op has no type attribute ", attribute);
  }
  const auto& allowed = found->allowed_values().list().type();
  TypeList narrowed;
  for (const DataType type : types) {
    if (allowed.empty() ||
        std::find(allowed.begin(), allowed.end(), type) != allowed.end()) {
      narrowed.push_back(type);
    }
  }
  if (narrowed.empty()) {
    return errors::InvalidArgument("the op allows none of the types of ",
                                   attribute);
  }
  auto* constraint = def->add_constraint();
  constraint->set_name(attribute);
  auto* list = constraint->mutable_allowed_values()->mutable_list();
  for (const DataType type : narrowed) list->add_type(type);
  match->types[attribute] = std::move(narrowed);
  return OkStatus();
}

// The op's CPU kernel, for a DML node.
Status CreateTwinned(OpKernelConstruction* c,
                     std::unique_ptr<OpKernel>* kernel) {
  OpKernel* raw = nullptr;
  NodeDef def = c->def();
  def.mutable_attr()->erase(kLabelAttribute);  // a label of ours
  const Status status =
      CreateCpuKernel(c, static_cast<DeviceBase*>(c->device()), def, &raw);
  kernel->reset(raw);
  return status;
}

class SyncTwin : public OpKernel {
 public:
  SyncTwin(OpKernelConstruction* c, std::unique_ptr<OpKernel> kernel,
           bool all_host, bool expensive)
      : OpKernel(c),
        kernel_(std::move(kernel)),
        all_host_(all_host),
        expensive_(expensive) {}

  void Compute(OpKernelContext* c) override {
    dml_set_tag(type_string().c_str());
    if (!all_host_) return kernel_->Compute(c);
    ScopedHostAllocation on_host;
    kernel_->Compute(c);
  }
  // As on other accelerators: the executor runs small host work inline.
  bool IsExpensive() override { return expensive_; }

 private:
  const std::unique_ptr<OpKernel> kernel_;
  const bool all_host_;
  const bool expensive_;
};

class AsyncTwin : public AsyncOpKernel {
 public:
  AsyncTwin(OpKernelConstruction* c, std::unique_ptr<OpKernel> kernel,
            bool all_host)
      : AsyncOpKernel(c), kernel_(std::move(kernel)), all_host_(all_host) {}

  void ComputeAsync(OpKernelContext* c, DoneCallback done) override {
    AsyncOpKernel* const kernel = kernel_->AsAsync();
    if (!all_host_) return kernel->ComputeAsync(c, std::move(done));
    ScopedHostAllocation on_host;
    kernel->ComputeAsync(c, std::move(done));
  }

 private:
  const std::unique_ptr<OpKernel> kernel_;
  const bool all_host_;
};

OpKernel* CreateTwin(OpKernelConstruction* c, bool all_host,
                     bool expensive = false) {
  std::unique_ptr<OpKernel> kernel;
  Status status;
  if (all_host) {
    ScopedHostAllocation on_host;
    status = CreateTwinned(c, &kernel);
  } else {
    status = CreateTwinned(c, &kernel);
  }
  if (!status.ok()) {
    c->CtxFailure(status);
    return nullptr;
  }
  if (kernel->AsAsync() != nullptr) {
    return new AsyncTwin(c, std::move(kernel), all_host);
  }
  return new SyncTwin(c, std::move(kernel), all_host, expensive);
}

}  // namespace

Row::Row(const char* op) : op_(op) {}

Row& Row::Types(const char* attribute, const TypeList& types) {
  constraints_.push_back({attribute, types});
  const auto has = [&](DataType type) {
    return std::find(types.begin(), types.end(), type) != types.end();
  };
  // What also takes bool moves bits, or compares them.
  if ((has(DT_DOUBLE) || has(DT_COMPLEX128)) && !has(DT_BOOL)) {
    computes_float64_ = true;
  }
  return *this;
}

Row& Row::Host(std::initializer_list<const char*> arguments) {
  host_.insert(host_.end(), arguments.begin(), arguments.end());
  return *this;
}

Row& Row::Host(const std::vector<const char*>& arguments) {
  host_.insert(host_.end(), arguments.begin(), arguments.end());
  return *this;
}

Row& Row::ComputesFloat64() {
  computes_float64_ = true;
  return *this;
}

Row& Row::AllHost(std::initializer_list<const char*> device) {
  all_host_ = true;
  device_.insert(device_.end(), device.begin(), device.end());
  return *this;
}

Row& Row::Priority(int priority) {
  priority_ = priority;
  return *this;
}

Row& Row::Custom(Create create) {
  create_ = std::move(create);
  return *this;
}

Row& Row::HostTwin(std::initializer_list<const char*> device) {
  AllHost(device);
  computes_float64_ = false;
  const bool all_host = device.size() == 0;
  return Custom(
      [all_host](OpKernelConstruction* c) { return CreateTwin(c, all_host); });
}

Row& Row::HostValues() {
  label_ = kHostValuesLabel;
  return HostTwin();
}

Row& Row::OnHost() {
  HostTwin();
  return Custom([](OpKernelConstruction* c) {
    TellOfHost(c->def().op(), kNoProgram);
    return CreateTwin(c, /*all_host=*/true, /*expensive=*/true);
  });
}

Row& Row::UpdatesOnHost() {
  computes_float64_ = false;
  return Custom([](OpKernelConstruction* c) {
    TellOfHost(c->def().op(), kNoProgram);
    return CreateHostFallback(c);
  });
}

Kernels::Kernels(std::initializer_list<Row> rows)
    : Kernels(std::vector<Row>(rows)) {}

Kernels::Kernels(const std::vector<Row>& rows) {
  if (!LoadStatus().ok()) return;
  for (const Row& row : rows) {
    const Status status = Register(row);
    if (status.ok()) continue;
    ++problems;
    LOG(ERROR) << "DML kernel " << row.op_
               << " is left out: " << MessageOf(status);
  }
}

Status Kernels::Register(const Row& row) {
  // Static initializers run one after another, under the loader's lock.
  static auto* const matches = new std::map<string, std::vector<Match>>;
  if (!row.create_) return errors::InvalidArgument("the row makes no kernel");
  const OpDef* op = nullptr;
  const Status found = OpRegistry::Global()->LookUpOpDef(row.op_, &op);
  if (!found.ok() && MayLack(row.op_)) return OkStatus();
  TF_RETURN_IF_ERROR(found);

  auto def = absl::make_unique<KernelDef>();
  def->set_op(row.op_);
  def->set_device_type(kDmlDeviceType);
  def->set_priority(row.priority_);
  def->set_label(row.label_);
  Match match;
  match.label = row.label_;
  for (const auto& constraint : row.constraints_) {
    TF_RETURN_IF_ERROR(Constrain(*op, constraint.attribute, constraint.types,
                                 def.get(), &match));
  }
  std::vector<string> host(row.host_);
  if (row.all_host_) {
    const auto add = [&](const OpDef::ArgDef& argument) {
      const auto& device = row.device_;
      if (std::find(device.begin(), device.end(), argument.name()) ==
          device.end()) {
        host.push_back(argument.name());
      }
    };
    std::for_each(op->input_arg().begin(), op->input_arg().end(), add);
    std::for_each(op->output_arg().begin(), op->output_arg().end(), add);
  }
  for (const string& name : host) {
    if (!HasArgument(*op, name)) {
      return errors::InvalidArgument("the op has no argument ", name);
    }
    def->add_host_memory_arg(name);
  }
  for (const string& name : row.device_) {
    if (!HasArgument(*op, name)) {
      return errors::InvalidArgument("the op has no argument ", name);
    }
  }
  auto& others = (*matches)[row.op_];
  for (const Match& other : others) {
    if (Overlap(match, other)) {
      return errors::AlreadyExists("another row takes some of its types");
    }
  }
  others.push_back(match);

  const string widened = WidenedAttribute(*op, *def);
  if (!widened.empty()) {
    auto wide = absl::make_unique<KernelDef>(*def);
    for (auto& constraint : *wide->mutable_constraint()) {
      if (constraint.name() != widened) continue;
      auto* const list = constraint.mutable_allowed_values()->mutable_list();
      list->clear_type();
      list->add_type(DT_BFLOAT16);
    }
    match.types[widened] = {DT_BFLOAT16};
    others.push_back(std::move(match));
    kernel_factory::OpKernelRegistrar(wide.release(),
                                      strings::StrCat("DmlWide", row.op_),
                                      Bfloat16Factory(widened));
  }
  kernel_factory::OpKernelRegistrar(
      def.release(), strings::StrCat("Dml", row.op_),
      absl::make_unique<Factory>(row.create_, row.computes_float64_));
  return OkStatus();
}

}  // namespace dml
}  // namespace tensorflow

int dml_registry_problems(void) { return tensorflow::dml::problems; }

const char* dml_unknown_attribute(const void* node, int bytes) {
  static thread_local std::string attribute;
  tensorflow::NodeDef parsed;
  attribute = parsed.ParseFromArray(node, bytes)
                  ? tensorflow::dml::UnknownAttribute(parsed)
                  : "";
  return attribute.c_str();
}
