// The kernel registry: one row a kernel.
//
//   static const Kernels kRows({
//       Row("Softmax").Types("T", kFloats).Make<Softmax>(false),
//       Row("LogSoftmax").Types("T", kFloats).Make<Softmax>(true),
//       Row("Sum").Types("T", kNumbers).Types("Tidx", kIndices)
//           .Host({"reduction_indices"}).Make<Reduction>(DML_REDUCE_SUM),
//       Row("Shape").HostTwin({"input"}),
//   });
//
// A row registers one TF kernel, which takes every combination of its types. It
// runs when the library is loaded. An op, attribute or argument that the base
// does not know, or a node that two rows would match, is a mistake in a row: it
// is left out, logged as an error and counted (and fails a test).
#ifndef TENSORFLOW_CORE_KERNELS_DML_REGISTRY_H_
#define TENSORFLOW_CORE_KERNELS_DML_REGISTRY_H_

#include <functional>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/types.h"
#include "tensorflow/core/kernels/dml/kernel.h"

namespace tensorflow {
namespace dml {

using TypeList = std::vector<DataType>;

// Types that device kernels come in. int32 usually lives in host memory on an
// accelerator in TF (shape arithmetic): follow what the op's CUDA kernels do.
const TypeList kFloats = {DT_FLOAT, DT_HALF};
const TypeList kFloatsAndDouble = {DT_FLOAT, DT_HALF, DT_DOUBLE};
const TypeList kIndices = {DT_INT32, DT_INT64};
// kFloats and all integers but int32.
const TypeList kNumbers = {DT_FLOAT, DT_HALF,   DT_INT8,   DT_INT16, DT_INT64,
                           DT_UINT8, DT_UINT16, DT_UINT32, DT_UINT64};
// kFloats and all integers.
const TypeList kAllNumbers = {DT_FLOAT,  DT_HALF,  DT_INT8,  DT_INT16,
                              DT_INT32,  DT_INT64, DT_UINT8, DT_UINT16,
                              DT_UINT32, DT_UINT64};
const TypeList kComplex = {DT_COMPLEX64, DT_COMPLEX128};
// All that the device can move, but int32. It does not compute in bfloat16.
const TypeList kDeviceTypes = {
    DT_FLOAT,  DT_HALF,  DT_DOUBLE,    DT_BFLOAT16,  DT_INT8,
    DT_INT16,  DT_INT64, DT_UINT8,     DT_UINT16,    DT_UINT32,
    DT_UINT64, DT_BOOL,  DT_COMPLEX64, DT_COMPLEX128};
const TypeList kAllDeviceTypes = {
    DT_FLOAT,  DT_HALF,   DT_DOUBLE, DT_BFLOAT16,  DT_INT8,
    DT_INT16,  DT_INT32,  DT_INT64,  DT_UINT8,     DT_UINT16,
    DT_UINT32, DT_UINT64, DT_BOOL,   DT_COMPLEX64, DT_COMPLEX128};
// All whose bytes the device can keep and pass on, but int32; also handles to
// tensors on the device.
const TypeList kPassedTypes = {
    DT_FLOAT,  DT_HALF,   DT_DOUBLE,    DT_BFLOAT16,   DT_INT8,
    DT_INT16,  DT_INT64,  DT_UINT8,     DT_UINT16,     DT_UINT32,
    DT_UINT64, DT_BOOL,   DT_COMPLEX64, DT_COMPLEX128, DT_QINT8,
    DT_QUINT8, DT_QINT16, DT_QUINT16,   DT_QINT32,     DT_VARIANT};

class Row {
 public:
  using Create = std::function<OpKernel*(OpKernelConstruction*)>;

  explicit Row(const char* op);

  // Constrains the type attribute `attribute`, to those of `types` that the op
  // allows at all. Several calls combine.
  Row& Types(const char* attribute, const TypeList& types);
  // On an adapter without float64, nodes with float64 or complex128 arguments
  // run on the CPU (host_fallback.h). Implied by types with these and without
  // bool.
  Row& ComputesFloat64();
  // These arguments live in host memory.
  Row& Host(std::initializer_list<const char*> arguments);
  Row& Host(const std::vector<const char*>& arguments);
  // Every argument lives in host memory but those in `device`.
  Row& AllHost(std::initializer_list<const char*> device = {});
  Row& Priority(int priority);

  // The kernel is DmlKernel<Body>, made with (construction, args...).
  template <typename Body, typename... Args>
  Row& Make(Args... args) {
    return Custom([args...](OpKernelConstruction* c) -> OpKernel* {
      return new DmlKernel<Body>(c, args...);
    });
  }
  // The kernel is an OpKernel class of its own.
  template <typename Kernel>
  Row& MakeKernel() {
    return Custom(
        [](OpKernelConstruction* c) -> OpKernel* { return new Kernel(c); });
  }
  Row& Custom(Create create);

  // The op's CPU kernel runs on the host, in order with the host's work: for
  // ops that only shuffle host values or handles. All arguments live in host
  // memory but those in `device`, which the CPU kernel must pass through or
  // look at the shape of, never read. Where all arguments live in host memory,
  // the CPU kernel's scratch memory does as well.
  Row& HostTwin(std::initializer_list<const char*> device = {});
  // As HostTwin without device arguments, for nodes that the pass of
  // common_runtime/dml/host_values.h marks.
  Row& HostValues();
  // As HostTwin, for ops that compute but have no program for the device:
  // TensorFlow copies the arguments. The log says so once for each op.
  Row& OnHost();
  // As OnHost, for ops that update variables: the CPU kernel updates copies of
  // them (host_fallback.h).
  Row& UpdatesOnHost();

 private:
  friend class Kernels;
  struct Constraint {
    std::string attribute;
    TypeList types;
  };
  std::string op_;
  std::vector<Constraint> constraints_;
  std::vector<std::string> host_;
  bool all_host_ = false;
  bool computes_float64_ = false;
  std::vector<std::string> device_;
  int priority_ = 0;
  std::string label_;
  Create create_;
};

// Registers rows. Define one static object a file.
class Kernels {
 public:
  explicit Kernels(std::initializer_list<Row> rows);
  // For rows made from a table.
  explicit Kernels(const std::vector<Row>& rows);

 private:
  static Status Register(const Row& row);
};

}  // namespace dml
}  // namespace tensorflow

// The number of rows that were left out as mistakes.
extern "C" DML_EXPORT int dml_registry_problems(void);
// The attribute for which the CPU computes a node, a serialized NodeDef, as
// UnknownAttribute() of base_ops.h says; "" if there is none. It lasts until
// the thread asks again.
extern "C" DML_EXPORT const char* dml_unknown_attribute(const void* node,
                                                        int bytes);

#endif  // TENSORFLOW_CORE_KERNELS_DML_REGISTRY_H_
