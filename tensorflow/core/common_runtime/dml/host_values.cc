#include "tensorflow/core/common_runtime/dml/host_values.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "tensorflow/core/common_runtime/dml/base_compat.h"
#include "tensorflow/core/common_runtime/dml/dml_device.h"
#include "tensorflow/core/common_runtime/dml/placed_graphs.h"
#include "tensorflow/core/framework/memory_types.h"
#include "tensorflow/core/framework/node_def_util.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/graph/graph.h"

namespace tensorflow {
namespace dml {
namespace {

// The ops that have a row for values of the host.
const std::unordered_set<string>& OpsOfHostValues() {
  static const auto* const ops = [] {
    auto* made = new std::unordered_set<string>;
    const KernelList all = GetAllRegisteredKernels();
    for (const KernelDef& def : all.kernel()) {
      if (def.label() == kHostValuesLabel) made->insert(def.op());
    }
    return made;
  }();
  return *ops;
}

// Where the arguments of nodes on DML devices live. Those of the CPU's count
// for none of either: what is computed between two nodes of the CPU was put on
// the device by intent.
class Memory {
 public:
  explicit Memory(const OpRegistryInterface* ops) : ops_(ops) {}

  bool InputOnHost(const Node* node, int index) {
    return OnHost(Of(node).inputs, index);
  }
  bool OutputOnHost(const Node* node, int index) {
    return OnHost(Of(node).outputs, index);
  }

 private:
  struct Types {
    MemoryTypeVector inputs, outputs;
  };

  static bool OnHost(const MemoryTypeVector& types, int index) {
    return index < static_cast<int>(types.size()) &&
           types[index] == HOST_MEMORY;
  }

  const Types& Of(const Node* node) {
    const auto found = types_.find(node);
    if (found != types_.end()) return found->second;
    Types& types = types_[node];
    if (IsOnDml(*node) &&
        !MemoryTypesForNode(ops_, DeviceType(kDmlDeviceType), node->def(),
                            &types.inputs, &types.outputs)
             .ok()) {
      types = {};
    }
    return types;
  }

  const OpRegistryInterface* const ops_;
  std::unordered_map<const Node*, Types> types_;
};

// Whether the node makes values on the device, and could take a row for values
// of the host.
bool IsCandidate(const Node& node, Memory* memory) {
  if (!node.IsOp() || OpsOfHostValues().count(node.type_string()) == 0 ||
      HasNodeAttr(node.def(), kLabelAttribute) || !IsOnDml(node) ||
      memory->OutputOnHost(&node, 0)) {
    return false;
  }
  NodeDef def = node.def();
  AddNodeAttr(kLabelAttribute, kHostValuesLabel, &def);
  return FindKernelDef(DeviceType(kDmlDeviceType), def, nullptr, nullptr).ok();
}

using Nodes = std::unordered_set<const Node*>;

// Leaves those out that take something from the device. What is in a loop may
// wait for itself, so all are taken for values of the host until one is not.
void KeepWhatTakesHostValues(Memory* memory, Nodes* nodes) {
  std::vector<const Node*> left_out;
  const auto takes_device_values = [&](const Node* node) {
    return std::any_of(
        node->in_edges().begin(), node->in_edges().end(),
        [&](const Edge* edge) {
          return !edge->IsControlEdge() && nodes->count(edge->src()) == 0 &&
                 !memory->OutputOnHost(edge->src(), edge->src_output());
        });
  };
  for (const Node* node : *nodes) {
    if (takes_device_values(node)) left_out.push_back(node);
  }
  while (!left_out.empty()) {
    const Node* const node = left_out.back();
    left_out.pop_back();
    if (nodes->erase(node) == 0) continue;
    for (const Edge* edge : node->out_edges()) {
      if (!edge->IsControlEdge() && nodes->count(edge->dst()) > 0 &&
          !memory->OutputOnHost(node, edge->src_output())) {
        left_out.push_back(edge->dst());
      }
    }
  }
}

// Of `nodes` those whose results are wanted on the host, by way of others too.
Nodes WantedOnHost(Memory* memory, const Nodes& nodes) {
  Nodes wanted;
  std::vector<const Node*> found;
  for (const Node* node : nodes) {
    for (const Edge* edge : node->out_edges()) {
      if (!edge->IsControlEdge() && nodes.count(edge->dst()) == 0 &&
          memory->InputOnHost(edge->dst(), edge->dst_input())) {
        found.push_back(node);
        break;
      }
    }
  }
  while (!found.empty()) {
    const Node* const node = found.back();
    found.pop_back();
    if (!wanted.insert(node).second) continue;
    for (const Edge* edge : node->in_edges()) {
      if (!edge->IsControlEdge() && nodes.count(edge->src()) > 0) {
        found.push_back(edge->src());
      }
    }
  }
  return wanted;
}

// Marks the nodes of a placed graph.
void KeepHostValues(Graph* graph) {
  Memory memory(graph->op_registry());
  Nodes nodes;
  for (const Node* node : graph->op_nodes()) {
    if (IsCandidate(*node, &memory)) nodes.insert(node);
  }
  if (nodes.empty()) return;
  KeepWhatTakesHostValues(&memory, &nodes);
  const Nodes wanted = WantedOnHost(&memory, nodes);
  for (Node* node : graph->op_nodes()) {
    if (wanted.count(node) == 0) continue;
    node->AddAttr(kLabelAttribute, kHostValuesLabel);
  }
}

const bool registered = RegisterPlacedGraphPass(
    "DmlHostValues", kHostValuesPhase,
    [](const GraphOptimizationPassOptions&, Graph* graph) {
      KeepHostValues(graph);
      return OkStatus();
    });

}  // namespace
}  // namespace dml
}  // namespace tensorflow
