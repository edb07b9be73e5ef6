// What nodes take whose inputs and results are small values of the host
// (common_runtime/dml/host_values.h): the CPU's kernels, of ops whose other
// rows are for the device.
#include "tensorflow/core/common_runtime/dml/host_values.h"

#include <memory>

#include "absl/memory/memory.h"
#include "tensorflow/core/common_runtime/dml/base_compat.h"
#include "tensorflow/core/common_runtime/dml/load_check.h"
#include "tensorflow/core/framework/kernel_def.pb.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

// As for all ops int32 is the host's, these are what else loops count with.
const TypeList kValues = {DT_BOOL, DT_INT64};
const TypeList kInt64 = {DT_INT64};
const TypeList kCastValues = {DT_BOOL, DT_INT32, DT_INT64};

// What moves values, with their type's attribute.
constexpr const char* kMoving[][2] = {
    {"ConcatV2", "T"},       {"Const", "dtype"},  {"Enter", "T"},
    {"Exit", "T"},           {"ExpandDims", "T"}, {"Fill", "T"},
    {"GatherV2", "Tparams"}, {"Identity", "T"},   {"Merge", "T"},
    {"NextIteration", "T"},  {"Pack", "T"},       {"Reshape", "T"},
    {"Select", "T"},         {"Slice", "T"},      {"Squeeze", "T"},
    {"StridedSlice", "T"},   {"Switch", "T"},     {"Tile", "T"},
    {"Unpack", "T"},
};
constexpr const char* kArithmetic[] = {
    "Abs",      "Add",     "AddN",         "AddV2", "Equal",     "FloorDiv",
    "FloorMod", "Greater", "GreaterEqual", "Less",  "LessEqual", "Max",
    "Maximum",  "Min",     "Minimum",      "Mul",   "Neg",       "NotEqual",
    "Prod",     "Sub",     "Sum",
};
constexpr const char* kLogical[] = {"All", "Any", "LogicalAnd", "LogicalNot",
                                    "LogicalOr"};

std::vector<Row> Rows() {
  std::vector<Row> rows;
  for (const auto& op : kMoving) {
    rows.push_back(Row(op[0]).Types(op[1], kValues).HostValues());
  }
  for (const char* op : kArithmetic) {
    rows.push_back(Row(op).Types("T", kInt64).HostValues());
  }
  for (const char* op : kLogical) rows.push_back(Row(op).HostValues());
  rows.push_back(Row("Cast")
                     .Types("SrcT", kCastValues)
                     .Types("DstT", kCastValues)
                     .HostValues());
  return rows;
}

const Kernels kRows(Rows());

// TensorFlow computes on its CPU what depends on constants alone, of nodes as
// they are marked; without a kernel for its constants none of that is folded.
class MarkedConst : public kernel_factory::OpKernelFactory {
 public:
  OpKernel* Create(OpKernelConstruction* c) override {
    NodeDef def = c->def();
    def.mutable_attr()->erase(kLabelAttribute);
    OpKernel* kernel = nullptr;
    const Status status =
        CreateCpuKernel(c, static_cast<DeviceBase*>(c->device()), def, &kernel);
    if (!status.ok()) c->CtxFailure(status);
    return kernel;
  }
};

bool RegisterMarkedConst() {
  if (!LoadStatus().ok()) return false;
  auto def = absl::make_unique<KernelDef>();
  def->set_op("Const");
  def->set_device_type(DEVICE_CPU);
  def->set_label(kHostValuesLabel);
  auto* const constraint = def->add_constraint();
  constraint->set_name("dtype");
  for (const DataType type : kValues) {
    constraint->mutable_allowed_values()->mutable_list()->add_type(type);
  }
  kernel_factory::OpKernelRegistrar(def.release(), "DmlMarkedConst",
                                    absl::make_unique<MarkedConst>());
  return true;
}
const bool registered = RegisterMarkedConst();

}  // namespace
}  // namespace dml
}  // namespace tensorflow
