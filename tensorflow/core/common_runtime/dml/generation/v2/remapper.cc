#include "tensorflow/core/common_runtime/dml/generation/v2/remapper.h"

#include <string>
#include <unordered_set>

#include "tensorflow/core/common_runtime/dml/dml_device.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/platform/logging.h"
#include "tensorflow/core/util/device_name_utils.h"

namespace tensorflow {
namespace dml {
namespace {

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
      "BiasAdd", "FusedBatchNorm", "Relu", "Relu6", "Elu", "LeakyRelu"};
  for (const std::string& op : fused->second.list().s()) {
    if (known->count(op) == 0) return false;
  }
  return true;
}

// The same for a node that the remapper has left alone. Of an op that the graph
// has had before, it may make nodes that do more.
std::string WhatItDoes(const NodeDef& node) {
  std::string key = node.name() + ' ' + node.op();
  const auto fused = node.attr().find("fused_ops");
  if (fused == node.attr().end()) return key;
  for (const std::string& op : fused->second.list().s()) key += ' ' + op;
  return key;
}

bool HasKernel(const NodeDef& node) {
  if (!FusesWhatKernelsHave(node)) return false;
  const KernelDef* kernel = nullptr;
  std::string class_name;
  return FindKernelDef(DeviceType(kDmlDeviceType), node, &kernel, &class_name)
      .ok();
}

}  // namespace

bool HasKernelsOfRemapped(const GraphDef& before, const GraphDef& after) {
  std::unordered_set<std::string> known;
  for (const NodeDef& node : before.node()) known.insert(WhatItDoes(node));
  for (const NodeDef& node : after.node()) {
    if (known.count(WhatItDoes(node)) == 0 && IsOnDml(node) &&
        !HasKernel(node)) {
      VLOG(1) << "A graph is not remapped: DML devices have no kernel for "
              << node.DebugString();
      return false;
    }
  }
  return true;
}

}  // namespace dml
}  // namespace tensorflow

int dml_has_kernels_of_remapped(const void* before, int before_bytes,
                                const void* after, int after_bytes) {
  tensorflow::GraphDef from, to;
  return from.ParseFromArray(before, before_bytes) &&
         to.ParseFromArray(after, after_bytes) &&
         tensorflow::dml::HasKernelsOfRemapped(from, to);
}
