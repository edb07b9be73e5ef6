#include "tensorflow/core/common_runtime/dml/placed_graphs.h"

#include <utility>

#include "absl/memory/memory.h"
#include "tensorflow/core/common_runtime/dml/base_compat.h"
#include "tensorflow/core/common_runtime/dml/dml_device.h"
#include "tensorflow/core/common_runtime/dml/load_check.h"
#include "tensorflow/core/protobuf/config.pb.h"
#include "tensorflow/core/protobuf/rewriter_config.pb.h"
#include "tensorflow/core/public/session_options.h"
#include "tensorflow/core/util/device_name_utils.h"

namespace tensorflow {
namespace dml {
namespace {

class Pass : public GraphOptimizationPass {
 public:
  explicit Pass(PlacedGraphPass run) : run_(run) {}

  Status Run(const GraphOptimizationPassOptions& options) override {
    if (options.graph == nullptr || *options.graph == nullptr) {
      return OkStatus();
    }
    return run_(options, options.graph->get());
  }

 private:
  const PlacedGraphPass run_;
};

}  // namespace

bool IsOnDml(const Node& node) {
  DeviceNameUtils::ParsedName name;
  return DeviceNameUtils::ParseFullName(node.assigned_device_name(), &name) &&
         name.type == kDmlDeviceType;
}

bool FusionsAreOff(const GraphOptimizationPassOptions& options) {
  if (options.session_options == nullptr) return false;
  const RewriterConfig& rewrites =
      options.session_options->config.graph_options().rewrite_options();
  return rewrites.remapping() == RewriterConfig::OFF ||
         rewrites.disable_meta_optimizer();
}

bool RegisterPlacedGraphPass(const char* name, PassPhase phase,
                             PlacedGraphPass run) {
  if (!LoadStatus().ok()) return false;
  auto pass = absl::make_unique<Pass>(run);
  pass->set_name(name);
  OptimizationPassRegistry::Global()->Register(
      OptimizationPassRegistry::POST_REWRITE_FOR_EXEC, phase, std::move(pass));
  return true;
}

}  // namespace dml
}  // namespace tensorflow
