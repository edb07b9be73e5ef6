// Small values that stay on the host.
//
// Whether a kernel's arguments live in host or in device memory is a matter of
// its op and types; for bools and int64s it is device memory, as on CUDA. So a
// `tf.while_loop` with `maximum_iterations`, whose condition is the LogicalAnd
// of two comparisons of int32s, copies these to the device and, in each
// iteration, waits for the device to hand the result back.
//
// A pass over the graph, when it is placed and about to run, finds nodes on DML
// devices whose inputs other such nodes have on the host already, and whose
// results some of them want there, and has them take the op's row of
// kernels/dml/host_values.cc: the CPU's kernel, in host memory. It changes no
// value, only where it is.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_HOST_VALUES_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_HOST_VALUES_H_

namespace tensorflow {
namespace dml {

// TensorFlow's attribute of nodes that want a kernel with a label.
constexpr char kLabelAttribute[] = "_kernel";
// The label of kernels that the pass chooses.
constexpr char kHostValuesLabel[] = "host_values";

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_HOST_VALUES_H_
