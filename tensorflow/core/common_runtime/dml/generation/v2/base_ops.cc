// base_ops.h on TensorFlow 2.x.
#include "tensorflow/core/common_runtime/dml/base_ops.h"

#include <memory>
#include <unordered_map>
#include <vector>

#include "tensorflow/core/framework/attr_value_util.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_def_util.h"

namespace tensorflow {
namespace dml {
namespace {

using Attributes = std::unordered_map<std::string, std::vector<const char*>>;

// By op, those that came after 1.15 and that its kernel does not read: the CPU
// computes the node. So none of its outputs may be one that the CPU leaves
// otherwise than the device for an op of the gradient, as batch norms do. Left
// out are hints (grad_a of MatMul), names (metadata of GeneratorDataset), and
// those of ops that the CPU's kernel does on the host; the list of all
// attributes is in tests/tensorflow2/test_attributes.py.
const Attributes& LaterAttributes() {
  static const auto* const attributes = [] {
    auto* const made =
        new Attributes{{"IRFFT", {"Treal", "Tcomplex"}},
                       {"IRFFT2D", {"Treal", "Tcomplex"}},
                       {"IRFFT3D", {"Treal", "Tcomplex"}},
                       {"RFFT", {"Treal", "Tcomplex"}},
                       {"RFFT2D", {"Treal", "Tcomplex"}},
                       {"RFFT3D", {"Treal", "Tcomplex"}},
                       {"MaxPool", {"explicit_paddings"}},
                       {"MaxPoolGrad", {"explicit_paddings"}},
                       {"QuantizeAndDequantizeV2", {"axis"}},
                       {"QuantizeAndDequantizeV3", {"axis"}},
                       {"TopKV2", {"Tk", "index_type"}},
                       {"TridiagonalSolve", {"perturb_singular"}},
                       {"_FusedConv2D", {"num_host_args", "filter_format"}}};
    for (const char* const op :
         {"ApplyFtrl", "ApplyFtrlV2", "ResourceApplyFtrl",
          "ResourceApplyFtrlV2", "ResourceSparseApplyFtrl",
          "ResourceSparseApplyFtrlV2", "SparseApplyFtrl",
          "SparseApplyFtrlV2"}) {
      made->insert({op, {"multiply_linear_by_lr"}});
    }
    for (const char* const op :
         {"GatherNd", "ResourceScatterNdAdd", "ResourceScatterNdSub",
          "ResourceScatterNdUpdate", "ScatterNd", "ScatterNdAdd",
          "ScatterNdNonAliasingAdd", "ScatterNdSub", "ScatterNdUpdate",
          "TensorScatterAdd", "TensorScatterSub", "TensorScatterUpdate"}) {
      made->insert({op, {"bad_indices_policy"}});
    }
    return made;
  }();
  return *attributes;
}

}  // namespace

// What 2.x has dropped since 1.15, and what came in one of its versions.
bool MayLack(const std::string& op) { return op == "CompareAndBitpack"; }

std::string UnknownAttribute(const NodeDef& node) {
  const auto later = LaterAttributes().find(node.op());
  if (later == LaterAttributes().end()) return "";
  const OpDef* op = nullptr;
  if (!OpRegistry::Global()->LookUpOpDef(node.op(), &op).ok()) return "";
  for (const char* const name : later->second) {
    const auto value = node.attr().find(name);
    const OpDef::AttrDef* const definition = FindAttr(name, *op);
    if (value == node.attr().end() || definition == nullptr) continue;
    if (!AreAttrValuesEqual(value->second, definition->default_value())) {
      return name;
    }
  }
  return "";
}

bool LogOfNothingIsInfinite() { return true; }

bool NormOverNoAxesIsMagnitude() { return true; }

bool SignKeepsNan() { return true; }

bool ComputesBfloat16() { return true; }

bool ScattersBools() { return true; }

Status CreateDeviceKernel(OpKernelConstruction* c, const NodeDef& node,
                          OpKernel** kernel) {
  std::shared_ptr<const NodeProperties> properties;
  TF_RETURN_IF_ERROR(NodeProperties::CreateFromNodeDef(
      node, OpRegistry::Global(), &properties));
  auto* const device = static_cast<DeviceBase*>(c->device());
  return CreateOpKernel(c->device_type(), device,
                        device->GetAllocator(AllocatorAttributes()),
                        c->function_library(), c->resource_manager(),
                        properties, c->graph_def_version(), kernel);
}

}  // namespace dml
}  // namespace tensorflow
