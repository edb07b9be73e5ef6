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
// A row registers one TF kernel for each combination of its types. It runs when
// the library is loaded; an op or argument that the base does not know is a
// mistake of ours and is logged as an error then (and fails a test).
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
extern const TypeList kFloats;       // float, half
extern const TypeList kIndices;      // int32, int64
extern const TypeList kNumbers;      // kFloats and all integers but int32
extern const TypeList kAllNumbers;   // kFloats and all integers
extern const TypeList kDeviceTypes;  // all that the device can hold, but int32
extern const TypeList kAllDeviceTypes;

class Row {
 public:
  using Create = std::function<OpKernel*(OpKernelConstruction*)>;

  explicit Row(const char* op);

  // Constrains the type attribute `attribute`. Several calls combine.
  Row& Types(const char* attribute, const TypeList& types);
  // These arguments live in host memory.
  Row& Host(std::initializer_list<const char*> arguments);
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
  // look at the shape of, never read.
  Row& HostTwin(std::initializer_list<const char*> device = {});

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
  std::vector<std::string> device_;
  int priority_ = 0;
  Create create_;
};

// Registers rows. Define one static object a file.
class Kernels {
 public:
  explicit Kernels(std::initializer_list<Row> rows);
};

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_KERNELS_DML_REGISTRY_H_
