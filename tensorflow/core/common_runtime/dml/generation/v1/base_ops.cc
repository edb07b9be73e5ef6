// base_ops.h on TensorFlow 1.15.
#include "tensorflow/core/common_runtime/dml/base_ops.h"

#include <unordered_set>

namespace tensorflow {
namespace dml {

bool MayLack(const std::string& op) {
  static const auto* const later =
      new std::unordered_set<std::string>{"BatchMatMulV3",
                                          "DenseBincount",
                                          "MatrixDiagPartV3",
                                          "MatrixDiagV3",
                                          "MatrixSetDiagV3",
                                          "ResourceScatterNdMax",
                                          "ResourceScatterNdMin",
                                          "RngReadAndSkip",
                                          "ScatterNdMax",
                                          "ScatterNdMin",
                                          "StatelessRandomGetAlg",
                                          "StatelessRandomGetKeyCounter",
                                          "StatelessRandomGetKeyCounterAlg",
                                          "StatelessRandomNormalV2",
                                          "StatelessRandomUniformFullIntV2",
                                          "StatelessRandomUniformIntV2",
                                          "StatelessRandomUniformV2",
                                          "StatelessTruncatedNormalV2",
                                          "TensorScatterMax",
                                          "TensorScatterMin",
                                          "Xlog1py"};
  return later->count(op) > 0;
}

std::string UnknownAttribute(const NodeDef&) { return ""; }

bool LogOfNothingIsInfinite() { return false; }

bool NormOverNoAxesIsMagnitude() { return false; }

bool SignKeepsNan() { return false; }

bool ComputesBfloat16() { return false; }

bool ScattersBools() { return false; }

Status CreateDeviceKernel(OpKernelConstruction* c, const NodeDef& node,
                          OpKernel** kernel) {
  auto* const device = static_cast<DeviceBase*>(c->device());
  return CreateOpKernel(
      c->device_type(), device, device->GetAllocator(AllocatorAttributes()),
      c->function_library(), node, c->graph_def_version(), kernel);
}

}  // namespace dml
}  // namespace tensorflow
