#include "tensorflow/core/common_runtime/dml/mixed_precision.h"

#include <string>
#include <unordered_map>

#include "tensorflow/core/common_runtime/device.h"
#include "tensorflow/core/common_runtime/device_set.h"
#include "tensorflow/core/grappler/clusters/virtual_cluster.h"
#include "tensorflow/core/grappler/grappler_item.h"
#include "tensorflow/core/grappler/optimizers/auto_mixed_precision.h"
#include "tensorflow/core/lib/core/stringpiece.h"
#include "tensorflow/core/lib/gtl/cleanup.h"
#include "tensorflow/core/protobuf/device_properties.pb.h"

namespace tensorflow {
namespace dml {
namespace {

// Mangled with the reference-counted string of the base.
constexpr char kOptimize[] =
    "_ZN10tensorflow8grappler18AutoMixedPrecision8OptimizeEPNS0_7ClusterERKNS0_"
    "12GrapplerItemEPNS_8GraphDefE";
constexpr char kSplitDeviceName[] =
    "_ZN10tensorflow15DeviceNameUtils15SplitDeviceNameEN4absl11string_viewEPSs"
    "S3_";

using OptimizeFunction = Status (*)(grappler::AutoMixedPrecision*,
                                    grappler::Cluster*,
                                    const grappler::GrapplerItem&, GraphDef*);
using SplitFunction = bool (*)(StringPiece, string*, string*);
void* original_optimize = nullptr;
void* original_split_device_name = nullptr;

// Whether this thread is in the optimizer, which takes what is on a GPU.
thread_local bool rewriting = false;

bool SplitDeviceName(StringPiece name, string* task, string* device) {
  if (!reinterpret_cast<SplitFunction>(original_split_device_name)(name, task,
                                                                   device)) {
    return false;
  }
  if (rewriting && device->compare(0, 4, "DML:") == 0) {
    device->replace(0, 3, "GPU");
  }
  return true;
}

// The least that the optimizer asks for, with a version of CUDA for which it
// rewrites batches of products too.
DeviceProperties AsGpu() {
  DeviceProperties properties;
  properties.set_type("GPU");
  (*properties.mutable_environment())["architecture"] = "7.0";
  (*properties.mutable_environment())["cuda"] = "10010";
  return properties;
}

Status Optimize(grappler::AutoMixedPrecision* optimizer,
                grappler::Cluster* cluster, const grappler::GrapplerItem& item,
                GraphDef* output) {
  const auto original = reinterpret_cast<OptimizeFunction>(original_optimize);
  const DeviceSet* const devices =
      cluster == nullptr ? nullptr : cluster->GetDeviceSet();
  if (devices == nullptr) return original(optimizer, cluster, item, output);
  auto known = cluster->GetDevices();
  bool has_dml = false;
  for (const Device* device : devices->devices()) {
    if (device->parsed_name().type != "DML") continue;
    known[device->name()] = AsGpu();
    has_dml = true;
  }
  if (!has_dml) return original(optimizer, cluster, item, output);
  grappler::VirtualCluster with_dml(known);
  rewriting = true;
  const auto done = gtl::MakeCleanup([] { rewriting = false; });
  return original(optimizer, &with_dml, item, output);
}

}  // namespace

Status ExtendMixedPrecision(const LoadedLibrary& framework,
                            const LoadedLibrary& python) {
  TF_RETURN_IF_ERROR(
      framework.Lookup(kSplitDeviceName, &original_split_device_name));
  TF_RETURN_IF_ERROR(python.Redirect(kSplitDeviceName,
                                     reinterpret_cast<void*>(&SplitDeviceName),
                                     &original_split_device_name));
  return python.Redirect(kOptimize, reinterpret_cast<void*>(&Optimize),
                         &original_optimize);
}

}  // namespace dml
}  // namespace tensorflow
