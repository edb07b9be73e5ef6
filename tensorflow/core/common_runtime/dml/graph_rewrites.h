// TensorFlow's rewrites of graphs, for DML devices.
//
// Grappler's optimizers of graphs tell devices by their names, and some do
// their work for CPUs or GPUs only. While such a one runs, DML devices pass
// for what it works for:
//
//   AutoMixedPrecision computes in float16 where that is safe, if asked to by
//     enable_mixed_precision_graph_rewrite and its like. It wants GPUs with
//     matrix units.
//   ImplementationSelector calls, of functions that implement the same, the one
//     that prefers the call's device: that for GPUs. So LSTM and GRU layers of
//     Keras call CudnnRNN in functions.
//   Remapper makes one op of several: of a product or convolution, a bias or
//     batch norm and an activation where the device is a CPU; of a batch norm,
//     an addition and an activation where it is a GPU. DML devices have kernels
//     for all of it, and pass for both. TensorFlow 2.x makes more for oneDNN,
//     some of it without a look at devices: graphs with nodes on DML devices
//     are remapped as if oneDNN were off.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_GRAPH_REWRITES_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_GRAPH_REWRITES_H_

#include "tensorflow/core/common_runtime/dml/loaded_library.h"
#include "tensorflow/core/framework/graph.pb.h"
#include "tensorflow/core/lib/core/status.h"

namespace tensorflow {
namespace dml {

// The mangled names of the optimizers' methods Optimize(), and of functions
// that they call.
struct RewriteSymbols {
  const char* mixed_precision;
  const char* selector;
  const char* split_device_name;
  const char* remapper;
  const char* is_on_cpu;
  const char* is_on_gpu;
  // Null where the remapper does not ask whether oneDNN is on.
  const char* uses_onednn;
  // Whether devices can compute what a graph became; a graph stays as it was
  // where they can't. Null where they always can.
  bool (*is_computable)(const GraphDef& before, const GraphDef& after);
};

// Redirects the optimizers in the library that holds Grappler, and how it reads
// device names. Functions that prefer a GPU are chosen for DML devices if
// `prefer_gpu`.
Status ExtendGraphRewrites(const RewriteSymbols& symbols,
                           const LoadedLibrary& framework,
                           const LoadedLibrary& grappler, bool prefer_gpu);

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_GRAPH_REWRITES_H_
