#include "tensorflow/core/common_runtime/dml/generation/v2/remapper.h"

#include <string>
#include <unordered_set>

#include "tensorflow/core/common_runtime/dml/base_compat.h"
#include "tensorflow/core/common_runtime/dml/dml_device.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/grappler/clusters/cluster.h"
#include "tensorflow/core/grappler/grappler_item.h"
#include "tensorflow/core/grappler/optimizers/remapper.h"
#include "tensorflow/core/platform/logging.h"
#include "tensorflow/core/util/device_name_utils.h"

namespace tensorflow {
namespace dml {
namespace {

using grappler::Cluster;
using grappler::GrapplerItem;
using grappler::Remapper;

using Optimize = Status (*)(Remapper*, Cluster*, const GrapplerItem&,
                            GraphDef*);
void* original_optimize = nullptr;

bool IsOnDml(const NodeDef& node) {
  DeviceNameUtils::ParsedName name;
  return DeviceNameUtils::ParseFullName(node.device(), &name) &&
         name.type == kDmlDeviceType;
}

// Whether the kernels have all that the node does at once, if it is such a one
// (kernels/dml/fused_ops.cc).
bool FusesWhatKernelsHave(const NodeDef& node) {
  const auto fused = node.attr().find("fused_ops");
  if (fused == node.attr().end()) return true;
  static const auto* const known = new std::unordered_set<std::string>{
      "BiasAdd", "FusedBatchNorm", "Relu", "Relu6", "Elu"};
  for (const std::string& op : fused->second.list().s()) {
    if (known->count(op) == 0) return false;
  }
  return true;
}

bool HasKernel(const NodeDef& node) {
  if (!FusesWhatKernelsHave(node)) return false;
  const KernelDef* kernel = nullptr;
  std::string class_name;
  return FindKernelDef(DeviceType(kDmlDeviceType), node, &kernel, &class_name)
      .ok();
}

// The first op without a kernel on a DML device that `before` does not have;
// empty if there is none.
std::string FindMadeWithoutKernel(const GraphDef& before,
                                  const GraphDef& after) {
  std::unordered_set<std::string> known;
  for (const NodeDef& node : before.node()) known.insert(node.op());
  for (const NodeDef& node : after.node()) {
    if (known.count(node.op()) == 0 && IsOnDml(node) && !HasKernel(node)) {
      return node.op();
    }
  }
  return "";
}

Status Remap(Remapper* optimizer, Cluster* cluster, const GrapplerItem& item,
             GraphDef* output) {
  TF_RETURN_IF_ERROR(reinterpret_cast<Optimize>(original_optimize)(
      optimizer, cluster, item, output));
  const std::string op = FindMadeWithoutKernel(item.graph, *output);
  if (op.empty()) return OkStatus();
  VLOG(1) << "A graph is not remapped: DML devices have no kernel for " << op;
  *output = item.graph;
  return OkStatus();
}

}  // namespace

Status WatchRemapper(const LoadedLibrary& grappler, const char* symbol) {
  return grappler.Redirect(symbol, reinterpret_cast<void*>(&Remap),
                           &original_optimize);
}

}  // namespace dml
}  // namespace tensorflow
