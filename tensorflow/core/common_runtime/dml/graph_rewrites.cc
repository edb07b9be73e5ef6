#include "tensorflow/core/common_runtime/dml/graph_rewrites.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "tensorflow/core/common_runtime/device.h"
#include "tensorflow/core/common_runtime/device_set.h"
#include "tensorflow/core/common_runtime/dml/base_compat.h"
#include "tensorflow/core/common_runtime/dml/gpu_names.h"
#include "tensorflow/core/grappler/clusters/virtual_cluster.h"
#include "tensorflow/core/grappler/grappler_item.h"
#include "tensorflow/core/grappler/optimizers/auto_mixed_precision.h"
#include "tensorflow/core/grappler/optimizers/implementation_selector.h"
#include "tensorflow/core/grappler/optimizers/remapper.h"
#include "tensorflow/core/lib/core/stringpiece.h"
#include "tensorflow/core/lib/gtl/cleanup.h"
#include "tensorflow/core/protobuf/device_properties.pb.h"

namespace tensorflow {
namespace dml {
namespace {

using grappler::AutoMixedPrecision;
using grappler::Cluster;
using grappler::GrapplerItem;
using grappler::ImplementationSelector;
using grappler::Remapper;

using SplitFunction = bool (*)(StringPiece, string*, string*);
void* original_split_device_name = nullptr;

// Whether this thread is in AutoMixedPrecision, which takes what is on a GPU.
thread_local bool mixing = false;

bool SplitDeviceName(StringPiece name, string* task, string* device) {
  if (!reinterpret_cast<SplitFunction>(original_split_device_name)(name, task,
                                                                   device)) {
    return false;
  }
  if (mixing && device->compare(0, 4, "DML:") == 0) {
    device->replace(0, 3, "GPU");
  }
  return true;
}

// An optimizer's method Optimize(), and what it was before.
template <typename Optimizer>
struct Original {
  using Function = Status (*)(Optimizer*, Cluster*, const GrapplerItem&,
                              GraphDef*);
  static Status Call(Optimizer* optimizer, Cluster* cluster,
                     const GrapplerItem& item, GraphDef* output) {
    return reinterpret_cast<Function>(address)(optimizer, cluster, item,
                                               output);
  }
  static void* address;
};
template <typename Optimizer>
void* Original<Optimizer>::address = nullptr;

template <typename Optimizer>
Status Redirect(const LoadedLibrary& library, const char* symbol,
                typename Original<Optimizer>::Function replacement) {
  return library.Redirect(symbol, reinterpret_cast<void*>(replacement),
                          &Original<Optimizer>::address);
}

// The least that AutoMixedPrecision asks for, with a version of CUDA for which
// it rewrites batches of products too.
DeviceProperties AsGpu() {
  DeviceProperties properties;
  properties.set_type("GPU");
  (*properties.mutable_environment())["architecture"] = "7.0";
  (*properties.mutable_environment())["cuda"] = "10010";
  return properties;
}

Status MixPrecision(AutoMixedPrecision* optimizer, Cluster* cluster,
                    const GrapplerItem& item, GraphDef* output) {
  using Stock = Original<AutoMixedPrecision>;
  const DeviceSet* const devices =
      cluster == nullptr ? nullptr : cluster->GetDeviceSet();
  if (devices == nullptr) return Stock::Call(optimizer, cluster, item, output);
  auto known = cluster->GetDevices();
  bool has_dml = false;
  for (const Device* device : devices->devices()) {
    if (device->parsed_name().type != "DML") continue;
    known[device->name()] = AsGpu();
    has_dml = true;
  }
  if (!has_dml) return Stock::Call(optimizer, cluster, item, output);
  grappler::VirtualCluster with_dml(known);
  mixing = true;
  const auto done = gtl::MakeCleanup([] { mixing = false; });
  return Stock::Call(optimizer, &with_dml, item, output);
}

Status SelectImplementations(ImplementationSelector* optimizer,
                             Cluster* cluster, const GrapplerItem& item,
                             GraphDef* output) {
  const ScopedGpuType as_gpu;
  return Original<ImplementationSelector>::Call(optimizer, cluster, item,
                                                output);
}

using IsOnFunction = bool (*)(const NodeDef*);
void* original_is_on_cpu = nullptr;
void* original_is_on_gpu = nullptr;
using UsesOneDnnFunction = bool (*)();
void* original_uses_onednn = nullptr;
bool (*is_computable)(const GraphDef& before, const GraphDef& after) = nullptr;

// Whether this thread is in the remapper, with a graph that has nodes on DML
// devices.
thread_local bool remapping = false;

bool IsOnDml(const NodeDef& node) {
  string task, device;
  return SplitDeviceName(node.device(), &task, &device) &&
         device.compare(0, 4, "DML:") == 0;
}

bool NodeIsOnCpu(const NodeDef* node) {
  return reinterpret_cast<IsOnFunction>(original_is_on_cpu)(node) ||
         (remapping && IsOnDml(*node));
}

bool NodeIsOnGpu(const NodeDef* node) {
  return reinterpret_cast<IsOnFunction>(original_is_on_gpu)(node) ||
         (remapping && IsOnDml(*node));
}

bool UsesOneDnn() {
  return !remapping &&
         reinterpret_cast<UsesOneDnnFunction>(original_uses_onednn)();
}

Status Remap(Remapper* optimizer, Cluster* cluster, const GrapplerItem& item,
             GraphDef* output) {
  using Stock = Original<Remapper>;
  const auto& nodes = item.graph.node();
  if (std::none_of(nodes.begin(), nodes.end(), IsOnDml)) {
    return Stock::Call(optimizer, cluster, item, output);
  }
  remapping = true;
  const auto done = gtl::MakeCleanup([] { remapping = false; });
  TF_RETURN_IF_ERROR(Stock::Call(optimizer, cluster, item, output));
  if (is_computable != nullptr && !is_computable(item.graph, *output)) {
    *output = item.graph;
  }
  return OkStatus();
}

Status ExtendRemapper(const RewriteSymbols& symbols,
                      const LoadedLibrary& grappler) {
  TF_RETURN_IF_ERROR(grappler.Redirect(symbols.is_on_cpu,
                                       reinterpret_cast<void*>(&NodeIsOnCpu),
                                       &original_is_on_cpu));
  TF_RETURN_IF_ERROR(grappler.Redirect(symbols.is_on_gpu,
                                       reinterpret_cast<void*>(&NodeIsOnGpu),
                                       &original_is_on_gpu));
  if (symbols.uses_onednn != nullptr) {
    TF_RETURN_IF_ERROR(grappler.Redirect(symbols.uses_onednn,
                                         reinterpret_cast<void*>(&UsesOneDnn),
                                         &original_uses_onednn));
  }
  is_computable = symbols.is_computable;
  return Redirect<Remapper>(grappler, symbols.remapper, &Remap);
}

}  // namespace

Status ExtendGraphRewrites(const RewriteSymbols& symbols,
                           const LoadedLibrary& framework,
                           const LoadedLibrary& grappler, bool prefer_gpu) {
  TF_RETURN_IF_ERROR(
      framework.Lookup(symbols.split_device_name, &original_split_device_name));
  TF_RETURN_IF_ERROR(grappler.Redirect(
      symbols.split_device_name, reinterpret_cast<void*>(&SplitDeviceName),
      &original_split_device_name));
  TF_RETURN_IF_ERROR(Redirect<AutoMixedPrecision>(
      grappler, symbols.mixed_precision, &MixPrecision));
  TF_RETURN_IF_ERROR(ExtendRemapper(symbols, grappler));
  if (!prefer_gpu) return OkStatus();
  return Redirect<ImplementationSelector>(grappler, symbols.selector,
                                          &SelectImplementations);
}

}  // namespace dml
}  // namespace tensorflow
