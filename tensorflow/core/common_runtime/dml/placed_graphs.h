// Passes over graphs that are placed and about to run, of sessions and of
// functions: a fetch or a feed is an edge there, to or from a node that does
// it.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_PLACED_GRAPHS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_PLACED_GRAPHS_H_

#include "tensorflow/core/common_runtime/optimization_registry.h"
#include "tensorflow/core/graph/graph.h"
#include "tensorflow/core/lib/core/status.h"

namespace tensorflow {
namespace dml {

// Whether a placed node is on a DML device.
bool IsOnDml(const Node& node);

// Whether a session's options want no ops fused: `remapping: OFF`, the switch
// of Grappler's fusions, or no rewrites at all.
bool FusionsAreOff(const GraphOptimizationPassOptions& options);

using PlacedGraphPass = Status (*)(const GraphOptimizationPassOptions& options,
                                   Graph* graph);

// In which passes run, behind TensorFlow's own.
enum PassPhase {
  kFusionPhase = 900,
  // Behind all others, which look for kernels without a label.
  kHostValuesPhase = 1000,
};

// Where the library is loaded for good, has `run` called on each graph that is
// there. To be kept in a constant of the file.
bool RegisterPlacedGraphPass(const char* name, PassPhase phase,
                             PlacedGraphPass run);

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_PLACED_GRAPHS_H_
